"""Moodle, "Download all submissions": a folder a student, or flat files.

    Ada Lovelace_123_assignsubmission_file/submission.py        since 4.1
    Ada Lovelace_123_assignsubmission_file_/submission.py       before
    Ada Lovelace_123_assignsubmission_file_submission.py        without folders
    Participant_123_assignsubmission_file/...                   blind marking, in any language
    Ada Lovelace_123_assignsubmission_onlinetext/onlinetext.html

The number is that of the participant in this assignment. A group's name may stand before the
student's, with a hyphen between them; each member has a folder.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from pathlib import PurePosixPath

from grader.intake.download import Download, DownloadItem
from grader.intake.layouts.contract import (
    HandedFile,
    HandIn,
    LayoutReading,
    LayoutSettings,
    unlike,
)
from grader.intake.participant_words import is_participant
from grader.records import Person

_NAME = re.compile(
    r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL
)


def moodle_name(name: str) -> tuple[str, str, str, str] | None:
    """The name, the number, the kind (`file`, `onlinetext`) and the file that an entry names."""
    if (match := _NAME.fullmatch(name)) is None:
        return None
    return (
        " ".join(match["name"].replace("_", " ").split()),
        match["id"],
        match["plugin"],
        (match["file"] or ""),
    )


class Moodle:
    """The layout."""

    name = "moodle"
    title = "a Moodle download"

    def claimed(self, download: Download, top: PurePosixPath) -> Collection[DownloadItem]:
        return [item for item in download.listed(top) if moodle_name(item.name)]

    def read(
        self, download: Download, top: PurePosixPath, settings: LayoutSettings
    ) -> LayoutReading:
        files: dict[str, list[HandedFile]] = defaultdict(list)
        names: dict[str, str] = {}
        others = []
        for item in download.listed(top):
            if (said := moodle_name(item.name)) is None:
                others.append(item)
                continue
            names[said[1]] = said[0]
            files[said[1]].append(HandedFile(item=item, called=_called(item, said[2], said[3])))
        odd, left_out = unlike(others)
        blind = is_blind(list(names.values()))
        hand_ins = [
            HandIn(
                key=number,
                name=f"{names[number]}_{number}",
                people=(Person(name="" if blind else names[number], ids={"moodle": number}),),
                also_called=() if blind else _behind_hyphens(names[number]),
                files=tuple(found),
            )
            for number, found in files.items()
        ]
        return LayoutReading(hand_ins=(*hand_ins, *odd), left_out=tuple(left_out))


def is_blind(names: list[str]) -> bool:
    """Whether the names are the one word that Moodle writes for everybody, in its language.

    Behind a group's name it is one that is known: `Ann Meyer-Schmidt` and `Bo Klein-Schmidt` are
    two names, and the word is in neither.
    """
    words = {name.rpartition("-")[2] for name in names}
    if all(map(is_participant, words)):
        return True
    return len(names) > 1 and len(set(names)) == 1 and " " not in names[0]


def _behind_hyphens(name: str) -> tuple[str, ...]:
    """What the student may be called if a group's name stands before; names have hyphens, too."""
    parts = name.split("-")
    return tuple("-".join(parts[n:]) for n in range(1, len(parts)))


def _called(item: DownloadItem, plugin: str, file: str) -> PurePosixPath:
    if plugin == "file":
        return PurePosixPath() if item.is_folder else PurePosixPath(file or item.name)
    return PurePosixPath(plugin) if item.is_folder else PurePosixPath(plugin, file or item.name)
