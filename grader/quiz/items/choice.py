"""Questions with options: one right, several right, or a statement that is true or false."""

import re
from collections.abc import Iterator
from fractions import Fraction
from math import comb
from typing import Any, ClassVar, Self

import msgspec

from grader.errors import did_you_mean
from grader.quiz.items.folding import without_invisible
from grader.quiz.items.form import Offered, OptionsForm
from grader.quiz.items.item import (
    Item,
    LintFinding,
    Presentation,
    Rejected,
    Response,
    ShownPart,
    error,
    seen,
    warning,
)
from grader.quiz.items.marks import Mark, scored
from grader.quiz.items.shuffle import shuffled
from grader.text import counted

LABELS = "abcdefghijkl"


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One option, with what to say to a taker who chose it."""

    id: str
    text: str
    feedback: str = ""
    correct: bool = False
    misconception: str = ""


class _WithOptions(Item, frozen=True, kw_only=True):
    """What single and multiple choice share."""

    options: tuple[Option, ...]
    keep_order: bool = False

    def _arranged(self, seed: int) -> tuple[Option, ...]:
        if self.keep_order:
            return self.options
        by_id = {option.id: option for option in self.options}
        return tuple(by_id[name] for name in shuffled(by_id, seed=seed, salt=self.id))

    def as_shown(self, seed: int) -> Self:
        return msgspec.structs.replace(self, options=self._arranged(seed), keep_order=True)

    def labels(self) -> dict[str, str]:
        """The name of each option for a taker: its letter, or its id where letters differ."""
        ids = [option.id for option in self.options]
        return dict(zip(ids, LABELS if self.keep_order else ids, strict=False))

    def _chosen(self, response: Response) -> tuple[Option, ...]:
        return tuple(option for option in self.options if option.id in response)

    def _present(self, seed: int, *, how: str) -> Presentation:
        arranged = zip(LABELS, self._arranged(seed), strict=False)
        return Presentation(
            item=self.id,
            kind=self.kind(),
            stem=self.stem,
            points=self.points,
            how=how,
            parts=tuple(ShownPart(label, option.text) for label, option in arranged),
        )

    def form(self, seed: int, response: Response | None = None) -> OptionsForm:
        arranged = zip(LABELS, self._arranged(seed), strict=False)
        offered = (Offered(label, o.text, o.id in (response or ())) for label, o in arranged)
        return OptionsForm(options=tuple(offered), several=isinstance(self, Choices))

    def _ids(self, value: object) -> tuple[str, ...] | Rejected:
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list | tuple) or not given:
            return Rejected(f"{value!r} is not the id of an option, nor a list of such ids")
        known = [option.id for option in self.options]
        for name in given:
            if name not in known:
                return Rejected(f"there is no option {name!r}. {did_you_mean(name, known)}")
        return tuple(name for name in known if name in given)

    def _typed_ids(self, text: str, seed: int) -> tuple[str, ...] | Rejected:
        by_label = dict(zip(LABELS, (option.id for option in self._arranged(seed)), strict=False))
        words = re.findall(r"[^\s,;.()]+", without_invisible(text).lower())
        # letters may be written together: "ac" is "a c"
        letters = list(words[0]) if len(words) == 1 and set(words[0]) <= set(by_label) else words
        for letter in letters:
            if letter not in by_label:
                return Rejected(f"{letter!r} is none of the letters {_spoken(by_label)}")
        if not letters:
            return Rejected("there is no letter in that")
        return self._ids([by_label[letter] for letter in letters])

    def key(self) -> Response:
        return tuple(option.id for option in self.options if option.correct)

    def show(self, response: Response) -> str:
        shown = self.labels() if self.keep_order else {}
        chosen = [_labelled(shown.get(o.id, ""), o.text) for o in self._chosen(response)]
        return "\n".join(f"- {text}" for text in chosen) if len(chosen) > 1 else chosen[0]

    def misconception_ids(self) -> tuple[str, ...]:
        return tuple(option.misconception for option in self.options if option.misconception)

    def problems(self) -> Iterator[LintFinding]:
        if not 2 <= len(self.options) <= len(LABELS):
            yield error(
                "options",
                f"got {counted(len(self.options), 'option')}",
                f"Write two to {len(LABELS)} options.",
            )
        for name in ("id", "text"):
            yield from _twins(self.options, name)
        for option in self.options:
            yield from _option_problems(option)
        yield from _telling_length(self.options)


class Choice(_WithOptions, frozen=True, kw_only=True, tag="choice"):
    """Exactly one option is right."""

    shape: ClassVar[str] = "the id of one option"
    example: ClassVar[str] = """
        id: example.choice
        kind: choice
        concept: 8
        difficulty: 1
        stem: Which shape do the logits have for a batch of B sequences of T tokens?
        explanation: Every position gets one number for every token of the vocabulary.
        options:
          - {id: all, text: B x T x V, correct: true, feedback: One row a position.}
          - {id: last, text: B x V, misconception: logits.last_only, feedback: All rows exist.}
        """

    def present(self, seed: int) -> Presentation:
        return self._present(seed, how="Type the letter of the right answer.")

    def read(self, value: object) -> Response | Rejected:
        return _only_one(self._ids(value))

    def read_typed(self, text: str, *, seed: int) -> Response | Rejected:
        return _only_one(self._typed_ids(text, seed))

    def mark(self, response: Response) -> Mark:
        option = self._chosen(response)[0]
        label = self.labels()[option.id] if self.keep_order else ""
        return scored(
            Fraction(option.correct),
            self.points,
            feedback=(_labelled(label, option.feedback),),
            misconceptions=(option.misconception,) if option.misconception else (),
        )

    def guess_level(self) -> Fraction:
        return Fraction(1, len(self.options))

    def problems(self) -> Iterator[LintFinding]:
        yield from super().problems()
        right = sum(option.correct for option in self.options)
        if right != 1:
            yield error(
                "options",
                f"{right} options are right, and a choice has exactly one",
                "Mark one option with `correct: true`, or write `kind: choices`.",
            )


class Choices(_WithOptions, frozen=True, kw_only=True, tag="choices"):
    """Several options may be right: the share is right minus wrong, not below zero."""

    shape: ClassVar[str] = "a list of option ids, such as [one, two]"
    example: ClassVar[str] = """
        id: example.choices
        kind: choices
        concept: 10
        difficulty: 2
        points: 2
        stem: Which settings always select the most probable token?
        explanation: Both leave a single candidate.
        options:
          - {id: one, text: top-k with k = 1, correct: true, feedback: One candidate is left.}
          - {id: cold, text: temperature 0, correct: true, feedback: This is greedy.}
          - {id: all, text: top-p with p = 1, misconception: top_p.one, feedback: It keeps all.}
        """

    def present(self, seed: int) -> Presentation:
        how = (
            "Type the letters of all right answers, for example a c. A wrong one costs a right one."
        )
        return self._present(seed, how=how)

    def read(self, value: object) -> Response | Rejected:
        return self._ids(value)

    def read_typed(self, text: str, *, seed: int) -> Response | Rejected:
        return self._typed_ids(text, seed)

    def mark(self, response: Response) -> Mark:
        chosen = self._chosen(response)
        right = sum(option.correct for option in chosen)
        wrong = len(chosen) - right
        labels = self.labels()
        feedback = [_labelled(labels[option.id], option.feedback) for option in chosen]
        if right < len(self.key()):
            feedback.append("You did not choose all that are right.")
        return scored(
            max(Fraction(0), Fraction(right - wrong, len(self.key()))),
            self.points,
            feedback=tuple(feedback),
            misconceptions=tuple(o.misconception for o in chosen if o.misconception),
        )

    def share_if_right(self, response: Response, key: Response) -> Fraction:
        right = sum(name in key for name in response)
        return max(Fraction(0), Fraction(2 * right - len(response), len(key)))

    def guess_level(self) -> Fraction:
        """The mean for the best number of options, chosen blindly: often one, or all of them."""
        right, n = len(self.key()), len(self.options)

        def mean(chosen: int) -> Fraction:
            least, most = max(0, chosen - (n - right)), min(right, chosen)
            total = sum(
                comb(right, hits) * comb(n - right, chosen - hits) * max(0, 2 * hits - chosen)
                for hits in range(least, most + 1)
            )
            return Fraction(total, right * comb(n, chosen))

        return max(map(mean, range(1, n + 1)))

    def problems(self) -> Iterator[LintFinding]:
        yield from super().problems()
        if not self.key():
            yield error("options", "no option is right", "Mark the right ones `correct: true`.")


class TrueFalse(Item, frozen=True, kw_only=True, tag="true_false"):
    """A statement that is true or false."""

    answer: bool
    misconception: str = ""
    feedback_true: str = ""
    feedback_false: str = ""

    shape: ClassVar[str] = "true or false"
    example: ClassVar[str] = """
        id: example.true-false
        kind: true_false
        concept: 7
        difficulty: 1
        stem: A decoder-only model needs an encoder to translate.
        explanation: The sentence to translate is part of the prompt.
        answer: false
        feedback_true: The prompt holds the sentence; causal self-attention reads it.
        feedback_false: Translation is text that continues a prompt.
        misconception: architecture.encoder
        """

    def present(self, seed: int) -> Presentation:
        return Presentation(
            item=self.id,
            kind=self.kind(),
            stem=self.stem,
            points=self.points,
            how="Type t for true or f for false.",
            parts=(ShownPart("t", "true"), ShownPart("f", "false")),
        )

    def form(self, seed: int, response: Response | None = None) -> OptionsForm:
        words = ("true", "false")
        return OptionsForm(options=tuple(Offered(w[0], w, w == response) for w in words))

    def read(self, value: object) -> Response | Rejected:
        word = str(value).lower()
        return word if word in ("true", "false") else Rejected(f"{value!r} is not true or false")

    def read_typed(self, text: str, *, seed: int) -> Response | Rejected:
        word = without_invisible(text).strip().lower()
        return self.read({"t": "true", "f": "false"}.get(word, word))

    def mark(self, response: Response) -> Mark:
        is_right = response == self.key()
        return scored(
            Fraction(is_right),
            self.points,
            feedback=(self.feedback_true if response == "true" else self.feedback_false,),
            misconceptions=() if is_right else self.misconception_ids(),
        )

    def key(self) -> Response:
        return str(self.answer).lower()

    def show(self, response: Response) -> str:
        return str(response)

    def guess_level(self) -> Fraction:
        return Fraction(1, 2)

    def misconception_ids(self) -> tuple[str, ...]:
        return (self.misconception,) if self.misconception else ()

    def problems(self) -> Iterator[LintFinding]:
        for name in ("feedback_true", "feedback_false"):
            if not getattr(self, name):
                said = name.removeprefix("feedback_")
                yield warning(name, "there is no feedback", f"Say it to a taker who said {said}.")
        if not self.misconception:
            yield _nameless("misconception")


def _only_one(ids: tuple[str, ...] | Rejected) -> Response | Rejected:
    if isinstance(ids, tuple) and len(ids) > 1:
        return Rejected("one answer is right here: choose one")
    return ids


def _labelled(label: str, text: str) -> str:
    """A Markdown text behind the label of its option; a block begins below it."""
    if not label or not text:
        return text
    return f"{label}:\n\n{text}" if "\n" in text.strip() else f"{label}: {text}"


def _spoken(labels: dict[str, Any]) -> str:
    *first, last = labels
    return f"{', '.join(first)} and {last}"


def _twins(options: tuple[Option, ...], name: str) -> Iterator[LintFinding]:
    known: set[str] = set()
    for option in options:
        value = seen(getattr(option, name))
        if value and value in known:
            yield error(
                f"options.{option.id}", f"the {name} {value!r} stands twice", "Make them differ."
            )
        known.add(value)


def _option_problems(option: Option) -> Iterator[LintFinding]:
    where = f"options.{option.id}"
    if not seen(option.text):
        yield error(where, "there is no text", "Write what the option says, or remove it.")
    if not option.feedback.strip():
        yield warning(where, "there is no feedback", "Say why the option is right or wrong.")
    if option.correct and option.misconception:
        yield error(where, "a right option names a misconception", "Remove `misconception`.")
    if not option.correct and not option.misconception:
        yield _nameless(where)


def _nameless(where: str) -> LintFinding:
    return warning(
        where,
        "a wrong answer names no misconception",
        "Write `misconception: <id>`, an id of misconceptions.yaml.",
    )


def _telling_length(options: tuple[Option, ...]) -> Iterator[LintFinding]:
    """A right answer that is much longer than all others is chosen without any knowledge."""
    right = [option for option in options if option.correct]
    wrong = [len(option.text) for option in options if not option.correct]
    if len(right) == 1 and wrong and len(right[0].text) > max(1.25 * max(wrong), max(wrong) + 10):
        yield warning(
            f"options.{right[0].id}",
            f"the right option has {len(right[0].text)} characters, no wrong one over {max(wrong)}",
            "Make it shorter, or the others as careful: length gives it away.",
        )
