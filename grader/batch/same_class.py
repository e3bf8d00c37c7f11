"""Whether the results that are there are those of this class: nobody's are mixed in unasked."""

from grader.errors import CourseError
from grader.intake.layouts.plain import Plain
from grader.records import GradingRun

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


def _is_next_download(last: GradingRun, now: GradingRun) -> bool:
    """Whether it is a later download of the same people: its file has another name each time."""
    if {last.layout, now.layout} & {"", Plain.name}:
        return False
    before, after = set(last.submissions), set(now.submissions)
    return 2 * len(before & after) >= min(len(before), len(after)) > 0
