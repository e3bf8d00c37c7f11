"""From the mistakes named in a student's code to the questions on them, and back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from grader.records import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedAttempt:
    """A code report of a student, as students get it: which attempt at which assignment."""

    assignment: str
    number: int
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mistaken idea was met: a stage in the report of an attempt."""

    assignment: str
    number: int
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetIdea:
    """A mistaken idea that a student's code fits."""

    misconception: str
    says: str
    hint: str
    questions: tuple[str, ...]
    places: tuple[Place, ...]
    is_current: bool  # whether the last attempt at its assignment still has it


def met_ideas(attempts: Iterable[GradedAttempt]) -> tuple[MetIdea, ...]:
    """The mistaken ideas of all attempts, each once: those of last attempts first.

    Where several ideas fit alike, each of them is one to practise.
    """
    in_order = sorted(attempts, key=lambda one: one.number)
    last = {one.assignment: one.number for one in in_order}
    found: dict[str, MetIdea] = {}
    for one in in_order:
        for idea in _ideas(one, is_current=last[one.assignment] == one.number):
            earlier = found.get(idea.misconception)
            places = (*earlier.places, *idea.places) if earlier else idea.places
            found[idea.misconception] = replace(
                idea,
                places=tuple(dict.fromkeys(places)),
                is_current=idea.is_current or (earlier is not None and earlier.is_current),
            )
    return tuple(sorted(found.values(), key=lambda idea: not idea.is_current))


def _ideas(attempt: GradedAttempt, *, is_current: bool) -> Iterable[MetIdea]:
    for finding in attempt.report.findings:
        hints = finding.hints if len(finding.hints) == len(finding.misconceptions) else ()
        for place, (name, says) in enumerate(
            zip(finding.misconceptions, finding.says, strict=True)
        ):
            yield MetIdea(
                misconception=name,
                says=says,
                hint=hints[place] if hints else "",
                questions=finding.questions,
                places=(Place(
                    assignment=attempt.assignment, number=attempt.number, stage=finding.stage
                ),),
                is_current=is_current,
            )  # fmt: skip
