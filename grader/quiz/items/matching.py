"""Match items on the left to items on the right, of which some may be left over."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import ClassVar, Self

import msgspec

from grader.errors import did_you_mean
from grader.quiz.items.choice import LABELS
from grader.quiz.items.folding import without_invisible
from grader.quiz.items.form import Offered, PairsForm
from grader.quiz.items.item import (
    Doubt,
    Item,
    LintFinding,
    Presentation,
    Rejected,
    Response,
    ShownPart,
    error,
    quoted,
    seen,
    warning,
)
from grader.quiz.items.marks import Mark, scored
from grader.quiz.items.pairs import as_pair, by_part, read_pairs, share_of_pairs
from grader.quiz.items.shuffle import shuffled
from grader.text import counted

TYPED = re.compile(r"([0-9]{1,2})?[^a-z0-9]*([a-z])")
PLAIN_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class RightItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What left items are matched to."""

    id: str
    text: str


class WrongPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A right item that does not belong to a left one, with what to say to those who match it."""

    match: str
    misconception: str = ""
    feedback: str = ""


class LeftItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be matched; `match` is the id of its right item, `feedback` for other wrong."""

    id: str
    text: str
    match: str
    feedback: str = ""
    wrong: tuple[WrongPair, ...] = ()

    def said(self, match: str) -> WrongPair | None:
        """What is said of a wrong pair in particular."""
        return next((pair for pair in self.wrong if pair.match == match), None)


