"""A site from the folder of a course."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from grader.errors import CourseError
from grader.hand_ins.class_record import let_policy_hold
from grader.settings import (
    ASSIGNMENT_FILE,
    DEFAULT_ASSIGNMENT,
    Assignment,
    Course,
    course_file_in,
    find_assignment,
    load_course,
)
from grader.store.site_store import open_site_store
from grader.web.site import Site, SiteLimits

STORE = "site.sqlite"


def open_site(
    folder: Path,
    *,
    clock: Callable[[], datetime],
    store: str = "",
    address: str = "http://127.0.0.1:8000",
    limits: SiteLimits | None = None,
    stays_open: bool = False,
) -> Site:
    """The site of the course in a folder, with the policies of its course.yaml as they are now.

    Args:
        store: a path or URL; site.sqlite in the folder if it is empty.
        stays_open: see `grader.store.database.open_database`; for the process that serves pages.

    Raises:
        CourseError: there is no course.yaml with an id or a name, or something in it is wrong.
        StoreError: the store cannot be opened.
    """
    place = course_file_in(folder)
    if place is None:
        raise CourseError(
            "there is no course.yaml", at=str(folder), fix="Write one with `id` and `name`."
        )
    course = load_course(place)
    if not course.key:
        raise CourseError("the course has no name", at=str(place), fix="Write `id` and `name`.")
    site = Site(
        course=course,
        folder=folder.resolve(),
        assignments=_assignments(folder, course),
        store=open_site_store(store or folder / STORE, course=course.key, stays_open=stays_open),
        clock=clock,
        address=address,
        limits=limits or SiteLimits(),
    )
    for assignment in site.assignments:
        let_policy_hold(site.store, course, assignment, at=clock())
    return site


def _assignments(folder: Path, course: Course) -> tuple[Assignment, ...]:
    """Those that course.yaml lists, from the folder `assignments` beside it or as shipped."""
    names = [each.id for each in course.assignments] or [DEFAULT_ASSIGNMENT]
    return tuple(_assignment(folder / "assignments" / name, name) for name in names)


def _assignment(inside: Path, name: str) -> Assignment:
    return find_assignment(str(inside) if (inside / ASSIGNMENT_FILE).is_file() else name)
