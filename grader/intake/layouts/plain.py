"""A plain folder or zip: one entry a student, called as the student is."""

from collections import Counter
from collections.abc import Collection
from pathlib import PurePosixPath

from grader.intake.download import Download, DownloadItem
from grader.intake.layouts.contract import HandedFile, HandIn, LayoutReading, LayoutSettings
from grader.records import Person


class Plain:
    """The layout, in a zip; a folder of it is read by `grader.intake.reading.entries`."""

    name = "plain"
    title = "a plain folder, one entry a student"

    def claimed(self, download: Download, top: PurePosixPath) -> Collection[DownloadItem]:
        return download.listed(top)

    def read(
        self, download: Download, top: PurePosixPath, settings: LayoutSettings
    ) -> LayoutReading:
        items = download.listed(top)
        taken = Counter(name for item in items for name in {item.name, _stem(item)})
        return LayoutReading(
            hand_ins=tuple(
                _hand_in(item, item.name if taken[_stem(item)] > 1 else _stem(item))
                for item in items
            )
        )


def _hand_in(item: DownloadItem, name: str) -> HandIn:
    called = PurePosixPath() if item.is_folder else PurePosixPath(item.name)
    return HandIn(
        key=item.name,
        name=name,
        people=(Person(name=name, username=name),),
        files=(HandedFile(item=item, called=called),),
    )


def _stem(item: DownloadItem) -> str:
    return item.name if item.is_folder else item.path.stem
