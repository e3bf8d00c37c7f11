"""What an audit grades: right code of every kind, every known mistake, pairs of them, and noise."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from grader.audit.sources import with_functions
from grader.errors import CourseError
from grader.intake.reading import entries, read
from grader.records import Submission
from grader.settings import Assignment
from reference.decoder.contract import FUNCTIONS
from reference.decoder.misconceptions.catalogue import Misconception, equivalents, misconceptions

_SEED = 20
_PARAMETERS = {
    name: function.__code__.co_varnames[: function.__code__.co_argcount]
    for name, function in FUNCTIONS.items()
}
# Noise of a size between 0.0003 and 1 of the largest value; another token where tokens come.
_NOISE = """
import random
import types

import torch


class Noise:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.size = 10 ** self.random.uniform(-3.5, 0)
        self.generator = torch.Generator().manual_seed(seed)

    def on(self, value):
        if isinstance(value, torch.Tensor):
            noise = torch.randn(value.shape, generator=self.generator).to(value.dtype)
            return value + self.size * noise * value.detach().abs().max()
        if isinstance(value, float):
            return value * (1 + self.size * self.random.gauss(0, 1))
        if isinstance(value, list):
            return [self.random.randrange(37) for _ in value]
        return self.random.randrange(7)

    def after(self, right):
        return lambda *arguments: self.on(right(*arguments))

    def within(self, loop):
        def generate(prompt, stages, *limits):
            table = types.SimpleNamespace(
                embed=stages.embed,
                layers=stages.layers,
                output=self.after(stages.output),
                softmax=stages.softmax,
                select=stages.select,
            )
            return loop(prompt, table, *limits)

        return generate


for stage, seed in {seeds}.items():
    noise, right = Noise(seed), globals()[stage]
    globals()[stage] = noise.within(right) if stage == "generate" else noise.after(right)
"""


class CaseKind(StrEnum):
    """What is known of a case before it is graded."""

    RIGHT = "right"
    EQUIVALENT = "equivalent"  # right wherever its entry in the catalogue says so
    WRONG = "wrong"  # one misconception
    PAIR = "pair"  # two of them, in different stages
    NOISE = "noise"  # in each of its stages wrong in a way that nobody's mistake is


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCase:
    """One submission and what it is."""

    kind: CaseKind
    submission: Submission
    stages: tuple[str, ...] = ()  # those in which it differs from the reference
    ids: tuple[str, ...] = ()  # its misconceptions
    where: str = ""  # of an equivalent: where alone it is right

    @property
    def name(self) -> str:
        return self.submission.name


def known_stages(assignment: Assignment) -> tuple[str, ...]:
    """The stages whose mistakes are in the catalogue: those with its names and parameters.

    Raises:
        CourseError: there is none.
    """
    known = tuple(
        stage.name for stage in assignment.stages if _PARAMETERS.get(stage.name) == stage.parameters
    )
    if not known:
        raise CourseError(
            "no misconceptions are known about any of its stages, so there is nothing to audit",
            at=assignment.name,
            fix="An audit takes decoder-generation, or a changed copy that keeps some of its "
            "stages with their names and parameters.",
        )
    return known


def right_cases(assignment: Assignment) -> list[AuditCase]:
    """The reference, other ways to compute its stages, and the right submissions of the folder."""
    stages = known_stages(assignment)
    found = [AuditCase(kind=CaseKind.RIGHT, submission=with_functions("reference", []))]
    found += [
        AuditCase(kind=CaseKind.RIGHT, submission=one) for one in _right_submissions(assignment)
    ]
    return found + [
        AuditCase(
            kind=CaseKind.EQUIVALENT,
            submission=with_functions(entry.id, [(entry.stage, entry.other)]),
            stages=(entry.stage,),
            where=entry.where,
        )
        for entry in equivalents()
        if entry.stage in stages
    ]


def wrong_cases(assignment: Assignment, samples: int) -> list[AuditCase]:
    """Each misconception alone, and as many random pairs and noisy answers as `samples` says."""
    stages = known_stages(assignment)
    known = [entry for entry in misconceptions() if entry.stage in stages]
    rng = random.Random(_SEED)  # noqa: S311 - no secret; the same cases each time
    pairs = [(a, b) for a, b in itertools.combinations(known, 2) if a.stage != b.stage]
    return [
        *(_wrong(CaseKind.WRONG, (entry,)) for entry in known),
        *(_wrong(CaseKind.PAIR, pair) for pair in rng.sample(pairs, min(samples, len(pairs)))),
        *_noisy(stages, samples),
    ]


def _right_submissions(assignment: Assignment) -> Iterator[Submission]:
    """Those under `audit/right`, and the examples that are called right."""
    for folder, beginning in (("audit/right", ""), ("examples/submissions", "right-")):
        if (assignment.folder / folder).is_dir():
            for name, path in entries(assignment.folder / folder).items():
                if name.startswith(beginning):
                    yield read(path, name)


def _wrong(kind: CaseKind, found: tuple[Misconception, ...]) -> AuditCase:
    ids = tuple(entry.id for entry in found)
    functions = [(entry.stage, entry.wrong) for entry in found]
    return AuditCase(
        kind=kind,
        submission=with_functions(" + ".join(ids), functions),
        stages=tuple(entry.stage for entry in found),
        ids=ids,
    )


def _noisy(stages: tuple[str, ...], samples: int) -> Iterator[AuditCase]:
    """Submissions with noise in every stage, until it is so many: stages are graded apart."""
    for number, first in enumerate(range(0, samples, len(stages))):
        noisy = stages[: samples - first]
        seeds = {stage: first + place for place, stage in enumerate(noisy)}
        extra = _NOISE.format(seeds=seeds)
        yield AuditCase(
            kind=CaseKind.NOISE,
            submission=with_functions(f"noise {number}", [], extra=extra),
            stages=noisy,
        )
