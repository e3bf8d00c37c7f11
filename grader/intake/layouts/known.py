"""Which layout a download has: recognized by what all of it looks like, and never guessed."""

from datetime import tzinfo
from pathlib import PurePosixPath

from grader.errors import CourseError, SubmissionError, did_you_mean
from grader.intake.download import TOP, Download, DownloadItem, zip_in
from grader.intake.layouts.blackboard import Blackboard
from grader.intake.layouts.brightspace import Brightspace
from grader.intake.layouts.canvas import Canvas, may_be_by_hand
from grader.intake.layouts.contract import Layout, is_beside
from grader.intake.layouts.github import GitHub
from grader.intake.layouts.gradescope import Gradescope
from grader.intake.layouts.moodle import Moodle
from grader.intake.layouts.nbgrader import Nbgrader
from grader.intake.layouts.plain import Plain
from grader.intake.layouts.times import in_zone
from grader.intake.source_files import MAX_NAME_SHOWN, Unreadable
from grader.text import clean_line

_MOST_TOPS = 4
_INDEX = "index.html"  # Brightspace adds it, and others do


def layouts(zone: tzinfo | None) -> tuple[Layout, ...]:
    """All layouts but the plain one; whose names say most comes first.

    Args:
        zone: of times that are written without one; None is that of this machine.
    """
    located = in_zone(zone)
    return (
        Gradescope(),
        Moodle(),
        Blackboard(located),
        Brightspace(located),
        GitHub(),
        Nbgrader(),
        Canvas(),
    )


def layout_named(name: str, zone: tzinfo | None) -> Layout:
    """A layout by its name.

    Raises:
        CourseError: there is none.
    """
    known: dict[str, Layout] = {layout.name: layout for layout in (Plain(), *layouts(zone))}
    if name not in known:
        raise CourseError(f"there is no layout {name!r}", fix=did_you_mean(name, known))
    return known[name]


def recognized(download: Download, zone: tzinfo | None) -> tuple[Layout, PurePosixPath]:
    """The layout, and the folder of the download in which it lies.

    Raises:
        SubmissionError: it can be two, and the sentence asks which; or it holds nothing but a zip
            that is a download itself.
    """
    for top in _tops(download):
        if found := _layout_of(download, top, zone):
            return found, top
    _assert_not_zipped_again(download, zone)
    return Plain(), top_of(download, Plain())


def _assert_not_zipped_again(download: Download, zone: tzinfo | None) -> None:
    """A download that somebody zipped once more is no class of one student."""
    items = [item for item in download.listed(_tops(download)[-1]) if not is_beside(item)]
    if len(items) != 1 or items[0].is_folder or items[0].path.suffix.lower() != ".zip":
        return
    try:
        layout, _ = recognized(zip_in(download, items[0]), zone)
    except (SubmissionError, Unreadable, OSError):
        return  # it is what it is: a zip of one student
    if not isinstance(layout, Plain):
        name = clean_line(items[0].name, MAX_NAME_SHOWN)
        raise SubmissionError(
            f"it holds nothing but {name}, which is {layout.title}",
            at=download.name,
            fix=f"Take {name} out of it, and name that.",
        )


def _plain_top(download: Download) -> PurePosixPath:
    """In a zip of a folder of submissions, that folder; a student's own folder stays an entry."""
    for top in _tops(download)[1:2]:
        names = [item.path for item in download.listed(top) if not item.is_folder]
        if not any(path.stem.lower().startswith("submission") for path in names):
            return top
    return TOP


def top_of(download: Download, layout: Layout) -> PurePosixPath:
    """Where in a download a layout that was named lies: at its top, or in its only folder."""
    if isinstance(layout, Plain):
        return _plain_top(download)
    for top in _tops(download):
        if layout.claimed(download, top):
            return top
    return TOP


def _tops(download: Download) -> list[PurePosixPath]:
    """The top, the only folder in it, the only one in that: what unpacking and zipping leave."""
    tops = [TOP]
    while len(tops) < _MOST_TOPS:
        items = [item for item in download.listed(tops[-1]) if not is_beside(item)]
        if len(items) != 1 or not items[0].is_folder:
            break
        tops.append(items[0].path)
    return tops


def _layout_of(download: Download, top: PurePosixPath, zone: tzinfo | None) -> Layout | None:
    items = [item for item in download.listed(top) if not _is_beside(item)]
    found: list[tuple[Layout, set[DownloadItem]]] = []
    for layout in layouts(zone):
        claimed = set(layout.claimed(download, top))
        if claimed and claimed >= set(items) and _is_sure(layout, claimed):
            return layout
        if claimed:
            found.append((layout, claimed))
    claimed_by_any = set().union(*(claimed for _, claimed in found)) & set(items)
    if 2 * len(claimed_by_any) > len(items):
        raise _asked(download, items, found)
    return None


def _is_sure(layout: Layout, claimed: set[DownloadItem]) -> bool:
    """Names of Canvas are plain enough that people make the like."""
    return not isinstance(layout, Canvas) or not may_be_by_hand([one.name for one in claimed])


def _is_beside(item: DownloadItem) -> bool:
    return is_beside(item) or item.name == _INDEX


def _asked(
    download: Download,
    items: list[DownloadItem],
    found: list[tuple[Layout, set[DownloadItem]]],
) -> SubmissionError:
    titles = " and ".join(f"{layout.title} ({len(claimed)})" for layout, claimed in found)
    unlike = [item.name for item in items if not any(item in claimed for _, claimed in found)]
    shown = ", ".join(clean_line(name, MAX_NAME_SHOWN) for name in unlike[:3])
    also = f", and in part not, as {shown}" if unlike else ""
    names = " or ".join(f"`--layout {name}`" for name in (*(one.name for one, _ in found), "plain"))
    return SubmissionError(
        f"of its {len(items)} entries, some look like {titles}{also}",
        at=download.name,
        fix=f"Say which it is with {names}; what is unlike it is graded under its own name.",
    )
