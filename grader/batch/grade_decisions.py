"""What people decided about grades of code: points of a stage, an excuse, and taking back.

A decision has the number of its place in the list, from 1. It holds for the submission whatever
reports come later, until it is taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from grader.decision_list import not_taken_back
from grader.errors import GraderFault
from grader.text import clean_line

_SHOWN_CHARACTERS = 200


class Awarded(msgspec.Struct, frozen=True, kw_only=True, tag="awarded", tag_field="entry"):
    """A person gave a stage other points than its checks did."""

    submission: str
    stage: str
    points: int
    reason: str
    by: str
    at: datetime
    report: str  # the key of the report that was there then


class Excused(msgspec.Struct, frozen=True, kw_only=True, tag="excused", tag_field="entry"):
    """The submission counts for nothing, and against nobody."""

    submission: str
    reason: str
    by: str
    at: datetime


class TakenBack(msgspec.Struct, frozen=True, kw_only=True, tag="taken back", tag_field="entry"):
    """A decision no longer holds."""

    number: int
    reason: str
    by: str
    at: datetime


GradeEntry = Awarded | Excused | TakenBack


@dataclass(frozen=True, slots=True)
class SubmissionDecisions:
    """What holds for one submission: the last award of each stage, and an excuse."""

    awards: dict[str, Awarded] = field(default_factory=dict)
    excuse: Excused | None = None


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


def holding(entries: Sequence[GradeEntry]) -> dict[int, Awarded | Excused]:
    """The decisions that were not taken back, by their numbers."""
    numbered = dict(enumerate(entries, start=1))
    decided = {n: entry for n, entry in numbered.items() if not isinstance(entry, TakenBack)}
    taken_back = [entry.number for entry in entries if isinstance(entry, TakenBack)]
    return not_taken_back(decided, taken_back)


def by_submission(entries: Sequence[GradeEntry]) -> Mapping[str, SubmissionDecisions]:
    """What holds for each submission that somebody decided about; later entries win."""
    found: dict[str, SubmissionDecisions] = {}
    for entry in holding(entries).values():
        before = found.get(entry.submission, SubmissionDecisions())
        if isinstance(entry, Awarded):
            now = SubmissionDecisions(before.awards | {entry.stage: entry}, before.excuse)
        else:
            now = SubmissionDecisions(before.awards, entry)
        found[entry.submission] = now
    return found
