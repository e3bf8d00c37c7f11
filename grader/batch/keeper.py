"""The code reports of a class, wherever they are kept: versions, and what people decided.

A keeper is a results folder or a database, for one class on one assignment. Nothing that it was
given is overwritten: another grading is another version. Decisions are lines of text, which
`grader.batch.grade_decisions` reads.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from grader.decision_list import DecisionList
from grader.records import GradingRun, Report, ReportVersion


class ReportKeeper(DecisionList, Protocol):
    """Where the reports of a class are kept."""

    def secret(self) -> str:
        """What hidden checks draw from if the course has no secret; made on first use."""

    def newest(self) -> Mapping[str, Report]:
        """The report that counts of each submission, by its name, as students may have it."""

    def newest_for_staff(self) -> Mapping[str, Report]:
        """The same reports, with what only staff may see."""

    def keep(self, report: Report, for_student: Report, *, at: datetime) -> None:
        """Keep a report, which counts from now on; once this returns, no crash loses it.

        The one before becomes an earlier version. Only the same outcome without a grade takes its
        place, see `grader.records.is_new_version`.
        """

    def versions(self, submission: str) -> Sequence[ReportVersion]:
        """All reports of a submission, oldest first; the last one counts."""

    def begin_run(self, run: GradingRun) -> None:
        """Keep what a run is about to grade, so that it is known even if the run is killed.

        A report on what is not among its `submissions` is set aside until it is handed in again.
        """

    def end_run(self, run: GradingRun) -> None:
        """Keep what a run came to; its submissions have their rows in the gradebook."""

    def last_run(self) -> GradingRun | None:
        """What `begin_run` or `end_run` kept last."""
