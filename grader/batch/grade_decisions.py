"""What people decided about the grades of a class for its code, and what of it holds.

A decision has the number of its place in the list, from 1. It holds whatever reports come later,
until it is taken back. The policy of a course.yaml is one as well: it holds from when it was
applied, and the one before comes back with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from grader.decision_list import not_taken_back
from grader.errors import GraderFault
from grader.policies.policy import NO_POLICY, Policy
from grader.text import clean_line

_SHOWN_CHARACTERS = 200


class _Decided(msgspec.Struct, frozen=True, kw_only=True, tag_field="entry"):
    """Why, by whom and when."""

    reason: str
    by: str
    at: datetime


class Awarded(_Decided, frozen=True, kw_only=True, tag="awarded"):
    """A person gave a stage other points than its checks did."""

    submission: str
    stage: str
    points: int
    report: str  # the key of the report that was there then


class Excused(_Decided, frozen=True, kw_only=True, tag="excused"):
    """The submission counts for nothing, and against nobody."""

    submission: str


class Extended(_Decided, frozen=True, kw_only=True, tag="extended"):
    """A submission has more time; of several extensions the longest holds, as of extra times."""

    submission: str
    seconds: int
    is_extra: bool = False  # extra time comes on top of an extension


class TimeStated(_Decided, frozen=True, kw_only=True, tag="time stated"):
    """A person knows when it was handed in, whatever the files say."""

    submission: str
    handed_in_at: datetime
    submission_digest: str  # of the attempt that is meant


class FinalSet(_Decided, frozen=True, kw_only=True, tag="final set"):
    """A person set the final points, whatever checks and policies come to."""

    submission: str
    points: str  # exact, as `fractions.Fraction` reads it


class CheckDropped(_Decided, frozen=True, kw_only=True, tag="check dropped"):
    """A check counts for nobody: its points leave the maximum."""

    check: str


class PolicyApplied(_Decided, frozen=True, kw_only=True, tag="policy applied"):
    """The policy that holds for the class from now on."""

    policy: Policy


class TakenBack(_Decided, frozen=True, kw_only=True, tag="taken back"):
    """A decision no longer holds."""

    number: int


SubmissionDecision = Awarded | Excused | Extended | TimeStated | FinalSet
GradeDecision = SubmissionDecision | CheckDropped | PolicyApplied
GradeEntry = GradeDecision | TakenBack


@dataclass(frozen=True, slots=True)
class SubmissionDecisions:
    """What holds for one submission: the last award of each stage, an excuse, and the others."""

    awards: dict[str, Awarded] = field(default_factory=dict)
    excuse: Excused | None = None
    extensions: tuple[Extended, ...] = ()
    times: dict[str, TimeStated] = field(default_factory=dict)  # by digest of the attempt
    final: FinalSet | None = None


@dataclass(frozen=True, slots=True)
class ClassDecisions:
    """What holds for a class: its policy, dropped checks, and each submission's decisions."""

    policy: Policy = NO_POLICY
    dropped: Mapping[str, str] = field(default_factory=dict)  # the reason, by check
    of: Mapping[str, SubmissionDecisions] = field(default_factory=dict)  # by submission


def entry_from_line(line: str) -> GradeEntry:
    """The inverse of `to_line`.

    Raises:
        GraderFault: the line is no decision, which no run of ours leaves behind.
    """
    try:
        entry: GradeEntry = msgspec.json.decode(line, type=GradeEntry)
    except msgspec.DecodeError as error:
        raise GraderFault(
            f"a decision on a grade cannot be read: {error}",
            at=clean_line(line, _SHOWN_CHARACTERS),
            fix="Restore the line in grade-decisions.jsonl as it was.",
        ) from error
    return entry


def holding(entries: Sequence[GradeEntry]) -> dict[int, GradeDecision]:
    """The decisions that were not taken back, by their numbers."""
    numbered = dict(enumerate(entries, start=1))
    decided = {n: entry for n, entry in numbered.items() if not isinstance(entry, TakenBack)}
    taken_back = [entry.number for entry in entries if isinstance(entry, TakenBack)]
    return not_taken_back(decided, taken_back)


def class_decisions(entries: Sequence[GradeEntry]) -> ClassDecisions:
    """What holds; later entries win."""
    policy = NO_POLICY
    dropped: dict[str, str] = {}
    of: dict[str, SubmissionDecisions] = {}
    for entry in holding(entries).values():
        match entry:
            case PolicyApplied():
                policy = entry.policy
            case CheckDropped():
                dropped[entry.check] = entry.reason
            case _:
                before = of.get(entry.submission, SubmissionDecisions())
                of[entry.submission] = _with(before, entry)
    by_policy = {each.check: each.reason for each in policy.dropped}
    return ClassDecisions(policy, by_policy | dropped, of)


def _with(before: SubmissionDecisions, entry: SubmissionDecision) -> SubmissionDecisions:
    match entry:
        case Awarded():
            return replace(before, awards=before.awards | {entry.stage: entry})
        case Excused():
            return replace(before, excuse=entry)
        case Extended():
            return replace(before, extensions=(*before.extensions, entry))
        case TimeStated():
            return replace(before, times=before.times | {entry.submission_digest: entry})
        case FinalSet():
            return replace(before, final=entry)
