"""A results folder that several runs fill at once, each with its part of one class.

Each report is one run's own file. What all have in common, run.json and grades.csv, is made of the
reports that lie there, by one run at a time: so whoever ends last leaves it right.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from grader.batch.results import Results
from grader.course_secret import keep_secret
from grader.durable_files import alone_in, make_folder
from grader.records import GradingRun, Report, Status


class SharedResults(Results):
    """A keeper of reports: a results folder, of which a run knows a part."""

    def end_run(self, run: GradingRun) -> None:
        """Keep what this run and all others on the same submissions have come to up to now."""
        with alone_in(self.folder):
            self._end(_counted(run, self.newest()))

    def take_secret(self, secret: str) -> None:
        """Draw hidden inputs from this from now on, where there is no secret yet."""
        make_folder(self.folder)
        keep_secret(self._secret, secret)

    def without_report(self) -> tuple[str, ...]:
        """The submissions of the class that have no report yet."""
        run = self.last_run()
        newest = self.newest()
        return tuple(name for name in run.submissions if name not in newest) if run else ()


def _counted(run: GradingRun, newest: Mapping[str, Report]) -> GradingRun:
    """The run with the counts and the isolation of the reports on its submissions."""
    counts: Counter[Status] = Counter()
    reached = set()
    for report in map(newest.get, run.submissions):
        if report is not None:
            counts[report.status] += 1
            reached |= {report.isolation} if report.isolation else set()
    return replace(
        run,
        counts={status.value: counts[status] for status in Status},
        isolation=tuple(sorted(reached, key=lambda isolation: isolation.level)),
        submissions=tuple(sorted(run.submissions)),
    )
