"""Canvas, "Download Submissions": one flat zip, in which each file's name says whose it is.

    lovelaceada_LATE_4711_90210_submission.py     sortable name, late, user, attachment, file
    LATE_anon_aB3xY_90210_submission.py           anonymous
    lovelaceada_4711_text.html, ..._link.html     typed into Canvas: no file was handed in

A group's submission has the group's name and the user who handed it in. Two files that would have
one name get `-1` to `-7`, then `-` and a UUID, before their ending.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
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
from grader.intake.main_file import MAIN
from grader.records import Person

_WORD = r"[\w\x80-\U0010ffff]"  # also the vowel signs that many scripts add to letters
_OWNER = rf"(?:(?P<name>{_WORD}*?)_)??(?:(?P<late>LATE)_)?(?P<user>\d+|anon_[A-Za-z0-9]+)"
_FILE = re.compile(rf"{_OWNER}_(?P<number>\d+)_(?P<file>.+)", re.DOTALL)
_TYPED = re.compile(rf"{_OWNER}_(?P<file>(?:text|link)(?:-[\w-]+)?\.html)")
_UUID = re.compile(r"-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}(?=(?:\.\w+)*$)")
_UNIQUE = re.compile(rf"(?:{_UUID.pattern})|-\d{{1,3}}(?=(?:\.\w+)*$)")
_MANY = 100
_SMALL = 2  # digits of a number that belongs to a group's name, as in team_3


@dataclass(frozen=True, slots=True)
class CanvasName:
    """What the name of one entry says."""

    owner: str  # as it stands there, without numbers
    late: bool
    user: str
    number: int  # of the attachment: a later upload has a higher one
    file: str
    typed: bool = False


def canvas_name(name: str) -> CanvasName | None:
    """What an entry's name says, if it is one of Canvas."""
    if match := _TYPED.fullmatch(name):
        return CanvasName(
            match["name"] or "", bool(match["late"]), match["user"], 0, match["file"], typed=True
        )
    if (match := _FILE.fullmatch(name)) is None:
        return None
    owner, user, number, file = match["name"] or "", match["user"], match["number"], match["file"]
    following, underscore, rest = file.partition("_")
    # A group's name may end in a number, and a student's file may begin with one.
    is_groups = len(user) <= _SMALL < len(following) and following.isdecimal() and not match["late"]
    if is_groups and underscore and rest:
        owner, user, number, file = f"{owner}_{user}", number, following, rest
    return CanvasName(owner, bool(match["late"]), user, int(number), file)


def without_number(name: str) -> str:
    """A file's name without what Canvas adds to keep names apart."""
    return _UNIQUE.sub("", name, count=1)


def may_be_by_hand(names: Collection[str]) -> bool:
    """Whether people may have made the names, as in `hw_1_1_ada.py` and `hw_1_2_bo.py`.

    Then the numbers are small, and all would be of one user or of users of one name.
    """
    said = [one for one in map(canvas_name, names) if one]
    numbers = [int(one.user) for one in said if one.user.isdecimal()]
    numbers += [one.number for one in said if not one.typed]
    return any(number < _MANY for number in numbers) and len({one.owner for one in said}) == 1


def _are_of_one_download(said: Sequence[CanvasName]) -> bool:
    """Each attachment has its own number, each user one name, and names have no capitals.

    So `hw_1_2026_ada.py` and `hw_1_2026_bo.py`, which a person made, are no files of one user.
    """
    numbers = [one.number for one in said if not one.typed]
    users = {(one.user, one.owner) for one in said}
    return (
        len(numbers) == len(set(numbers))
        and len(users) == len({user for user, _ in users})
        and all(one.owner == one.owner.lower() for one in said)
    )


class Canvas:
    """The layout."""

    name = "canvas"
    title = "a Canvas download"

    def claimed(self, download: Download, top: PurePosixPath) -> Collection[DownloadItem]:
        items = [item for item in download.listed(top) if not item.is_folder]
        said = {item: name for item in items if (name := canvas_name(item.name))}
        return list(said) if _are_of_one_download(list(said.values())) else []

    def read(
        self, download: Download, top: PurePosixPath, settings: LayoutSettings
    ) -> LayoutReading:
        found: dict[str, list[tuple[DownloadItem, CanvasName]]] = defaultdict(list)
        others = []
        for item in download.listed(top):
            said = None if item.is_folder else canvas_name(item.name)
            if said is None:
                others.append(item)
            else:
                found[said.user].append((item, said))
        odd, left_out = unlike(others)
        hand_ins = [_hand_in(user, entries) for user, entries in found.items()]
        return LayoutReading(hand_ins=(*hand_ins, *odd), left_out=tuple(left_out))


def _hand_in(user: str, entries: list[tuple[DownloadItem, CanvasName]]) -> HandIn:
    is_anonymous = user.startswith("anon_")
    owner = "" if is_anonymous else entries[0][1].owner
    person = Person(name=owner, ids={"canvas": user.removeprefix("anon_")})
    called = _called([said for _, said in entries])
    return HandIn(
        key=user,
        name=f"{owner}_{user}" if owner else user,
        people=(person,),
        group=owner,
        files=tuple(
            HandedFile(
                item=item,
                called=PurePosixPath(called[said.file]),
                order=said.number,
                spelled=said.file if called[said.file] != said.file else "",
            )
            for item, said in entries
        ),
        marked_late=any(said.late for _, said in entries),
    )


def _called(names: Sequence[CanvasName]) -> dict[str, str]:
    """What the student called each file. `part-1.py` beside `part-2.py` are no two of one name."""
    there = {said.file for said in names}
    alike = Counter(without_number(name) for name in there)
    called = {}
    for said in names:
        plain = without_number(said.file)
        is_added = alike[plain] == 1 or plain in there or plain in MAIN or _UUID.search(said.file)
        called[said.file] = said.file if said.typed or not is_added else plain
    return called
