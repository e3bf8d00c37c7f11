"""Whether the results that are there are those of this class: nobody's are mixed in unasked."""

from collections.abc import Collection
from pathlib import Path

from grader.errors import CourseError
from grader.intake.layouts.plain import Plain
from grader.records import GradingRun
from grader.text import counted

_YES = "Name another folder with -o, or say --yes if these results shall take their place."
_OF_COURSE, _OF_RESULTS = "the secret of a course.yaml", "a secret of their own"


def assert_same_class(last: GradingRun | None, now: GradingRun) -> None:
    """The run grades what the last one did: the same assignment, folder and kind of secret.

    Raises:
        CourseError: it does not; the sentence says in what they differ.
    """
    if last is None:
        return
    if last.assignment != now.assignment:
        raise CourseError(
            f"the results there are those of the assignment {last.assignment!r}",
            at=now.assignment,
            fix=f"{_YES} If it is the same assignment in a renamed folder, "
            f"write `id: {last.assignment}` into its assignment.yaml.",
        )
    _assert_same_folder(last, now)
    if last.folder and last.folder != now.folder and not _is_next_download(last, now):
        raise CourseError(
            f"the results there are those of the submissions in {last.folder}",
            at=now.folder,
            fix=_YES,
        )
    if last.secret_of_course not in (None, now.secret_of_course):
        was, is_now = _OF_RESULTS, _OF_COURSE
        if last.secret_of_course:
            was, is_now = is_now, was
        raise CourseError(
            f"the results there were made with {was}, and this run has {is_now}: "
            "hidden checks would get other inputs",
            fix="Name the course.yaml with --course, or say --yes to grade all of them again.",
        )


def assert_some_stay(known: Collection[str], submissions: Collection[str]) -> None:
    """A run withdraws what is no longer handed in, and all of it only if that is confirmed.

    Args:
        known: that have a report up to now.
        submissions: that the run is about.

    Raises:
        CourseError: none of them stays.
    """
    if known and not set(known) & set(submissions):
        raise CourseError(
            f"none of the {counted(len(known), 'submission')} there is handed in now, by the name "
            f"that it had: all would be withdrawn, such as {min(known)}",
            fix=f"Look at the roster, which gives them their names. {_YES}",
        )


def _assert_same_folder(last: GradingRun, now: GradingRun) -> None:
    """An assignment may be changed where it lies, and its folder be moved: one is there then."""
    was, is_now = last.assignment_folder, now.assignment_folder
    if was is None or was == is_now:
        return
    is_left = bool(was) and Path(was).exists()
    is_equal = last.assignment_digest == now.assignment_digest
    if not is_left and (is_equal or (was and is_now)):
        return
    raise CourseError(
        f"the results there were graded by the assignment {_place(was)}, "
        f"and this run would grade by another one {_place(is_now)}",
        at=now.assignment,
        fix=f"Name the one that you mean with --assignment {was or last.assignment}, "
        "or say --yes if the grades shall be those of the other one.",
    )


def _place(folder: str | None) -> str:
    return f"in {folder}" if folder else "that comes with the grader"


def _is_next_download(last: GradingRun, now: GradingRun) -> bool:
    """Whether it is a later download of the same people: its file has another name each time."""
    if {last.layout, now.layout} & {"", Plain.name}:
        return False
    before, after = set(last.submissions), set(now.submissions)
    return 2 * len(before & after) >= min(len(before), len(after)) > 0
