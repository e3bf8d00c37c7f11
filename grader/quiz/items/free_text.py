"""Free text, which a person marks by a rubric."""

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Annotated, ClassVar

import msgspec

from grader.quiz.items.form import TextForm
from grader.quiz.items.item import Item, LintFinding, Presentation, Rejected, Response, error
from grader.quiz.items.marks import Mark, Standing, scored, unscored
from grader.text import counted

LONGEST = 10_000  # characters
MOST_RUBRIC_ITEMS = 9  # a marker ticks them by digits


class RubricPoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a good answer says, and what it is worth."""

    id: str
    points: Annotated[int, msgspec.Meta(ge=1)]
    text: str


class Text(Item, frozen=True, kw_only=True, tag="text"):
    """An answer in the taker's own words."""

    model_answer: str
    rubric: tuple[RubricPoint, ...] = ()
    misconceptions: tuple[str, ...] = ()  # what a marker should look for

    shape: ClassVar[str] = "a text in quotes"
    example: ClassVar[str] = """
        id: example.text
        kind: text
        concept: 6
        difficulty: 3
        points: 2
        stem: Which sub-layer does a decoder-only model leave out, and why?
        explanation: Without a second sequence there is nothing to attend to.
        model_answer: Cross-attention, for there is no encoder output.
        rubric:
          - {id: which, points: 1, text: Names cross-attention.}
          - {id: why, points: 1, text: Says that no second sequence exists.}
        misconceptions: [cross_attention.needed]
        """

    def present(self, seed: int) -> Presentation:
        return Presentation(
            item=self.id,
            kind=self.kind(),
            stem=self.stem,
            points=self.points,
            how="Write your answer in a few sentences. An empty line ends it; `e` opens your"
            " editor. A person marks it.",
            many_lines=True,
        )

    def form(self, seed: int, response: Response | None = None) -> TextForm:
        return TextForm(str(response or ""))

    def read(self, value: object) -> Response | Rejected:
        if not isinstance(value, str) or not value.strip():
            return Rejected(f"{value!r} is not a text")
        if len(value) > LONGEST:
            return Rejected(f"the text has {len(value)} characters; at most {LONGEST} are read")
        return value.strip()

    def read_typed(self, text: str, *, seed: int) -> Response | Rejected:
        return self.read(text)

    def mark(self, response: Response) -> Mark:
        return unscored(Standing.WAITING, self.points)

    def mark_by_rubric(
        self, ticked: Collection[str], *, misconceptions: tuple[str, ...] = (), comment: str = ""
    ) -> Mark:
        """The mark that a person gave by ticking rubric items; ids unknown today count nothing."""
        points = sum(point.points for point in self.rubric if point.id in ticked)
        lines = [
            f"{point.points if point.id in ticked else 0} of {point.points}: {point.text}"
            for point in self.rubric
        ]
        return scored(
            Fraction(min(points, self.points), self.points),
            self.points,
            feedback=(*lines, *([comment] if comment else [])),
            misconceptions=misconceptions,
        )

    def key(self) -> Response:
        return self.model_answer.strip()

    def show(self, response: Response) -> str:
        return str(response)

    def guess_level(self) -> Fraction:
        return Fraction(0)

    def misconception_ids(self) -> tuple[str, ...]:
        return self.misconceptions

    def problems(self) -> Iterator[LintFinding]:
        if not self.rubric:
            yield error("rubric", "there is no rubric", "Write what each point is given for.")
            return
        total = sum(point.points for point in self.rubric)
        if total != self.points:
            yield error(
                "rubric",
                f"the rubric adds up to {counted(total, 'point')}, the question has {self.points}",
                "Change `points` or the rubric.",
            )
        if len(self.rubric) > MOST_RUBRIC_ITEMS:
            yield error("rubric", f"there are {len(self.rubric)} items", "Keep to 9, one a digit.")
        ids = [point.id for point in self.rubric]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            yield error("rubric", f"the id {twice[0]!r} stands twice", "Make them differ.")
