"""Submissions that run in this process: right ones with one wrong stage, without a wall."""

from types import SimpleNamespace

import pytest
import torch

from grader.diagnosis.explanation import Explainer
from grader.diagnosis.versions import Versions
from grader.errors import Crashed
from grader.harness.grading import grade
from grader.records import CheckResult, Report, StageResult, Status, Submission, Verdict
from grader.sandbox.contract import Refused, Returned, Stop
from grader.settings import find_assignment
from grader.subject.values import given as as_given
from reference.decoder.contract import FUNCTIONS
from reference.decoder.subject import SUBJECT
from tests.grader.in_this_process import InThisProcess

ASSIGNMENT = find_assignment("decoder-generation")


def arrays(value):
    """Plain values again, in the precision that they have."""
    match value:
        case torch.Tensor():
            return value.detach().numpy().copy()
        case dict():
            return {key: arrays(item) for key, item in value.items()}
        case list() | tuple():
            return [arrays(item) for item in value]
        case _:
            return value


def run(function, arguments, dtype=torch.float32):
    """What a student's process sends back: the value, and the arguments afterwards."""
    given = tensors(list(arguments), dtype)
    return Returned(value=arrays(function(*given)), arguments=arrays(given))


class InProcess(InThisProcess):
    """A sandbox in which a submission is the name of its wrong function, or of two in one stage."""

    def open(self, code, limits):
        name = code.cells[0][1]
        self._wrong = {} if name == "right" else {name.partition(".")[0]: name}
        return self

    def call(self, call, *, answer, **_):
        function, arguments = call.function, call.arguments
        called = SUBJECT.function_of(self._wrong.get(function, function))
        given = tensors(list(arguments), torch.float32)
        if call.tables:
            given[1] = table(arguments[1], answer)
        try:
            value = called(*given)
        except Stop:
            raise
        except (Refused, RuntimeError, IndexError, ValueError, TypeError) as error:
            raise Crashed(f"{function} raised {type(error).__name__}") from error
        return Returned(value=arrays(value), arguments=arrays(given) if call.want_arguments else [])


def tensors(value, dtype):
    """What a version gets."""
    precision = str(dtype).removeprefix("torch.")
    return as_given(value, framework="torch", precision=precision)


def table(names, answer):
    def ask(remote):
        return lambda asked: tensors(answer(remote.name, [arrays(asked)]), torch.float32)

    single = {key: ask(remote) for key, remote in names.items() if key != "layers"}
    return SimpleNamespace(**single, layers=[ask(remote) for remote in names["layers"]])


def graded(names):
    """For each name, the report without findings, and what was observed."""
    seen = {}

    def keep(report, observations, ask):
        seen[report.submission] = (report, list(observations))
        return report

    grade(
        [
            Submission(name=name, cells=(("submission.py", name),), modules={}, digest="")
            for name in names
        ],
        assignment=ASSIGNMENT,
        sandbox=InProcess(),
        with_hidden=True,
        secret="what the hidden checks draw from",
        emit=lambda report: None,
        explain=keep,
        reference=SUBJECT.over_arrays(),
    )
    return seen


@pytest.fixture(scope="session")
def right():
    """The observations of a right submission, by stage."""
    _, observations = graded(["right"])["right"]
    return {name: [o for o in observations if o.stage == name] for name in FUNCTIONS}


VERSIONS = Versions(SUBJECT)
_EXPLAINERS = {hidden: Explainer(SUBJECT, with_hidden=hidden) for hidden in (True, False)}


def explained(report, observations, ask=None, *, with_hidden=True):
    """The report with what is known about the decoder."""
    return _EXPLAINERS[with_hidden](report, observations, ask)


def failing(stage):
    """A report in which this stage failed."""
    check = CheckResult(
        check=f"{stage}.values",
        stage=stage,
        claim="It is right.",
        verdict=Verdict.FAILED,
        points=0,
        max_points=1,
    )
    return Report(
        submission="ada",
        status=Status.GRADED,
        assignment="decoder-generation",
        key="",
        grader_version="0",
        stages=(StageResult(stage=stage, title=stage, checks=(check,)),),
    )
