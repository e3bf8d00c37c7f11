"""What a layout is: it knows its downloads, and says who handed in what, and when.

A layout reads names and the small files that its system adds. It opens nothing that a student
wrote, and believes no time that a zip gives for a file.
"""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Protocol

from grader.intake.download import Download, DownloadItem
from grader.records import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedFile:
    """A file or folder of an attempt: where it lies, and what the student called it."""

    item: DownloadItem
    called: PurePosixPath  # a folder's content belongs below this
    order: int = 0  # of two of one name, the higher was handed in later
    spelled: str = ""  # where the system may have put a number into the name: with it


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """One attempt of one student or group, as it lies in a download."""

    key: str  # the same for all attempts of the student, and for the next download
    name: str  # what the submission is called if the roster does not know better
    people: tuple[Person, ...]
    files: tuple[HandedFile, ...]
    group: str = ""  # of the people, by its name
    also_called: tuple[str, ...] = ()  # other names that the only one of them may have
    handed_in_at: datetime | None = None  # with its zone; None where nobody says
    order: int = 0  # of two attempts without times, the higher is the later one
    marked_late: bool = False
    notes: tuple[str, ...] = ()
    is_known: bool = True  # or it lies in the download as nothing of this layout does


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutReading:
    """What a layout found in a download."""

    hand_ins: tuple[HandIn, ...]
    left_out: tuple[str, ...] = ()  # what is no student's, by its name
    notes: tuple[str, ...] = ()  # what a person should know, a sentence each


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutSettings:
    """What a download does not say itself."""

    assignment: str = ""  # which one is meant, where a download has several
    logins: frozenset[str] = field(default_factory=frozenset)  # of the course, in lower case


class Layout(Protocol):
    """How one system hands submissions out."""

    @property
    def name(self) -> str:
        """What `--layout` calls it."""

    @property
    def title(self) -> str:
        """What people call it, with its article."""

    def claimed(self, download: Download, top: PurePosixPath) -> Collection[DownloadItem]:
        """What in a folder looks as this system leaves it."""

    def read(
        self, download: Download, top: PurePosixPath, settings: LayoutSettings
    ) -> LayoutReading:
        """Who handed in what. Everything in the folder comes out, or is said to be left out.

        Raises:
            SubmissionError: it has several assignments, or what the system adds cannot be read.
        """


# What instructors lay beside submissions, and what systems add; never a student's.
BESIDE = (".csv", ".xlsx", ".yaml", ".yml", ".md")


def is_beside(item: DownloadItem) -> bool:
    """Whether a file is no submission wherever it lies, such as a roster."""
    return not item.is_folder and item.path.suffix.lower() in BESIDE


def unlike(items: Sequence[DownloadItem]) -> tuple[list[HandIn], list[str]]:
    """What a layout does not know: each a submission under its own name, or left out."""
    found, left_out = [], []
    for item in items:
        if is_beside(item):
            left_out.append(item.name)
            continue
        called = PurePosixPath() if item.is_folder else PurePosixPath(item.name)
        name = item.name if item.is_folder else item.path.stem
        found.append(
            HandIn(
                key=f"?{item.name}",
                name=name,
                people=(Person(name=name),),
                files=(HandedFile(item=item, called=called),),
                is_known=False,
            )
        )
    return found, left_out


def common_beginning(names: Sequence[str]) -> str:
    """The letters that all names begin with."""
    first, last = min(names, default=""), max(names, default="")
    alike = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(letter for letter, _ in alike)
