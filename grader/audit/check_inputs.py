"""The inputs of an assignment's checks: what they hand to a right submission.

The right functions answer in this process, for there is no student's code to be kept out.
"""

from collections.abc import Sequence
from typing import Any

from grader.errors import Crashed
from grader.harness.functions_here import FunctionsHere
from grader.harness.grading import grade
from grader.observed_calls import AskStudent, Observation
from grader.records import Report, Submission
from grader.sandbox import contract
from grader.settings import Assignment
from grader.subject.steady_inputs import assert_steady
from grader.subject.subject import Subject


def check_inputs(
    assignment: Assignment, subject: Subject, secret: str
) -> dict[str, list[tuple[Any, ...]]]:
    """For each stage that is no loop, the arguments of all calls by the checks.

    Raises:
        CourseError: the checks of the assignment are wrong, or ask something else each time.
    """
    runs: list[Sequence[Observation]] = []

    def keep(report: Report, seen: Sequence[Observation], ask: AskStudent) -> Report:
        runs.append(list(seen))
        return report

    right = Submission(name="reference", cells=(("submission.py", ""),), modules={}, digest="")
    grade(
        [right, right],
        assignment=assignment,
        sandbox=_right_answers(subject),
        with_hidden=True,
        secret=secret,
        emit=lambda report: None,
        reference=subject.over_arrays(),
        explain=keep,
    )
    assert_steady(*runs, folder=assignment.folder)
    found: dict[str, list[tuple[Any, ...]]] = {}
    for seen in runs[0]:
        if seen.stage in subject.functions and seen.stage not in subject.loops:
            found.setdefault(seen.stage, []).append(seen.arguments)
    return found


def _right_answers(subject: Subject) -> FunctionsHere:
    functions = subject.over_arrays()

    def answer(call: contract.StudentCall, ask: contract.Answerer) -> contract.Returned:
        if call.tables or call.function not in functions:
            raise Crashed(f"{call.function} is not run here")
        value = functions[call.function](*call.arguments)
        return contract.Returned(value=value, arguments=list(call.arguments))

    return FunctionsHere(answer)
