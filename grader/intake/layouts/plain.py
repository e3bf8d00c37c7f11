"""A plain folder or zip: one entry a student, called as the student is."""

from collections import Counter
from collections.abc import Collection
from pathlib import PurePosixPath

from grader.intake.download import Download, DownloadItem
from grader.intake.layouts.contract import HandedFile, HandIn, LayoutReading, LayoutSettings
from grader.records import Person

_OF_A_COURSE = {"roster.csv", "course.yaml", "course.yml"}  # beside submissions, an instructor's


def is_of_a_course(name: str) -> bool:
    """Whether a file of this name is what the grader itself asks an instructor for."""
    return name in _OF_A_COURSE


class Plain:
    """The layout, in a zip; a folder of it is read by `grader.intake.reading.entries`."""

    name = "plain"
    title = "a plain folder, one entry a student"

    def claimed(self, download: Download, top: PurePosixPath) -> Collection[DownloadItem]:
        return download.listed(top)

    def read(
        self, download: Download, top: PurePosixPath, settings: LayoutSettings
    ) -> LayoutReading:
        listed = download.listed(top)
        left_out = tuple(i.name for i in listed if not i.is_folder and is_of_a_course(i.name))
        items = [item for item in listed if item.is_folder or item.name not in left_out]
        taken = Counter(name for item in items for name in {item.name, _stem(item)})
        return LayoutReading(
            hand_ins=tuple(
                _hand_in(item, item.name if taken[_stem(item)] > 1 else _stem(item))
                for item in items
            ),
            left_out=left_out,
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
