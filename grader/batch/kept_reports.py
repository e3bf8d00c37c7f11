"""The reports of a folder by their submissions, each read when it is asked for.

So a class of any size takes the memory of one report, and of its names where all are gone
through. What is written meanwhile is seen.
"""

import os
from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence, ValuesView
from pathlib import Path
from typing import overload

from grader.records import Report


class KeptReports(Mapping[str, Report]):
    """A mapping from submissions to reports, sorted. A report that is broken counts as missing.

    Args:
        folder: with a file for each.
        read: the report in a file, or None.
        file_name: of a submission.
        name_in: the submission that a file's name says, or None where only the file does.
    """

    def __init__(
        self,
        folder: Path,
        *,
        read: Callable[[Path], Report | None],
        file_name: Callable[[str], str],
        name_in: Callable[[str], str | None],
    ) -> None:
        self._folder = folder
        self._read = read
        self._file_name = file_name
        self._name_in = name_in

    def __getitem__(self, submission: str) -> Report:
        report = self._read(self._folder / self._file_name(submission))
        if report is None or report.submission != submission:
            raise KeyError(submission)
        return report

    def __iter__(self) -> Iterator[str]:
        return (report.submission for report in self._all())

    def __len__(self) -> int:
        return sum(1 for _ in self._all())

    def __bool__(self) -> bool:
        return next(self._all(), None) is not None

    def items(self) -> ItemsView[str, Report]:
        """Each is read once."""
        return _Items(self)

    def values(self) -> ValuesView[Report]:
        """Each is read once."""
        return _Values(self)

    def in_turn(self) -> Iterator[Report]:
        """The reports that lie where their submissions are looked for; each is read once."""
        for file, report in self._files():
            if self._file_name(report.submission) == file:
                yield report

    def _all(self) -> Iterator[Report]:
        return (report for _, report in self._files())

    def _files(self) -> Iterator[tuple[str, Report]]:
        try:
            names = [name for name in os.listdir(self._folder) if name.endswith(".json")]
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in sorted(names, key=self._submission_in):
            if (report := self._read(self._folder / name)) is not None:
                yield name, report

    def _submission_in(self, file: str) -> str:
        """What comes in whose turn: a long name is cut in that of the file."""
        if (name := self._name_in(file)) is not None:
            return name
        report = self._read(self._folder / file)
        return report.submission if report is not None else ""


class _Items(ItemsView[str, Report]):
    _mapping: KeptReports

    def __iter__(self) -> Iterator[tuple[str, Report]]:
        return ((report.submission, report) for report in self._mapping._all())


class _Values(ValuesView[Report]):
    _mapping: KeptReports

    def __iter__(self) -> Iterator[Report]:
        return self._mapping._all()


class ReportsOf(Sequence[Report]):
    """The reports of some submissions, in their order, each read when it is asked for.

    Args:
        reports: where they are read.
        names: submissions with a report.
    """

    def __init__(self, reports: Mapping[str, Report], names: Sequence[str]) -> None:
        self.names = names
        self._reports = reports

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> Report: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Report]: ...
    def __getitem__(self, index: int | slice) -> Report | Sequence[Report]:
        if isinstance(index, slice):
            return ReportsOf(self._reports, self.names[index])
        return self._reports[self.names[index]]


def in_turn(reports: Mapping[str, Report]) -> Iterator[Report]:
    """Reports sorted by submission; those of a folder are read once."""
    if isinstance(reports, KeptReports):
        return reports.in_turn()
    return (reports[name] for name in sorted(reports))
