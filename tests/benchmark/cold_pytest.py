"""The same checks as plain pytest runs them: one cold process a submission, no wall at all.

A pytest plugin for the benchmark: `pytest ASSIGNMENT -p cold_pytest` with the environment
variable SUBMISSION. The student's module is imported into the process of the checks.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.harness.markers import MARKERS
from grader.harness.student import Student
from grader.intake.reading import read
from grader.sandbox.child import values
from grader.sandbox.child.stand_in import OWN
from grader.sandbox.child.stand_in import stand_ins as replaced
from grader.sandbox.child.student_modules import StudentModules
from grader.sandbox.contract import Answerer, NoAnswer, Returned, StudentCall
from grader.settings import Stage, load_assignment
from grader.subject.values import over_arrays
from reference.decoder.contract import FUNCTIONS


class InProcess:
    """Calls the student's functions in this very process."""

    def __init__(self, path: Path) -> None:
        self.kept: dict[str, Any] = {}
        self.seen = self.inner_mistakes = self  # nobody looks for reasons here
        submission = read(path)
        self._submission = StudentModules("submission", submission.cells, submission.modules)
        self._submission.load()
        self._framework = self._submission.framework

    def call(self, call: StudentCall, answer: Answerer) -> Returned:
        def ask(name: str, given: Sequence[Any]) -> Any:
            try:
                value = answer(name, [values.plain(item) for item in given])
            except NoAnswer:
                return OWN
            return values.for_student(value, self._framework, connect)

        def connect(name: str) -> Callable[..., Any]:
            return lambda *given: ask(name, given)

        given = values.for_student(list(call.arguments), self._framework, connect)
        for position in call.tables:
            given[position] = values.as_namespace(given[position])
        with replaced(self._submission, call.stand_ins, ask):
            result = self._submission.function(call.function)(*given)
        after = [None if i in call.tables else values.plain(item) for i, item in enumerate(given)]
        return Returned(value=values.plain(result), arguments=after)

    def mended(self, call: StudentCall, value: Any) -> Any:
        """A right submission has no inner mistake."""
        return value

    def observe(self, *_: Any, **__: Any) -> None:
        """Nobody looks for reasons here."""


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.fixture(scope="session")
def process() -> InProcess:
    return InProcess(Path(os.environ["SUBMISSION"]))


@pytest.fixture(scope="session")
def stages() -> tuple[Stage, ...]:
    return load_assignment(Path(os.environ["ASSIGNMENT"])).stages


@pytest.fixture(scope="session")
def reference() -> SimpleNamespace:
    return SimpleNamespace(**{name: over_arrays(f, "torch") for name, f in FUNCTIONS.items()})


@pytest.fixture
def student(process: InProcess, stages: tuple[Stage, ...], reference: object) -> Student:
    none_inside: dict[str, dict[str, list[str]]] = {stage.name: {} for stage in stages}
    right = set(none_inside)
    parameters = {stage.name: stage.parameters for stage in stages}
    return Student(
        process,  # type: ignore[arg-type]
        none_inside,
        parameters=parameters,
        reference=reference,
        right_stages=right,
    )


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    return np.random.default_rng(len(request.node.nodeid))
