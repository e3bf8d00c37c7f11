"""One gap in a listing: a short text that is typed, or one of several options."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Literal

import msgspec

from grader.errors import did_you_mean
from grader.quiz.items.choice import LABELS, Option
from grader.quiz.items.folding import SAME_SIGN, without_invisible
from grader.quiz.items.item import LintFinding, Rejected, error, warning
from grader.quiz.items.shuffle import shuffled
from grader.text import counted

LONGEST = 80  # characters
BETWEEN = ";"  # what stands between the answers to several gaps
CodeFold = Literal["case", "space"]
USUAL_FOLD: tuple[CodeFold, ...] = ("space",)


def spelled(text: str, fold: Collection[CodeFold]) -> str:
    """What of an answer is compared: signs are what code says, spaces beside them are not."""
    plain = unicodedata.normalize("NFKC", without_invisible(text)).translate(SAME_SIGN).strip()
    if "space" in fold:
        plain = re.sub(r"\s+", " ", plain)
        plain = re.sub(r" ?([^\w ]) ?", r"\1", plain)
    return plain.casefold() if "case" in fold else plain


class WrongForms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Forms that are wrong, with what to say to those who write them."""

    forms: tuple[str, ...]
    misconception: str = ""
    feedback: str = ""


class Gap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either `accepted` forms or `options`; `feedback` is for what is wrong in another way."""

    id: str
    accepted: tuple[str, ...] = ()
    near: tuple[WrongForms, ...] = ()
    options: tuple[Option, ...] = ()
    feedback: str = ""

    @property
    def key(self) -> str:
        """What is stored for a right answer: a form, or the id of an option."""
        if self.options:
            return next((option.id for option in self.options if option.correct), "")
        return self.accepted[0].strip() if self.accepted else ""

    def arranged(self, seed: int, salt: str) -> dict[str, Option]:
        """The options by their letters."""
        by_id = {option.id: option for option in self.options}
        mixed = shuffled(by_id, seed=seed, salt=f"{salt}/{self.id}")
        return {label: by_id[name] for label, name in zip(LABELS, mixed, strict=False)}

    def text_of(self, value: str) -> str:
        """What stands in the listing if this was answered."""
        return next((option.text for option in self.options if option.id == value), value)

    def read(self, value: object) -> str | Rejected:
        """A form that may be an answer, or the id of an option."""
        if not isinstance(value, str):
            return Rejected(f"{value!r} is not a text: put it in quotes")
        if self.options:
            known = [option.id for option in self.options]
            if value in known:
                return value
            return Rejected(f"there is no option {value!r}. {did_you_mean(value, known)}")
        text = " ".join(without_invisible(value).split())
        if not text:
            return Rejected("there is nothing in that")
        if len(text) > LONGEST:
            return Rejected(f"an answer has {len(text)} characters; at most {LONGEST} are read")
        if BETWEEN in text:
            return Rejected(f"{text!r} holds a {BETWEEN}, which stands between gaps")
        return text

    def read_typed(self, text: str, labels: dict[str, Option]) -> str | Rejected:
        """An answer as typed: of options the letter or the text."""
        if not self.options:
            return self.read(text)
        typed = without_invisible(text).strip()
        for label, option in labels.items():
            if typed == label or spelled(typed, USUAL_FOLD) == spelled(option.text, USUAL_FOLD):
                return option.id
        return Rejected(f"{typed!r} is none of the letters a to {list(labels)[-1]}")

    def is_right(self, value: str, fold: Collection[CodeFold]) -> bool:
        if self.options:
            return value == self.key
        return spelled(value, fold) in {spelled(form, fold) for form in self.accepted}

    def said(self, value: str, fold: Collection[CodeFold]) -> tuple[str, str]:
        """Feedback and misconception of a wrong answer."""
        for option in self.options:
            if option.id == value:
                return option.feedback or self.feedback, option.misconception
        for near in self.near:
            if spelled(value, fold) in {spelled(form, fold) for form in near.forms}:
                return near.feedback or self.feedback, near.misconception
        return self.feedback, ""

    def guess_level(self) -> Fraction:
        return Fraction(1, len(self.options)) if self.options else Fraction(0)

    def right_texts(self) -> tuple[str, ...]:
        """Everything that is right in the listing."""
        return tuple(o.text for o in self.options if o.correct) or self.accepted

    def wrong_texts(self) -> tuple[str, ...]:
        """Everything that is named as wrong."""
        near = tuple(form for each in self.near for form in each.forms)
        return tuple(o.text for o in self.options if not o.correct) or near

    def misconception_ids(self) -> tuple[str, ...]:
        named = (*(o.misconception for o in self.options), *(n.misconception for n in self.near))
        return tuple(name for name in named if name)

    def problems(self, fold: Collection[CodeFold]) -> Iterator[LintFinding]:
        """What is wrong with the gap itself."""
        where = f"gaps.{self.id}"
        if bool(self.options) == bool(self.accepted):
            fix = "Write `accepted` for a text that is typed, or `options` to choose from."
            yield error(where, "it needs either `accepted` or `options`", fix)
        elif self.options:
            yield from self._option_problems(where)
        else:
            yield from self._form_problems(where, fold)

    def _option_problems(self, where: str) -> Iterator[LintFinding]:
        right = sum(option.correct for option in self.options)
        if right != 1:
            yield error(where, f"{right} options are right", "Mark one with `correct: true`.")
        if not 2 <= len(self.options) <= len(LABELS):
            fix = f"Write two to {len(LABELS)}."
            yield error(where, f"got {counted(len(self.options), 'option')}", fix)
        for name in ("id", "text"):
            values = [spelled(getattr(option, name), USUAL_FOLD) for option in self.options]
            if not all(values):
                yield error(where, f"an option has an empty {name}", "Write it.")
            if twice := [value for value in values if values.count(value) > 1]:
                yield error(where, f"the {name} {twice[0]!r} stands twice", "Make them differ.")
        yield from self._option_comments(where)

    def _option_comments(self, where: str) -> Iterator[LintFinding]:
        if self.near:
            yield error(where, "`near` is for a text that is typed", "Write it at the options.")
        for option in self.options:
            if not option.correct and not (option.feedback or self.feedback).strip():
                yield warning(where, f"{option.text!r} has no feedback", "Say why it is wrong.")
            if not option.correct and not option.misconception:
                fix = "Write `misconception: <id>`, an id of misconceptions.yaml."
                yield warning(where, f"{option.text!r} names no misconception", fix)

    def _form_problems(self, where: str, fold: Collection[CodeFold]) -> Iterator[LintFinding]:
        if not self.feedback.strip():
            yield warning(where, "there is no feedback", "Say it to a taker who is wrong.")
        seen: dict[str, str] = {}
        for form in (*self.accepted, *self.wrong_texts()):
            if isinstance(rejected := self.read(form), Rejected):
                yield error(where, f"{form!r} cannot be an answer: {rejected.why}", "Change it.")
            if len(form.strip()) == 1 and not form.strip().isdigit():
                yield error(
                    where,
                    f"{form!r} is a single character, which may be a command in a terminal",
                    "Widen the gap, or write `options`.",
                )
            compared = spelled(form, fold)
            if compared in seen:
                yield error(where, f"{form!r} is the same as {seen[compared]!r}", "Keep one.")
            seen.setdefault(compared, form)
        yield from self._near_comments(where)

    def _near_comments(self, where: str) -> Iterator[LintFinding]:
        for near in self.near:
            if not (near.feedback or self.feedback).strip():
                yield warning(
                    where, f"{', '.join(near.forms)} has no feedback", "Say what they miss."
                )
            if not near.misconception:
                fix = "Write `misconception: <id>`."
                yield warning(where, f"{', '.join(near.forms)} names no misconception", fix)
