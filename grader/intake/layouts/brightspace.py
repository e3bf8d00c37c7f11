"""Brightspace (D2L), "Download" of an assignment's submissions: a folder each, or flat files.

    12345-67890 - Ada Lovelace - Oct 10, 2025 1022 AM/submission.py
    12345-67890 - Ada Lovelace - Oct 10, 2025 1022 AM - submission.py

The first number is Brightspace's own id of the user, which grade files do not have. A name may hold
` - ` as well, and the month is in the language of whoever downloads. Later submissions of one
student lie beside the earlier ones.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.intake.download import Download, DownloadItem
from grader.intake.layouts.contract import (
    HandedFile,
    HandIn,
    LayoutReading,
    LayoutSettings,
    unlike,
)
from grader.intake.layouts.times import Located, written, zone_note
from grader.records import Person

_INDEX = "index.html"
_NUMBERS = re.compile(r"(?P<user>\d+)-(?P<number>\d+) - (?P<rest>.+)", re.DOTALL)
_DATE = re.compile(r"(?=.*(?<!\d)\d{4}(?!\d)).*\d{1,2}[.: ]?\d\d\D{0,20}")


@dataclass(frozen=True, slots=True)
class BrightspaceName:
    """What the name of one entry says."""

    user: str
    number: int
    person: str
    date: str
    file: str = ""  # of a flat one


def brightspace_name(name: str, *, is_folder: bool) -> BrightspaceName | None:
    """What an entry's name says, if it is one of Brightspace."""
    if (match := _NUMBERS.fullmatch(name)) is None:
        return None
    user, number, parts = match["user"], int(match["number"]), match["rest"].split(" - ")
    if is_folder:
        date = parts.pop() if len(parts) > 1 and _DATE.fullmatch(parts[-1]) else ""
        return BrightspaceName(user, number, " - ".join(parts), date)
    # The first date from the left: what comes after it is the file's name, which a student chose.
    dates = [at for at, part in enumerate(parts) if at and _DATE.fullmatch(part)]
    if not dates or dates[0] == len(parts) - 1:
        return None
    person, file = " - ".join(parts[: dates[0]]), " - ".join(parts[dates[0] + 1 :])
    return BrightspaceName(user, number, person, parts[dates[0]], file)


class Brightspace:
    """The layout."""

    name = "brightspace"
    title = "a Brightspace download"

    def __init__(self, located: Located) -> None:
        self._located = located

    def claimed(self, download: Download, top: PurePosixPath) -> Collection[DownloadItem]:
        return [item for item in download.listed(top) if _said(item)]

    def read(
        self, download: Download, top: PurePosixPath, settings: LayoutSettings
    ) -> LayoutReading:
        attempts: dict[tuple[str, str], list[HandedFile]] = defaultdict(list)
        said_of: dict[tuple[str, str], BrightspaceName] = {}
        others = []
        for item in download.listed(top):
            if (said := _said(item)) is None:
                others.append(item)
                continue
            attempt = said.user, said.date
            said_of[attempt] = said
            called = PurePosixPath(said.file)
            attempts[attempt].append(HandedFile(item=item, called=called, order=said.number))
        odd, left_out = unlike([item for item in others if item.name != _INDEX])
        hand_ins = [self._hand_in(said_of[a], files) for a, files in attempts.items()]
        return LayoutReading(
            hand_ins=(*hand_ins, *odd),
            left_out=tuple(left_out),
            notes=(*_notes(hand_ins), *zone_note(one.handed_in_at for one in hand_ins)),
        )

    def _hand_in(self, said: BrightspaceName, files: list[HandedFile]) -> HandIn:
        return HandIn(
            key=said.user,
            name=f"{said.person}_{said.user}",
            people=(Person(name=said.person, ids={"brightspace": said.user}),),
            group=said.person,
            files=tuple(files),
            handed_in_at=written(said.date, self._located),
            order=said.number,
        )


def _said(item: DownloadItem) -> BrightspaceName | None:
    return brightspace_name(item.name, is_folder=item.is_folder)


def _notes(hand_ins: list[HandIn]) -> tuple[str, ...]:
    without = sum(hand_in.handed_in_at is None for hand_in in hand_ins)
    if not without:
        return ()
    return (
        f"The dates of {without} of {len(hand_ins)} could not be read in the language they are in, "
        "so when these were handed in is not known.",
    )
