"""What an audit grades: right code of every kind, every known mistake, pairs of them, and noise."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from grader.audit.sources import exchange, with_functions
from grader.errors import CourseError
from grader.intake.reading import entries, read
from grader.records import Submission
from grader.settings import Assignment
from grader.subject.loading import subject_of
from grader.subject.misconception import Misconception
from grader.subject.subject import Subject

_SEED = 20
# Noise of a size between 0.0003 and 1 of the largest value; another token where tokens come.
_NOISE = """
import random
import types

import numpy as np
import torch


class Noise:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.size = 10 ** self.random.uniform(-3.5, 0)
        self.generator = torch.Generator().manual_seed(seed)
        self.numbers = np.random.default_rng(seed)

    def on(self, value):
        if isinstance(value, dict):
            return {{key: self.on(item) for key, item in value.items()}}
        if isinstance(value, (list, tuple)) and not all(isinstance(i, int) for i in value):
            return [self.on(item) for item in value]
        if isinstance(value, torch.nn.Module):
            value.register_forward_hook(lambda module, given, came: self.on(came))
            return value
        if isinstance(value, torch.Tensor) and not value.is_floating_point():
            other = torch.randint(0, 7, value.shape, generator=self.generator)
            return other > 2 if value.dtype == torch.bool else other
        if isinstance(value, torch.Tensor):
            noise = torch.randn(value.shape, generator=self.generator).to(value.dtype)
            return value + self.size * noise * value.detach().abs().max()
        if isinstance(value, np.ndarray):
            noise = self.numbers.standard_normal(value.shape).astype(value.dtype)
            return value + self.size * noise * np.abs(value).max()
        if isinstance(value, (float, np.floating)):
            return value * (1 + self.size * self.random.gauss(0, 1))
        if isinstance(value, list):
            return [self.random.randrange(37) for _ in value]
        return self.random.randrange(7)

    def after(self, right):
        return lambda *arguments: self.on(right(*arguments))

    def behind(self, stage):
        # What goes with the logits, such as a cache, stays as it is.
        def call(*arguments):
            logits = stage(*arguments)
            if isinstance(logits, (list, tuple)):
                return [self.on(logits[0]), *logits[1:]]
            return self.on(logits)

        return call

    def within(self, loop):
        # Noise on what a loop returns would be other tokens: its stages that give logits get it.
        def received(value):
            if isinstance(value, torch.nn.Module):
                value.forward = self.behind(value.forward)
            elif isinstance(value, types.SimpleNamespace):
                made = {{n: self.behind(f) for n, f in vars(value).items() if n in {logits}}}
                return types.SimpleNamespace(**{{**vars(value), **made}})
            return value

        return lambda *arguments: loop(*map(received, arguments))


for stage, seed in {seeds}.items():
    noise, right = Noise(seed), globals()[stage]
    globals()[stage] = noise.within(right) if stage in {loops} else noise.after(right)
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


def audited_subject(assignment: Assignment) -> Subject:
    """The subject of an assignment, as far as mistakes are known about its stages.

    Raises:
        CourseError: there is none, or none of its mistakes is about a stage of the assignment.
    """
    subject = subject_of(assignment)
    if subject is not None and subject.misconceptions:
        return subject
    if subject is None:
        problem = "it names no subject, so no mistakes are known that its checks could be tried on"
    else:
        problem = f"the subject {subject.name} knows no mistake about any of its stages"
    raise CourseError(
        problem,
        at=str(assignment.folder),
        fix="Put reference.py and misconceptions.py beside assignment.yaml, or write "
        "`subject: decoder` into it if its stages are those of decoder-generation.",
    )


def right_cases(assignment: Assignment, subject: Subject) -> list[AuditCase]:
    """The reference, other ways to compute its stages, and the right submissions of the folder."""
    whole = with_functions(subject, "reference", [])
    found = [AuditCase(kind=CaseKind.RIGHT, submission=whole)]
    found += [
        AuditCase(kind=CaseKind.RIGHT, submission=one) for one in _right_submissions(assignment)
    ]
    return found + [
        AuditCase(
            kind=CaseKind.EQUIVALENT,
            submission=with_functions(subject, entry.id, [(entry.stage, entry.other)]),
            stages=(entry.stage,),
            where=entry.where,
        )
        for entry in subject.equivalents
    ]


def wrong_cases(subject: Subject, samples: int) -> list[AuditCase]:
    """Each misconception alone, and as many random pairs and noisy answers as `samples` says."""
    known = subject.misconceptions
    rng = random.Random(_SEED)  # noqa: S311 - no secret; the same cases each time
    pairs = [(a, b) for a, b in itertools.combinations(known, 2) if a.stage != b.stage]
    drawn = rng.sample(pairs, min(samples, len(pairs)))
    return [
        *(_wrong(subject, CaseKind.WRONG, (entry,)) for entry in known),
        *(_wrong(subject, CaseKind.PAIR, pair) for pair in drawn),
        *_noisy(subject, samples),
    ]


def _right_submissions(assignment: Assignment) -> Iterator[Submission]:
    """Those under `audit/right`, and the examples that are called right."""
    for folder, beginning in (("audit/right", ""), ("examples/submissions", "right-")):
        if (assignment.folder / folder).is_dir():
            for name, path in entries(assignment.folder / folder).items():
                if name.startswith(beginning):
                    yield read(path, name)


def _wrong(subject: Subject, kind: CaseKind, found: tuple[Misconception, ...]) -> AuditCase:
    ids = tuple(entry.id for entry in found)
    functions = [(entry.stage, entry.wrong) for entry in found]
    return AuditCase(
        kind=kind,
        submission=with_functions(subject, " + ".join(ids), functions),
        stages=tuple(entry.stage for entry in found),
        ids=ids,
    )


def _noisy(subject: Subject, samples: int) -> Iterator[AuditCase]:
    """Submissions with noise in every stage, until it is so many: stages are graded apart."""
    stages = tuple(subject.functions)
    for number, first in enumerate(range(0, samples, len(stages))):
        noisy = stages[: samples - first]
        seeds = {stage: first + place for place, stage in enumerate(noisy)}
        logits = sorted({name for loop in subject.loops.values() if loop for name in loop.logits})
        extra = _NOISE.format(seeds=seeds, loops=sorted(subject.loops), logits=logits)
        extra += exchange(subject, [stage for stage in noisy if stage in subject.loops])
        yield AuditCase(
            kind=CaseKind.NOISE,
            submission=with_functions(subject, f"noise {number}", [], extra=extra),
            stages=noisy,
        )
