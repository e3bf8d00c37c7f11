"""What students get to work with: the handout to be read, starters and visible checks as files.

Nothing else of an assignment's folder is given out. The visible checks are those of a release: the
assignment is one itself, or the course has one in `releases/ASSIGNMENT`, as `grader release` made
it.
"""

from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from grader.gradebooks.plain_zip import zip_of
from grader.settings import Assignment
from grader.subject_sources import is_recorded
from grader.web.downloads import file_to_keep
from grader.web.guard.rights import needs, refuse
from grader.web.hand_in.own_work import own_work
from grader.web.handout_text import ReadHandout, read_handout
from grader.web.rendering import page
from grader.web.site import Site, site_of

RELEASES = "releases"  # beside course.yaml, a folder an assignment
_HANDOUT = "handout.md"
_STARTERS = ("starter.py", "starter.ipynb")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToWorkWith:
    """What an assignment gives its students.

    Attributes:
        release: the folder with the visible checks; None where nobody made one.
    """

    handout: ReadHandout | None
    starters: tuple[Path, ...]
    release: Path | None

    @property
    def is_empty(self) -> bool:
        return not (self.handout or self.starters or self.release)


def to_work_with(site: Site, assignment: Assignment) -> ToWorkWith:
    """What students get of an assignment, as its files are now."""
    handout = assignment.folder / _HANDOUT
    return ToWorkWith(
        handout=_read(handout) if handout.is_file() else None,
        starters=_starters(assignment),
        release=_release(site, assignment),
    )


@needs("student")
def handout_page(request: Request) -> Response:
    work = own_work(request)
    given = to_work_with(site_of(request), work.assignment)
    if given.handout is None:
        refuse(404, "This assignment has no handout here.")
    return page(request, "hand_in/handout.html", work=work, given=given)


@needs("student")
def starter_file(request: Request) -> Response:
    name = request.path_params["name"]
    starters = _starters(own_work(request).assignment)
    found = next((path for path in starters if path.name == name), None)
    if found is None:
        refuse(404, "This assignment has no such file.")
    return file_to_keep(found.name, found.read_bytes())


@needs("student")
def visible_checks(request: Request) -> Response:
    """The files of the release, as a zip with one folder in it."""
    work = own_work(request)
    release = _release(site_of(request), work.assignment)
    if release is None:
        refuse(404, "The staff of the course have given out no checks for this assignment.")
    name = work.assignment.name
    kept = {
        f"{name}/{path.name}": path.read_bytes()
        for path in release.iterdir()  # and no folder in it: hidden checks lie in one
        if path.is_file() and not path.name.startswith(".")
    }
    return file_to_keep(f"{name}.zip", zip_of(kept))


def _starters(assignment: Assignment) -> tuple[Path, ...]:
    paths = (assignment.folder / name for name in _STARTERS)
    return tuple(path for path in paths if path.is_file())


def _release(site: Site, assignment: Assignment) -> Path | None:
    """A folder that is a release: in any other one, hidden checks could lie."""
    folders = (assignment.folder, site.folder / RELEASES / assignment.name)
    return next((folder for folder in folders if is_recorded(folder)), None)


def _read(path: Path) -> ReadHandout:
    return read_handout(path.read_text(encoding="utf-8", errors="replace"))
