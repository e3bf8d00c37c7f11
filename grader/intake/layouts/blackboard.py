"""Blackboard, "Assignment File Download" of the Grade Center: one flat zip.

    HW_2_ada.lovelace_attempt_2026-03-01-23-59-07.txt               a receipt for each attempt
    HW_2_ada.lovelace_attempt_2026-03-01-23-59-07_submission.py     its files

The assignment and the username may both have underscores, so where one ends and the other begins is
read in the receipt, whose first line is `Name: Ada Lovelace (ada.lovelace)`.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.intake.download import Download, DownloadItem
from grader.intake.layouts.contract import (
    HandedFile,
    HandIn,
    LayoutReading,
    LayoutSettings,
    common_beginning,
    unlike,
)
from grader.intake.layouts.small_files import first_lines
from grader.intake.layouts.times import Located, stamped, zone_note
from grader.records import Person

_STAMP = r"\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d"
_NAME = re.compile(rf"(?P<owner>.+?)_attempt_(?P<stamp>{_STAMP})(?:_(?P<file>.+)|\.txt)", re.DOTALL)
_RECEIPT = re.compile(
    r"\ufeff?[^:\uff1a(]{1,40}[:\uff1a]\s*(?P<name>.*?)\s*\((?P<user>[^()]+)\)\s*"
)


@dataclass(frozen=True, slots=True)
class BlackboardName:
    """What the name of one entry says."""

    owner: str  # the assignment, an underscore, the username
    stamp: str
    file: str  # empty: the receipt


def blackboard_name(name: str) -> BlackboardName | None:
    """What an entry's name says, if it is one of Blackboard."""
    if match := _NAME.fullmatch(name):
        return BlackboardName(match["owner"], match["stamp"], match["file"] or "")
    return None


def receipt_person(lines: Iterable[str], owner: str) -> Person | None:
    """Who a receipt is for; nobody if the file's name does not agree."""
    first = next((line for line in lines if line.strip()), "")
    match = _RECEIPT.fullmatch(first)
    if match and owner.endswith(f"_{match['user']}"):
        return Person(name=match["name"], username=match["user"], ids={"blackboard": match["user"]})
    return None


class Blackboard:
    """The layout."""

    name = "blackboard"
    title = "a Blackboard download"

    def __init__(self, located: Located) -> None:
        self._located = located

    def claimed(self, download: Download, top: PurePosixPath) -> Collection[DownloadItem]:
        items = [item for item in download.listed(top) if not item.is_folder]
        return [item for item in items if blackboard_name(item.name)]

    def read(
        self, download: Download, top: PurePosixPath, settings: LayoutSettings
    ) -> LayoutReading:
        attempts: dict[tuple[str, str], list[tuple[DownloadItem, str]]] = defaultdict(list)
        people: dict[str, Person] = {}
        others = []
        for item in download.listed(top):
            said = None if item.is_folder else blackboard_name(item.name)
            if said is None:
                others.append(item)
                continue
            files = attempts[said.owner, said.stamp]
            if said.file:
                files.append((item, said.file))
            elif person := receipt_person(first_lines(download, item), said.owner):
                people[said.owner] = person
        _guess(sorted({owner for owner, _ in attempts}), people)
        odd, left_out = unlike(others)
        hand_ins = [
            self._hand_in(people[owner], stamp, files) for (owner, stamp), files in attempts.items()
        ]
        return LayoutReading(
            hand_ins=(*hand_ins, *odd),
            left_out=tuple(left_out),
            notes=tuple(zone_note(one.handed_in_at for one in hand_ins)),
        )

    def _hand_in(self, person: Person, stamp: str, files: list[tuple[DownloadItem, str]]) -> HandIn:
        day, clock = stamp[:10], stamp[11:].replace("-", ":")
        return HandIn(
            key=person.username,
            name=person.username,
            people=(person,),
            files=tuple(
                HandedFile(item=item, called=PurePosixPath(called)) for item, called in files
            ),
            handed_in_at=stamped(f"{day} {clock}", self._located),
            order=int(stamp.replace("-", "")),
        )


def _guess(owners: list[str], people: dict[str, Person]) -> None:
    """Give people to those without a receipt: what is left without the assignment's name."""
    assignment = _assignment(owners, people)
    for owner in owners:
        if owner not in people:
            begins = bool(assignment) and owner.startswith(assignment)
            username = owner.removeprefix(assignment) if begins else owner.rpartition("_")[2]
            people[owner] = Person(username=username, ids={"blackboard": username})


def _assignment(owners: list[str], people: Mapping[str, Person]) -> str:
    for owner, person in people.items():
        return owner.removesuffix(person.username)
    common = common_beginning(owners) if len(owners) > 1 else ""
    return common[: common.rfind("_") + 1]
