"""Fill the gaps of a listing or of a formula."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, ClassVar

import msgspec

from grader.errors import did_you_mean
from grader.quiz.items.folding import without_invisible
from grader.quiz.items.form import GapField, ListingForm, Offered
from grader.quiz.items.gaps import BETWEEN, USUAL_FOLD, CodeFold, Gap
from grader.quiz.items.item import (
    Doubt,
    Item,
    LintFinding,
    Presentation,
    Rejected,
    Response,
    ShownPart,
    error,
)
from grader.quiz.items.marks import Mark, scored
from grader.quiz.items.pairs import as_pair, by_part, read_pairs
from grader.text import counted

GAP = re.compile(r"\[\[([a-z0-9]+(?:-[a-z0-9]+)*)\]\]")  # [[id]] in a listing


class Fill(Item, frozen=True, kw_only=True, tag="fill"):
    """A listing, plain text with `[[id]]` where a gap is, and what may stand in each gap."""

    listing: str
    gaps: Annotated[tuple[Gap, ...], msgspec.Meta(min_length=1)]
    fold: tuple[CodeFold, ...] = USUAL_FOLD

    shape: ClassVar[str] = "a mapping from gap ids to texts or option ids"
    example: ClassVar[str] = """
        id: example.fill
        kind: fill
        concept: 10
        difficulty: 1
        points: 2
        stem: Complete greedy selection.
        explanation: It returns the id of the largest probability of the one distribution given.
        listing: |
          def select_token(probabilities):
              return int(probabilities.[[pick]](dim=[[axis]]))
        gaps:
          - id: pick
            accepted: [argmax]
            near:
              - forms: [max]
                misconception: selection.returns_probability
                feedback: That is how probable it is, and not which token it is.
            feedback: Something that gives a place is needed.
          - id: axis
            options:
              - {id: last, text: '-1', correct: true}
              - {id: second, text: '1', misconception: selection.batch_axis, feedback: No batch.}
        """

    def present(self, seed: int) -> Presentation:
        shown = {name: f"___{n}___" for n, name in self._numbers().items()}
        how = "Type what belongs into the gap."
        if len(self.gaps) > 1:
            how = f"Type what belongs into the gaps in their order, with {BETWEEN} between them."
        if any(gap.options for gap in self.gaps):
            how += " Where letters are given, type one."
        return Presentation(
            item=self.id,
            kind=self.kind(),
            stem=f"{self.stem.rstrip()}\n\n{fenced(self._filled(shown))}",
            points=self.points,
            how=how,
            parts=tuple(
                ShownPart(str(number), _offered(gap, seed, self.id))
                for number, gap in enumerate(self._in_order(), start=1)
                if gap.options
            ),
        )

    def form(self, seed: int, response: Response | None = None) -> ListingForm:
        given = by_part(response or ())
        numbers = {name: str(number) for number, name in self._numbers().items()}
        pieces = self.split_listing()
        return ListingForm(
            tuple(
                self._field(piece, numbers[piece], given.get(piece, ""), seed) if n % 2 else piece
                for n, piece in enumerate(pieces)
            )
        )

    def read(self, value: object) -> Response | Rejected:
        given = read_pairs(value, example="{gap: its text}")
        if isinstance(given, Rejected):
            return given
        known = {gap.id: gap for gap in self.gaps}
        answers: dict[str, str] = {}
        for name, text in given.items():
            if name not in known:
                return Rejected(f"there is no gap {name!r}. {did_you_mean(name, known)}")
            read = known[name].read(text)
            if isinstance(read, Rejected):
                return Rejected(f"gap {name}: {read.why}")
            answers[name] = read
        return self._response(answers)

    def read_typed(self, text: str, *, seed: int) -> Response | Rejected:
        typed = [part.strip() for part in without_invisible(text).split(BETWEEN)]
        if len(typed) != len(self.gaps):
            count = f"there are {len(self.gaps)} gaps" if len(self.gaps) > 1 else "there is one gap"
            return Rejected(
                f"{count}, and {counted(len(typed), 'answer')} with {BETWEEN} between them"
            )
        answers: dict[str, str] = {}
        for number, (gap, part) in enumerate(zip(self._in_order(), typed, strict=True), start=1):
            if not part:
                continue
            read = gap.read_typed(part, gap.arranged(seed, self.id))
            if isinstance(read, Rejected):
                return Rejected(f"gap {number}: {read.why}")
            answers[gap.id] = read
        return self._response(answers) if answers else Rejected("every gap is empty")

    def doubt(self, response: Response, *, seed: int) -> Doubt | None:
        """What has no answer is asked about once."""
        given = by_part(response)
        empty = [str(n) for n, name in self._numbers().items() if name not in given]
        if not empty:
            return None
        gaps = f"Gap {empty[0]} is" if len(empty) == 1 else f"Gaps {', '.join(empty)} are"
        return Doubt(f"{gaps} empty. Is that your answer?")

    def mark(self, response: Response) -> Mark:
        given = by_part(response)
        wrong = [
            gap
            for gap in self._in_order()
            if gap.id in given and not gap.is_right(given[gap.id], self.fold)
        ]
        said = [gap.said(given[gap.id], self.fold)[1] for gap in wrong]
        right = sum(gap.id in given for gap in self.gaps) - len(wrong)
        return scored(
            Fraction(right, len(self.gaps)),
            self.points,
            feedback=tuple(self._comments(given, wrong)),
            misconceptions=tuple(dict.fromkeys(name for name in said if name)),
        )

    def share_if_right(self, response: Response, key: Response) -> Fraction:
        given, right = by_part(response), by_part(key)
        same = [
            name in given and replaced.is_right(given[name], self.fold)
            for name, value in right.items()
            for replaced in [self._with_key(name, value)]
        ]
        return Fraction(sum(same), len(self.gaps))

    def key(self) -> tuple[str, ...]:
        return tuple(as_pair(gap.id, gap.key) for gap in self._in_order())

    def show(self, response: Response) -> str:
        given = by_part(response)
        shown = {
            name: self._gap(name).text_of(given[name]) if name in given else f"___{number}___"
            for number, name in self._numbers().items()
        }
        return fenced(self._filled(shown))

    def guess_level(self) -> Fraction:
        """One of the options of each gap; a typed text is not guessed."""
        return sum((gap.guess_level() for gap in self.gaps), Fraction(0)) / len(self.gaps)

    def misconception_ids(self) -> tuple[str, ...]:
        return tuple(name for gap in self.gaps for name in gap.misconception_ids())

    def problems(self) -> Iterator[LintFinding]:
        known, placed = [gap.id for gap in self.gaps], GAP.findall(self.listing)
        for name in dict.fromkeys(placed):
            if name not in known:
                yield error("listing", f"there is no gap {name!r}", did_you_mean(name, known))
            elif placed.count(name) > 1:
                yield error("listing", f"[[{name}]] stands twice", "Give each gap its own id.")
        for name in dict.fromkeys(known):
            if name not in placed:
                fix = f"Write [[{name}]] where it belongs."
                yield error("listing", f"the gap {name!r} is nowhere in it", fix)
            if known.count(name) > 1:
                yield error("gaps", f"the id {name!r} stands twice", "Make them differ.")
        for gap in self.gaps:
            yield from gap.problems(self.fold)

    def filled(self, texts: Mapping[str, str]) -> str:
        """The listing with these texts in these gaps, and the key in all others."""
        right = {gap.id: gap.right_texts()[0] for gap in self.gaps if gap.right_texts()}
        return self._filled({**right, **texts})

    def split_listing(self) -> list[str]:
        """Text and ids of gaps by turns; the first and the last are text."""
        return GAP.split(self.listing.rstrip())

    def _field(self, name: str, label: str, value: str, seed: int) -> GapField:
        arranged = self._gap(name).arranged(seed, self.id)
        chosen = next((letter for letter, o in arranged.items() if o.id == value), "")
        return GapField(
            label=label,
            value=chosen if arranged else value,
            options=tuple(Offered(letter, o.text) for letter, o in arranged.items()),
        )

    def _filled(self, texts: Mapping[str, str]) -> str:
        return GAP.sub(lambda found: texts.get(found[1], found[0]), self.listing)

    def _in_order(self) -> list[Gap]:
        """The gaps as they stand in the listing; one that stands nowhere comes last."""
        placed = GAP.findall(self.listing)
        places = {name: place for place, name in enumerate(placed)}
        return sorted(self.gaps, key=lambda gap: places.get(gap.id, len(places)))

    def _numbers(self) -> dict[int, str]:
        return {number: gap.id for number, gap in enumerate(self._in_order(), start=1)}

    def _gap(self, name: str) -> Gap:
        return next(gap for gap in self.gaps if gap.id == name)

    def _with_key(self, name: str, value: str) -> Gap:
        gap = self._gap(name)
        if not gap.options:
            return msgspec.structs.replace(gap, accepted=(value,))
        options = (msgspec.structs.replace(o, correct=o.id == value) for o in gap.options)
        return msgspec.structs.replace(gap, options=tuple(options))

    def _response(self, answers: Mapping[str, str]) -> tuple[str, ...]:
        known = (gap.id for gap in self._in_order())
        return tuple(as_pair(name, answers[name]) for name in known if name in answers)

    def _comments(self, given: Mapping[str, str], wrong: list[Gap]) -> Iterator[str]:
        for number, gap in enumerate(self._in_order(), start=1):
            if gap.id not in given:
                yield f"Gap {number} is empty."
            elif gap in wrong:
                feedback, _ = gap.said(given[gap.id], self.fold)
                yield f"Gap {number} is wrong{f': {feedback}' if feedback.strip() else '.'}"


def fenced(code: str) -> str:
    """A listing in Markdown."""
    return f"```text\n{code.rstrip()}\n```"


def _offered(gap: Gap, seed: int, salt: str) -> str:
    offered = gap.arranged(seed, salt).items()
    return ", ".join(f"{label}: `{option.text}`" for label, option in offered)
