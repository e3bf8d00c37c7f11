"""Diagnosis questions: does the evidence in the stem point at one option, and only at that?"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import msgspec

from grader.errors import did_you_mean
from grader.keys.subject_keys import ShownRun, SubjectKeys
from grader.keys.truths import Broken
from grader.quiz.bank.stored_results import PLACEHOLDER, Variant
from grader.quiz.items.choice import Choice, Choices
from grader.quiz.items.item import Item
from grader.quiz.items.verify_keys import DiagnosisRun, EvidenceKind

SEEDS_TRIED = 12  # from the first one on, until there are as many variants as wanted
MORE_STEPS, MORE_PROMPTS = 4, 3
KINDS: tuple[EvidenceKind, ...] = ("step_inputs", "distributions", "attention_weights")


class Case:
    """One seed: the evidence of every program that the question names."""

    def __init__(self, keys: SubjectKeys, backing: DiagnosisRun, seed: int) -> None:
        self.keys, self.backing, self.seed = keys, backing, seed

    @cached_property
    def right(self) -> Any:
        return self.keys.program(self.backing, None, self.seed)

    @cached_property
    def evidence(self) -> ShownRun:
        return self.of(self.backing.misconception)

    def of(self, misconception: str | None) -> ShownRun:
        """What this mistake shows; None is the right program."""
        seen = self.right
        if misconception:
            seen = self.keys.program(self.backing, misconception, self.seed)
        return self.keys.shown(self.backing, seen, self.right)

    def alike(self, misconception: str | None) -> bool:
        return self.of(misconception).text == self.evidence.text


def diagnosis(
    keys: SubjectKeys, item: Item, backing: DiagnosisRun, *, stem: str
) -> tuple[list[str], list[Variant]]:
    """What speaks against the key, and the evidence of each variant.

    Args:
        stem: as its author wrote it, with the placeholder.
    """
    rivals = _rivals(item, backing)
    problems = list(_schema_problems(keys, backing, rivals, stem))
    if problems:
        return problems, []
    variants: list[Variant] = []
    worst: list[Trouble] = []
    for seed in range(backing.seed, backing.seed + SEEDS_TRIED):
        case = Case(keys, backing, seed)
        found = list(_troubles(case, rivals))
        if case.evidence.is_clear and not found:
            variants.append(Variant(seed=seed, evidence=case.evidence.text))
        if len(variants) == backing.variants:
            return [], variants
        # An option that is as good can be mended, so it says more than a mistake that is hidden.
        if found and (not worst or (found[0].option and not worst[0].option)):
            worst = found
    problems = [trouble.sentence() for trouble in worst]
    if not problems:
        problems = ["on no seed is the evidence clear: numbers lie too near to a rounding limit"]
    problems.append(
        f"{len(variants)} of {backing.variants} variants were found"
        f" from seed {backing.seed} to {backing.seed + SEEDS_TRIED - 1}"
    )
    return problems, []


def _rivals(item: Item, backing: DiagnosisRun) -> dict[str, tuple[str, ...]]:
    """The mistakes that each wrong option stands for."""
    if not isinstance(item, Choice | Choices):
        raise Broken(f"a diagnosis cannot decide a question of kind `{item.kind()}`")
    options = {option.id: option for option in item.options}
    for name in backing.options:
        if name not in options:
            raise Broken(f"`options` names no option: {name!r}. {did_you_mean(name, options)}")
    return {name: backing.mistakes(name) for name, option in options.items() if not option.correct}


def _schema_problems(
    keys: SubjectKeys, backing: DiagnosisRun, rivals: dict[str, tuple[str, ...]], stem: str
) -> Iterator[str]:
    known = keys.misconceptions
    for name in (backing.misconception, *(n for names in rivals.values() for n in names)):
        if name not in known and name != "right":
            yield f"the reference has no misconception {name!r}. {did_you_mean(name, known)}"
    for option, names in rivals.items():
        if not names:
            yield f"`options` does not say which mistake option {option!r} stands for"
    if PLACEHOLDER not in stem:
        yield f"the stem shows nothing of the run: write {PLACEHOLDER} where its evidence belongs"
    highest = max(max(prompt, default=0) for prompt in backing.prompts)
    if highest >= backing.vocabulary_size:
        yield f"the prompt holds the id {highest}, and there are {backing.vocabulary_size} tokens"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Another program that shows the same evidence; the right one if there is no option."""

    case: Case
    option: str = ""
    misconception: str | None = None

    def sentence(self) -> str:
        """What is wrong, and the least additional evidence that tells the two apart."""
        seed = self.case.seed
        if not self.option:
            return f"on seed {seed} a right program shows the same evidence"
        return (
            f"ambiguous with option {self.option!r}: on seed {seed}"
            f" {self.misconception or 'a right program'} shows the same evidence. {self._least()}"
        )

    def _least(self) -> str:
        for words, changed in _additions(self.case):
            if not Case(self.case.keys, changed, self.case.seed).alike(self.misconception):
                return f"To tell them apart: {words}."
        return "Nothing that was tried tells them apart: merge the options."


def _troubles(case: Case, rivals: dict[str, tuple[str, ...]]) -> Iterator[Trouble]:
    if case.alike(None):
        yield Trouble(case)
        return
    for option, names in rivals.items():
        mistakes = (None if name == "right" else name for name in names)
        yield from islice((Trouble(case, option, m) for m in mistakes if case.alike(m)), 1)


def _additions(case: Case) -> Iterator[tuple[str, DiagnosisRun]]:
    """More evidence in words and as a run, from little to much."""
    backing = case.backing
    for more in range(1, MORE_STEPS + 1):
        steps = backing.steps + more
        yield f"show {steps} steps", _changed(backing, steps=steps)
        if more <= MORE_PROMPTS:
            yield (
                f"show {len(backing.prompts) + more} prompts",
                case.keys.with_prompts(backing, more),
            )
    for kind in KINDS:
        if kind not in backing.kinds:
            shown = tuple(dict.fromkeys((*backing.kinds, kind)))
            yield f"show {kind}, too", _changed(backing, evidence=shown)


def _changed(backing: DiagnosisRun, **fields: Any) -> DiagnosisRun:
    return msgspec.structs.replace(backing, **fields)
