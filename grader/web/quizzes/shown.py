"""What the pages of an attempt show, as values: before it is handed in they hold no key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from grader.courses.answering import form_of
from grader.quiz.attempt.rules import Feedback, duration
from grader.quiz.attempt.session import Session
from grader.quiz.items.form import LineForm, QuestionForm, TextForm
from grader.quiz.items.item import Item, Response
from grader.quiz.items.marks import Mark, Standing, shown
from grader.quiz.marking.scoring import Marks, Row
from grader.text import clean, counted
from grader.web.question_text import blocks

_LONGEST = 100_000  # characters of an answer
_KINDS = {
    "choice": "one is right",
    "choices": "several may be right",
    "true_false": "true or false",
    "numeric": "a number",
    "short": "a few words",
    "text": "free text",
    "ordering": "ordering",
    "matching": "matching",
    "fill": "fill in",
}
SIGNS = {
    Standing.RIGHT: ("passed", "✓"),
    Standing.PARTLY: ("blocked", "◐"),
    Standing.WRONG: ("lost", "✗"),
    Standing.WAITING: ("waiting", "…"),
    Standing.UNANSWERED: ("unwritten", "○"),
    Standing.DROPPED: ("unwritten", "\N{EN DASH}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownQuestion:
    """A question on its page: what a taker may see, and what was filled in."""

    place: int  # from 1
    of: int
    kind: str
    points: str
    stem: str
    form: QuestionForm
    number: int  # of the stored answer that this shows; 0 for none
    is_answered: bool
    is_draft: bool
    is_final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVerdict:
    """How an answer was marked."""

    shape: str
    sign: str
    word: str
    points: str
    lines: tuple[str, ...]  # Markdown
    ideas: tuple[tuple[str, str], ...]  # id and sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReview:
    """A question after the attempt, with its key."""

    place: int
    verdict: ShownVerdict
    stem: str
    answer: Markup | None
    key_label: str
    key: Markup | None
    explanation: str


@dataclass(frozen=True, slots=True)
class ClockLeft:
    """The time that is left by the server's clock; None where nothing limits it."""

    seconds: int | None
    words: str

    @classmethod
    def of(cls, session: Session, at: datetime) -> "ClockLeft":
        left = session.time_left(at)
        if left is None:
            return cls(None, "")
        return cls(int(left.total_seconds()), f"{duration(left)} left")


def question(session: Session, place: int) -> ShownQuestion:
    """The question at a place, from 1."""
    item = session.items[place - 1]
    given = session.answers.get(item.id)
    return ShownQuestion(
        place=place,
        of=len(session.items),
        kind=_KINDS.get(item.kind(), item.kind()),
        points=counted(item.points, "point"),
        stem=item.stem,
        form=form_of(session, item),
        number=given.number if given else 0,
        is_answered=given is not None,
        is_draft=item.id in session.drafts,
        is_final=session.is_final(item.id),
    )


def answered_places(session: Session) -> list[int]:
    """The places of the questions that have an answer, or a text in the making, from 1."""
    given = {*session.answers, *session.drafts}
    return [n for n, item in enumerate(session.items, start=1) if item.id in given]


def verdict_now(session: Session, place: int, misconceptions: Mapping[str, str]) -> ShownVerdict:
    """Of an answer that is final, where the quiz says at once how it was marked: without a key.

    Raises:
        ValueError: the rules of the quiz do not show it now.
    """
    item = session.items[place - 1]
    if session.rules.feedback != Feedback.NOW or item.id not in session.answers:
        raise ValueError("no mark of this answer is shown now")
    return _verdict(item.mark(session.answers[item.id].response), misconceptions)


def reviews(marks: Marks, misconceptions: Mapping[str, str]) -> Iterator[ShownReview]:
    """Every question with what was answered, the mark and the key."""
    for place, row in enumerate(marks.rows, start=1):
        yield ShownReview(
            place=place,
            verdict=_verdict(row.mark, misconceptions),
            stem=row.item.stem,
            answer=None if row.response is None else _given(row.item, row.response),
            key_label="A good answer" if _waits(row) else "Right answer",
            key=None if row.mark.standing == Standing.RIGHT else _key(row.item),
            explanation=row.item.explanation,
        )


def _waits(row: Row) -> bool:
    return row.mark.standing == Standing.WAITING or isinstance(row.item.form(0), TextForm)


def _verdict(mark: Mark, misconceptions: Mapping[str, str]) -> ShownVerdict:
    shape, sign = SIGNS[mark.standing]
    waits = mark.standing == Standing.WAITING
    of = counted(mark.max_points, "point")
    return ShownVerdict(
        shape=shape,
        sign=sign,
        word=mark.standing.value,
        points=f"\N{EN DASH} of {of}" if waits else f"{shown(mark.points)} of {of}",
        lines=tuple(line for line in mark.feedback if line),
        ideas=tuple((name, misconceptions.get(name, "")) for name in mark.misconceptions),
    )


def _given(item: Item, response: Response) -> Markup:
    """An answer in the words of the question; what was typed stays as it was typed."""
    return _in_words(item, item.show(response))


def _key(item: Item) -> Markup:
    return _in_words(item, item.show_key())


def _in_words(item: Item, text: str) -> Markup:
    if isinstance(item.form(0), TextForm | LineForm):
        return Markup('<p class="said">{}</p>').format(clean(text, _LONGEST))
    return blocks(text)
