"""Clones of GitHub Classroom or Classroom 50: a folder <assignment>-<login> each, with .git in it.

Nothing in `.git` is read. Both names may have hyphens. So where the login begins is told by the
roster, by the name of the folder around (`<assignment>-submissions`), or by what all folders begin
with.
"""

from collections.abc import Collection
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
from grader.intake.source_files import MAX_NAME_SHOWN
from grader.records import Person
from grader.text import clean_line

_AROUND = ("-submissions", "-repos", "-clones")


class GitHub:
    """The layout."""

    name = "github"
    title = "a folder of clones from GitHub Classroom"

    def claimed(self, download: Download, top: PurePosixPath) -> Collection[DownloadItem]:
        clones = _clones(download, top)
        names = [item.name for item in clones]
        around = top.name or download.name
        return clones if prefix_of(names, around=around, logins=frozenset()) else []

    def read(
        self, download: Download, top: PurePosixPath, settings: LayoutSettings
    ) -> LayoutReading:
        clones = _clones(download, top)
        names = [item.name for item in clones]
        prefix = prefix_of(names, around=top.name or download.name, logins=settings.logins)
        odd, left_out = unlike([item for item in download.listed(top) if item not in clones])
        hand_ins = [_hand_in(item, item.name.removeprefix(prefix)) for item in clones]
        called = clean_line(prefix.removesuffix("-"), MAX_NAME_SHOWN)
        notes = (f"The clones begin with {called}, which was taken for the assignment's name.",)
        return LayoutReading(
            hand_ins=(*hand_ins, *odd), left_out=tuple(left_out), notes=notes if prefix else ()
        )


def prefix_of(names: list[str], *, around: str, logins: frozenset[str]) -> str:
    """What stands before the logins, with its hyphen; empty if nothing is known of it.

    Args:
        around: the name of the folder around the clones.
        logins: of the course, in lower case.
    """
    common = common_beginning(names)
    beginnings = [common[: at + 1] for at, letter in enumerate(common) if letter == "-"]
    if not beginnings or any(name in beginnings for name in names):
        return ""
    known = {b: sum(n.removeprefix(b).lower() in logins for n in names) for b in beginnings}
    best = max(beginnings, key=lambda beginning: known[beginning])
    if known[best]:
        return best
    for suffix in _AROUND:
        if around.endswith(suffix) and f"{around.removesuffix(suffix)}-" in beginnings:
            return f"{around.removesuffix(suffix)}-"
    return beginnings[-1] if len(names) > 1 else ""


def _clones(download: Download, top: PurePosixPath) -> list[DownloadItem]:
    items = [item for item in download.listed(top) if item.is_folder]
    return [item for item in items if download.is_repository(item.path)]


def _hand_in(item: DownloadItem, login: str) -> HandIn:
    return HandIn(
        key=login,
        name=login,
        people=(Person(ids={"github": login}),),
        files=(HandedFile(item=item, called=PurePosixPath()),),
    )