class Matching(Item, frozen=True, kw_only=True, tag="matching"):
    """Each left item has one right item; a right item may have several left ones, or none."""

    left: tuple[LeftItem, ...]
    right: tuple[RightItem, ...]
    keep_order: bool = False

    shape: ClassVar[str] = "a mapping from left ids to right ids, such as {logits: t-v, token: one}"
    example: ClassVar[str] = """
        id: example.matching
        kind: matching
        concept: 17
        difficulty: 1
        points: 2
        stem: What does each stage return for a step input of T tokens?
        explanation: Every position has a row of logits; selection gives one id.
        left:
          - id: output
            text: Output projection
            match: t-v
            wrong:
              - {match: v, misconception: logits.last_only, feedback: Each position has a row.}
          - {id: selection, text: Selection, match: one, feedback: A step gives one token.}
        right:
          - {id: t-v, text: T rows of V numbers}
          - {id: v, text: V numbers}
          - {id: one, text: One integer}
        """

    def as_shown(self, seed: int) -> Self:
        left, right = (tuple(side.values()) for side in self._arranged(seed))
        return msgspec.structs.replace(self, left=left, right=right, keep_order=True)

    def present(self, seed: int) -> Presentation:
        left, right = self._arranged(seed)
        how = "Type each number with its letter, for example 1b 2a."
        if self._is_free():
            how += " A letter may be used more than once, or not at all."
        return Presentation(
            item=self.id,
            kind=self.kind(),
            stem=self.stem,
            points=self.points,
            how=how,
            parts=tuple(ShownPart(label, part.text) for label, part in left.items()),
            targets=tuple(ShownPart(label, part.text) for label, part in right.items()),
        )

    def form(self, seed: int, response: Response | None = None) -> PairsForm:
        left, right = self._arranged(seed)
        given = by_part(response or ())
        letters = {part.id: letter for letter, part in right.items()}
        return PairsForm(
            rows=tuple(
                (Offered(number, part.text), letters.get(given.get(part.id, ""), ""))
                for number, part in left.items()
            ),
            targets=tuple(Offered(letter, part.text) for letter, part in right.items()),
            is_free=self._is_free(),
        )

    def read(self, value: object) -> Response | Rejected:
        given = read_pairs(value, example="{left-id: right-id}")
        if isinstance(given, Rejected):
            return given
        left, right = [one.id for one in self.left], [one.id for one in self.right]
        for name, match in given.items():
            if name not in left:
                return Rejected(f"there is no left item {name!r}. {did_you_mean(name, left)}")
            if match not in right:
                near = did_you_mean(str(match), right)
                return Rejected(f"there is no right item {match!r}. {near}")
        return tuple(as_pair(name, str(given[name])) for name in left if name in given)

    def read_typed(self, text: str, *, seed: int) -> Response | Rejected:
        left, right = self._arranged(seed)
        text = without_invisible(text).lower()
        rest = TYPED.sub("", text)
        if re.search(r"\w", rest):
            return Rejected(f"{text.strip()!r} is not numbers with letters, such as 1b 2a")
        typed = TYPED.findall(text)
        if not typed:
            return Rejected("there is no letter in that")
        if not any(number for number, _ in typed) and len(typed) == len(left):
            typed = [(label, letter) for label, (_, letter) in zip(left, typed, strict=True)]
        given: dict[str, str] = {}
        for number, letter in typed:
            if number not in left:
                return Rejected(_no_number(number, len(left)))
            if letter not in right:
                return Rejected(f"{letter!r} is none of the letters a to {list(right)[-1]}")
            if left[number].id in given:
                return Rejected(f"{number} stands twice")
            given[left[number].id] = right[letter].id
        return self.read(given)

    def doubt(self, response: Response, *, seed: int) -> Doubt:
        """The pairs in words, since letters are easily mistyped, and what has none."""
        given = by_part(response)
        lines = ["Your pairs:", self.as_shown(seed).show(response)]
        if missing := [one.text for one in self.left if one.id not in given]:
            lines += ["You gave nothing to:", *(f"- {text}" for text in missing)]
        return Doubt("\n".join([*lines, "Is that your answer?"]))

    def mark(self, response: Response) -> Mark:
        given = by_part(response)
        wrong = [one for one in self.left if given.get(one.id, one.match) != one.match]
        said = [one.said(given[one.id]) for one in wrong]
        return scored(
            share_of_pairs(response, self.key()),
            self.points,
            feedback=tuple(self._comments(given)),
            misconceptions=tuple(
                dict.fromkeys(pair.misconception for pair in said if pair and pair.misconception)
            ),
        )

    def share_if_right(self, response: Response, key: Response) -> Fraction:
        return share_of_pairs(response, tuple(key))

    def key(self) -> tuple[str, ...]:
        return tuple(as_pair(one.id, one.match) for one in self.left)

    def show(self, response: Response) -> str:
        given, texts = by_part(response), self._right_texts()
        return "\n".join(
            f"- {self._label(one, given[one.id])}{one.text} → {texts[given[one.id]]}"
            for one in self.left
            if one.id in given
        )

    def guess_level(self) -> Fraction:
        """Each left item has one of the right ones, and letters tell nothing, used once or not."""
        return Fraction(1, len(self.right))

    def misconception_ids(self) -> tuple[str, ...]:
        pairs = (pair for one in self.left for pair in one.wrong)
        return tuple(pair.misconception for pair in pairs if pair.misconception)

    def problems(self) -> Iterator[LintFinding]:
        if len(self.left) < 2:
            yield error("left", f"got {counted(len(self.left), 'item')}", "Write two or more.")
        if not 2 <= len(self.right) <= len(LABELS):
            problem = f"got {counted(len(self.right), 'item')}"
            yield error("right", problem, f"Write two to {len(LABELS)}, one a letter.")
        yield from self._text_problems()
        for one in self.left:
            yield from self._left_problems(one)

    def _arranged(self, seed: int) -> tuple[dict[str, LeftItem], dict[str, RightItem]]:
        """Both sides by their labels, each in an order of its own."""
        left = {one.id: one for one in self.left}
        right = {one.id: one for one in self.right}
        lefts, rights = tuple(left), tuple(right)
        if not self.keep_order:
            lefts = shuffled(left, seed=seed, salt=f"{self.id}/left")
            rights = shuffled(right, seed=seed, salt=f"{self.id}/right")
        return (
            {str(number): left[name] for number, name in enumerate(lefts, start=1)},
            {label: right[name] for label, name in zip(LABELS, rights, strict=False)},
        )

    def _label(self, one: LeftItem, match: str) -> str:
        """Number and letter of a pair, where they are the same for everybody who reads this."""
        if not self.keep_order:
            return ""
        letter = LABELS[[right.id for right in self.right].index(match)]
        return f"{self.left.index(one) + 1}{letter}: "

    def _is_free(self) -> bool:
        used = [one.match for one in self.left]
        return len(set(used)) < len(used) or len(used) != len(self.right)

    def _right_texts(self) -> Mapping[str, str]:
        return {one.id: one.text for one in self.right}

    def _comments(self, given: Mapping[str, str]) -> Iterator[str]:
        texts = self._right_texts()
        for one in self.left:
            match = given.get(one.id)
            if match is None or match == one.match:
                continue
            pair = one.said(match)
            because = (pair.feedback if pair else "") or one.feedback
            pair_said = f"{quoted(one.text)} does not go with {quoted(texts[match])}"
            says = f"{self._label(one, match)}{pair_said}"
            yield f"{says}: {because}" if because.strip() else f"{says}."
        if missing := sum(one.id not in given for one in self.left):
            yield "One item has no letter." if missing == 1 else f"{missing} items have no letter."

    def _text_problems(self) -> Iterator[LintFinding]:
        ids: set[str] = set()
        for side, parts in (("left", self.left), ("right", self.right)):
            texts: set[str] = set()
            for part in parts:
                where, text = f"{side}.{part.id}", seen(part.text)
                if not PLAIN_ID.fullmatch(part.id):
                    yield error(where, "this is no id", "Write small letters, digits, hyphens.")
                if part.id in ids:
                    problem = f"the id {part.id!r} stands twice"
                    yield error(where, problem, "Make all ids of both sides differ.")
                if not text:
                    yield error(where, "there is no text", "Write what it says, or remove it.")
                elif text in texts:
                    yield error(where, f"the text {text!r} stands twice", "Make them differ.")
                ids.add(part.id)
                texts.add(text)

    def _left_problems(self, one: LeftItem) -> Iterator[LintFinding]:
        where, known = f"left.{one.id}", [right.id for right in self.right]
        if one.match not in known:
            near = did_you_mean(one.match, known)
            yield error(where, f"`match` names no right item: {one.match!r}", near)
        for number, pair in enumerate(one.wrong):
            yield from _pair_problems(one, pair, known)
            if pair.match in [earlier.match for earlier in one.wrong[:number]]:
                yield error(where, f"{pair.match!r} is wrong twice", "Keep one of them.")
        if not one.feedback.strip() and not one.wrong:
            fix = "Say it to those who match it to something else."
            yield warning(where, "there is no feedback", fix)


def _pair_problems(one: LeftItem, pair: WrongPair, known: list[str]) -> Iterator[LintFinding]:
    where = f"left.{one.id}"
    if pair.match not in known:
        near = did_you_mean(pair.match, known)
        yield error(where, f"`wrong` names no right item: {pair.match!r}", near)
    if pair.match == one.match:
        fix = "Remove it, or change `match`."
        yield error(where, f"{pair.match!r} is right and among the `wrong`", fix)
    if not pair.misconception:
        fix = "Write `misconception: <id>`, an id of misconceptions.yaml."
        yield warning(where, f"the wrong pair {pair.match!r} names no misconception", fix)
    if not (pair.feedback or one.feedback).strip():
        fix = "Say why the pair is wrong."
        yield warning(where, f"the wrong pair {pair.match!r} has no feedback", fix)


def _no_number(number: str, last: int) -> str:
    if not number:
        return "a letter has no number: write e.g. 1b 2a, or one letter for each item in order"
    return f"{number!r} is not a number from 1 to {last}"
