"""An answer comes from a form: it is read, and stored unless a newer one is there.

A form tells the number of the stored answer that its page was made of. Where another window has
stored one since, nothing is overwritten: both texts are there, and the taker decides.
"""

from dataclasses import dataclass
from datetime import datetime

from grader.courses.attempts import Attempt
from grader.quiz.attempt.rules import Feedback
from grader.quiz.attempt.session import Answered, Drafted, Session
from grader.quiz.items.form import OrderForm, QuestionForm, Sent, TextForm
from grader.quiz.items.item import Doubt, Item, Rejected, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAnswer:
    """What a form sent for a question.

    `after` is the number of the answer that its page showed, 0 for none. `is_meant` says that an
    order which nobody changed is an answer. `as_draft` keeps a text without giving it as an answer.
    """

    item: str
    fields: Sent
    after: int
    is_meant: bool = False
    as_draft: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What was sent is in the store now; the session is the one that the store has."""

    session: Session


@dataclass(frozen=True, slots=True)
class NothingGiven:
    """The form was empty, or an order that nobody touched: what was stored stays."""

    says: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRefused:
    """It cannot be read, or no answer is taken now; `is_final` says that it never will be."""

    why: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class AnsweredElsewhere:
    """Another window has stored an answer meanwhile, which stands."""

    session: Session
    response: Response


Outcome = Kept | NothingGiven | AnswerRefused | AnsweredElsewhere


def keep(attempt: Attempt, sent: SentAnswer, *, at: datetime) -> Outcome:
    """Read what a form sent for a question, and store it."""
    session = attempt.session
    item = next((item for item in session.items if item.id == sent.item), None)
    if item is None:
        return AnswerRefused("the question is no longer there", is_final=True)
    typed = item.form(session.seed).typed(sent.fields)
    if sent.as_draft:
        return _drafted(attempt, item, typed, at)
    if not typed:
        return NothingGiven()
    response = item.read_typed(typed, seed=session.seed)
    if isinstance(response, Rejected):
        return AnswerRefused(response.why)
    if _is_untouched(item, sent, session):
        return NothingGiven("Nothing is moved yet, so this question has no answer.")
    return _answered(attempt, Answered(
        item=item.id, response=response, at=at, confirmed=True, after=sent.after
    ))  # fmt: skip


def form_of(session: Session, item: Item) -> QuestionForm:
    """The form of a question, filled with its draft or its answer."""
    given = session.answers.get(item.id)
    draft = session.drafts.get(item.id)
    if draft is not None and isinstance(item.form(session.seed), TextForm):
        return TextForm(draft)
    return item.form(session.seed, given.response if given else None)


def _answered(attempt: Attempt, event: Answered) -> Outcome:
    match attempt.session.apply(event):
        case Rejected(why):
            return AnswerRefused(why, is_final=True)
        case Doubt(question):  # nothing is doubted that was confirmed
            return AnswerRefused(question)
        case Session() as after:
            fresh = attempt.save_answer(event, after)
    stands = fresh.answers.get(event.item)
    if stands is not None and stands.response == event.response:
        return Kept(fresh)
    if stands is None or not _takes_answers(fresh, event.item):
        return AnswerRefused("this was handed in or answered in another window", is_final=True)
    return AnsweredElsewhere(fresh, stands.response)


def _drafted(attempt: Attempt, item: Item, text: str, at: datetime) -> Outcome:
    if not isinstance(item.form(attempt.session.seed), TextForm):
        return NothingGiven()
    event = Drafted(item=item.id, text=text, at=at)
    match attempt.session.apply(event):
        case Rejected(why):
            return AnswerRefused(why, is_final=True)
        case Session() as after:
            return Kept(attempt.save(event, after))
        case Doubt(question):  # no draft is doubted
            return AnswerRefused(question)


def _takes_answers(session: Session, item: str) -> bool:
    return session.rules.feedback != Feedback.NOW and not session.is_final(item)


def _is_untouched(item: Item, sent: SentAnswer, session: Session) -> bool:
    """Whether a list stands as it was shown and nobody said that this is an answer."""
    form = item.form(session.seed)
    if not isinstance(form, OrderForm) or sent.is_meant or item.id in session.answers:
        return False
    return form.filled(sent.fields) == form
