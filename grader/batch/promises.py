"""Are the packages that an assignment promises here, for the process that runs submissions?

That process is asked, and not this one: it may see less. A missing package would cost students
points for what the course has told them they may use, so it is found before anything is graded.
"""

from collections.abc import Iterator

from grader.errors import CallFailed, CourseError
from grader.promised_packages import import_names, is_new_enough, version_here
from grader.sandbox.contract import Code, Limits, Sandbox, StudentCall
from grader.settings import ASSIGNMENT_FILE, Assignment

_SECONDS = 60.0  # a large package on a busy machine
_ASKING = """
import importlib, importlib.util

def importable(name):
    if importlib.util.find_spec(name) is None:
        return ""
    importlib.import_module(name)
    return "yes"
"""


def promised_modules(assignment: Assignment) -> tuple[str, ...]:
    """What the process for student code imports before it forks, so that it is there for all."""
    return tuple(import_names(written)[0] for written in assignment.packages)


def broken_promises(assignment: Assignment, sandbox: Sandbox) -> Iterator[str]:
    """What is missing of the promised packages, a sentence each.

    Raises:
        GraderFault: no process for student code can be made.
    """
    if not assignment.packages:
        return
    code = Code(main="submission", cells=(("submission.py", _ASKING),), stages=("importable",))
    session = sandbox.open(code, _limits(assignment))
    try:
        for written in assignment.packages:
            call = StudentCall("importable", [import_names(written)[0]])
            try:
                is_here = session.call(call, seconds=_SECONDS, answer=_nothing).value == "yes"
            except CallFailed as failure:
                yield f"{written} is here and cannot be imported: {failure.problem}"
                continue
            if not is_here:
                yield f"{written} is not here"
            elif not is_new_enough(written):
                yield f"{written} is promised, and {version_here(written)} is here"
    finally:
        session.close()


def assert_promises(assignment: Assignment, sandbox: Sandbox) -> None:
    """Every promised package can be imported by submissions.

    Raises:
        CourseError: one cannot; the sentence names all of them.
        GraderFault: no process for student code can be made.
    """
    if broken := list(broken_promises(assignment, sandbox)):
        raise CourseError(
            f"of the packages that it promises, {'; '.join(broken)}",
            at=str(assignment.folder / ASSIGNMENT_FILE),
            fix="Install them into the environment of the grader with pip, or take them off "
            "`packages`; `grader doctor --assignment` says what is here.",
        )


def _limits(assignment: Assignment) -> Limits:
    return Limits(
        call_seconds=_SECONDS,
        load_seconds=_SECONDS,
        submission_seconds=_SECONDS,
        memory_megabytes=assignment.limits.memory_megabytes,
        output_kilobytes=assignment.limits.output_kilobytes,
    )


def _nothing(name: str, arguments: list[object]) -> None:
    """Nothing is asked."""
