"""The shipped checks judge every kind of answer: none of them stumbles and calls it our fault."""

from dataclasses import replace

import pytest

from grader.harness.grading import grade
from grader.intake.reading import read
from grader.records import Verdict
from grader.sandbox.warm import WarmSandbox
from grader.settings import assignments, find_assignment
from grader.subject.loading import subject_of

SHIPPED = [assignment.name for assignment in assignments()]

# Each spoils what all functions of a right submission return.
SPOILED = {
    "None": "None",
    "a list": "numpy.asarray(value).tolist()",
    "a tuple": "(value,)",
    "a float": "1.5",
    "an int": "3",
    "a bool": "True",
    "text": "'answer'",
    "a dict": "{'answer': value}",
    "an object": "object()",
    "an array without axes": "numpy.float32(1.5)",
    "an empty array": "numpy.zeros(0, dtype='float32')",
    "float16": "numpy.asarray(value).astype('float16')",
    "integers": "numpy.asarray(value).astype(int)",
    "booleans": "numpy.asarray(value).astype(bool)",
    "an extra axis": "numpy.asarray(value)[None]",
    "the first row": "numpy.atleast_1d(value)[:1]",
    "flat": "numpy.asarray(value, dtype='float64').ravel()",
    "NaN": "numpy.asarray(value) * float('nan')",
    "infinity": "numpy.asarray(value, dtype='float64') + float('inf')",
    "huge numbers": "numpy.asarray(value, dtype='float64') * 1e308",
    "zeros": "numpy.zeros_like(value, dtype='float32')",
    "an array of one for all": "numpy.ones((1, 1, 1), dtype='float32')",
    "a list of lists": "[[1.0], [2.0, 3.0]]",
}
WRAPPED = """
import functools, numpy

def spoiled(function):
    calls = []

    @functools.wraps(function)
    def call(*arguments):
        answer = function(*arguments)
        calls.append(1)
        value = answer.detach().numpy() if hasattr(answer, "detach") else answer
        return SPOILED if WHEN else answer

    return call

for name in NAMES:
    stage = globals().get(name) or DecoderModel  # which has the stage as a method
    if isinstance(stage, type):
        method = "forward" if name in globals() else name
        setattr(stage, method, spoiled(getattr(stage, method)))
    else:
        globals()[name] = spoiled(stage)
"""
# A submission with a state may answer well at one call and badly at the next.
ALWAYS, SOMETIMES = "True", "len(calls) % 2 == 0"
CASES = [(kind, ALWAYS) for kind in SPOILED]
CASES += [
    (kind, SOMETIMES) for kind in ("None", "a list", "text", "an extra axis", "an empty array")
]


@pytest.fixture(scope="module")
def sandbox():
    """With torch, which right modules need: each process would import it anew."""
    made = WarmSandbox(("numpy", "torch"))
    yield made
    made.close()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NaN and infinity
@pytest.mark.parametrize("name", SHIPPED)
def test_no_answer_makes_a_check_stumble(name, sandbox):
    assignment = find_assignment(name)
    examples = assignment.folder / "examples" / "submissions"
    right = read(next(p for p in sorted(examples.glob("right-*.py")) if "torch" not in p.name))
    code = WRAPPED.replace("NAMES", repr([stage.name for stage in assignment.stages]))
    reports = []
    grade(
        [
            replace(
                right,
                name=f"{kind}, when {when}",
                cells=(
                    *right.cells,
                    ("spoiled.py", code.replace("SPOILED", SPOILED[kind]).replace("WHEN", when)),
                ),
            )
            for kind, when in CASES
        ],
        assignment=assignment,
        sandbox=sandbox,
        with_hidden=True,
        secret="s",
        emit=reports.append,
        reference=subject_of(assignment).over_arrays(),
    )
    stumbled = {
        f"{report.submission}: {check.check}": check.staff_note.splitlines()[-1]
        for report in reports
        for check in report.checks
        if check.verdict == Verdict.UNGRADED
    }
    assert not stumbled
    assert len(reports) == len(CASES)
    # what a stage returns may be spoiled by nothing: a list of tokens is a list, a number is one
    assert max(report.points for report in reports[: len(SPOILED)]) < assignment.total / 2
