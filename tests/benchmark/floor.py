"""The floor: what the student's own calls cost in a bare fork, with no pytest and no isolation."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.records import Submission
from grader.sandbox import contract
from grader.sandbox.child import values
from grader.sandbox.child.student_modules import StudentModules


@dataclass
class Recorded:
    """One call that the grader made, and what it answered to the student's code meanwhile."""

    function: str
    arguments: Sequence[Any]
    tables: Sequence[int]
    answers: list[Any] = field(default_factory=list)


class RecordingSandbox:
    """A sandbox that notes every call; everything else is the wrapped sandbox's."""

    def __init__(self, inner: contract.Sandbox) -> None:
        self._inner = inner
        inner.prove()
        self.calls: list[Recorded] = []
        self.level, self.layers = inner.level, inner.layers

    def prove(self) -> str:
        return self.level

    def open(self, code: contract.Code, limits: contract.Limits) -> "RecordingSession":
        return RecordingSession(self._inner.open(code, limits), self.calls)

    def close(self) -> None:
        self._inner.close()


class RecordingSession:
    def __init__(self, inner: contract.StudentSession, calls: list[Recorded]) -> None:
        self._inner, self._calls = inner, calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def call(
        self, call: contract.StudentCall, *, seconds: float, answer: contract.Answerer
    ) -> contract.Returned:
        recorded = Recorded(call.function, call.arguments, call.tables)
        self._calls.append(recorded)

        def noted(name: str, given: list[Any]) -> Any:
            value = answer(name, given)
            recorded.answers.append(value)
            return value

        return self._inner.call(call, seconds=seconds, answer=noted)


def seconds_of_forks(submission: Submission, calls: list[Recorded], n: int) -> float:
    """Wall-clock seconds a submission, two forks at a time, as two workers would."""
    running: set[int] = set()
    begin = time.perf_counter()
    for _ in range(n):
        if len(running) == 2:
            running.discard(os.wait()[0])
        pid = os.fork()
        if not pid:
            _run(submission, calls)
        running.add(pid)
    while running:
        running.discard(os.wait()[0])
    return (time.perf_counter() - begin) / n


def _run(submission: Submission, calls: list[Recorded]) -> None:
    try:
        loaded = StudentModules("submission", submission.cells, submission.modules)
        loaded.load()
        framework = loaded.framework
        for call in calls:
            answers = iter(call.answers)
            connect = _replay(answers, framework)
            given = values.for_student(list(call.arguments), framework, connect)
            for position in call.tables:
                given[position] = values.as_namespace(given[position])
            loaded.function(call.function)(*given)
    except BaseException as error:  # noqa: BLE001 - a fork must not return
        print(f"the floor failed: {error!r}", file=sys.stderr)
        os._exit(1)
    os._exit(0)


def _replay(answers: Any, framework: str) -> Callable[[str], Callable[..., Any]]:
    def connect(name: str) -> Callable[..., Any]:
        return lambda *given: values.for_student(next(answers), framework, connect)

    return connect
