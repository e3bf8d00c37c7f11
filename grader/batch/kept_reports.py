"""The reports of a folder by their submissions, each read when it is asked for.

So a class of any size takes the memory of one report. What is written meanwhile is seen.
"""

import os
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from pathlib import Path

from grader.records import Report


class KeptReports(Mapping[str, Report]):
    """A mapping from submissions to reports. A report that is broken counts as missing.

    Args:
        folder: with a file for each.
        read: the report in a file, or None.
        file_name: of a submission.
    """

    def __init__(
        self,
        folder: Path,
        *,
        read: Callable[[Path], Report | None],
        file_name: Callable[[str], str],
    ) -> None:
        self._folder = folder
        self._read = read
        self._file_name = file_name

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

    def _all(self) -> Iterator[Report]:
        try:
            names = sorted(name for name in os.listdir(self._folder) if name.endswith(".json"))
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in names:
            if (report := self._read(self._folder / name)) is not None:
                yield report


class _Items(ItemsView[str, Report]):
    _mapping: KeptReports

    def __iter__(self) -> Iterator[tuple[str, Report]]:
        return ((report.submission, report) for report in self._mapping._all())


class _Values(ValuesView[Report]):
    _mapping: KeptReports

    def __iter__(self) -> Iterator[Report]:
        return self._mapping._all()
