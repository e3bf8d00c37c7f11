"""The student's side as a check sees it: functions to call, plain values that come back."""

import time
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, TypeVar, cast

import numpy as np

from grader.errors import CallFailed, Killed, TimedOut
from grader.harness.answering import AnsweringTable, is_answering
from grader.harness.comparison import Mismatch
from grader.harness.planned_calls import CallPlan, PlannedAnswers
from grader.harness.shortcut_rules import Evidence
from grader.observed_calls import Observation, copied
from grader.records import Submission
from grader.sandbox import contract
from grader.settings import LimitSettings, Stage

T = TypeVar("T")


_KILLED_ATTEMPTS = 3
_LONGEST_AXIS = 512
_MOST_ENTRIES = 1 << 18


def unless_killed(attempt: Callable[[], T]) -> T:
    """What an attempt gives, made again if the process was killed under it.

    A machine that runs out of memory kills processes that did nothing wrong. Code that kills
    itself does so each time.
    """
    for _ in range(_KILLED_ATTEMPTS - 1):
        try:
            return attempt()
        except Killed:
            continue
    return attempt()


class StudentProcess:
    """One submission in its sandbox, over all checks: started when needed, and again if it ends.

    A submission that cannot be read fails at once the second time, and a function that ran
    out of time is not called again: forty checks must not each wait for the same endless loop.
    """

    def __init__(
        self,
        sandbox: contract.Sandbox,
        submission: Submission,
        limits: LimitSettings,
        call_plans: Mapping[bool, CallPlan] | None = None,
        evidence: Evidence | None = None,
    ) -> None:
        self._sandbox = sandbox
        self.evidence = evidence or Evidence(submission)
        self._code = contract.Code(
            main="submission",
            cells=submission.cells,
            modules=submission.modules,
            stages=self.evidence.stages,
            shortcuts=self.evidence.watched,
        )
        self._limits = limits
        self._session: contract.StudentSession | None = None
        self._seconds_left = limits.submission_seconds
        self._unreadable: CallFailed | None = None
        self._started = False
        self._too_slow: set[str] = set()
        self._output = ""
        self._call_plans = call_plans or {False: CallPlan(sandbox), True: CallPlan(sandbox)}
        self._waiting = PlannedAnswers(self._call_plans[False])
        self.notes: tuple[str, ...] = ()
        self.kept: dict[str, Any] = {}
        self.observations: list[Observation] = []
        self._in_hidden_check = False
        self._fresh = True  # the planned calls for the checks of this kind are still to be made

    def call(
        self,
        function: str,
        arguments: Sequence[Any],
        *,
        answer: contract.Answerer,
        tables: Sequence[int] = (),
        stand_ins: Mapping[str, Sequence[str]] | None = None,
        want_arguments: bool = False,
    ) -> contract.Returned:
        """Call one of the student's functions; see `contract.Session.call`."""
        if function in self._too_slow:
            raise TimedOut(f"{function} ran out of time before, and was not called again.")
        session = self._open()
        may_be_planned = not tables and not stand_ins
        if may_be_planned:
            planned = contract.PlannedCall(
                function=function, arguments=arguments, want_arguments=want_arguments
            )
            if (waiting := self._waiting.take(planned)) is not None:
                return self._outcome(function, waiting)
        seconds = min(self._limits.call_seconds, self._seconds_left)
        if seconds <= 0:
            raise TimedOut(
                f"The submission used up its {self._limits.submission_seconds:g} s; "
                f"{function} was not called."
            )
        begin = time.monotonic()
        try:
            outcome: contract.Returned | CallFailed = session.call(
                function,
                arguments,
                seconds=seconds,
                answer=answer,
                tables=tables,
                stand_ins=stand_ins,
                want_arguments=want_arguments,
            )
        except CallFailed as failure:
            outcome = failure
        finally:
            self._seconds_left -= time.monotonic() - begin
        if may_be_planned:
            self._waiting.learn()
        return self._outcome(function, outcome)

    def begin_check(self, number: int, *, hidden: bool) -> None:
        """Calls from now on belong to this check.

        Raises:
            ValueError: a visible check after a hidden one. A process that has seen hidden inputs
                could show them in what a visible check tells.
        """
        if hidden < self._in_hidden_check:
            raise ValueError("a visible check is to run after a hidden one")
        if hidden > self._in_hidden_check:
            self._in_hidden_check = True
            self._waiting = PlannedAnswers(self._call_plans[hidden])
            self._fresh = True
        self._waiting.check = number

    def observe(
        self,
        stage: str,
        arguments: Sequence[Any],
        *,
        came: contract.Returned | type[CallFailed],
        stopped: bool,
        answering: AnsweringTable | None,
    ) -> None:
        """Keep what a call came to, for the diagnosis. A check may change its arrays later."""
        returned = came if isinstance(came, contract.Returned) else None
        self.observations.append(
            Observation(
                stage=stage,
                arguments=tuple(copied(list(arguments))),
                value=copied(returned.value) if returned else None,
                failure=None if isinstance(came, contract.Returned) else came,
                stopped=stopped,
                after=tuple(returned.arguments) if returned and returned.arguments else None,
                calls=tuple(answering.calls) if answering is not None else (),
                hidden=self._in_hidden_check,
            )
        )

    def _outcome(self, function: str, outcome: contract.Returned | CallFailed) -> contract.Returned:
        self.evidence.add(outcome.uses, hidden=self._in_hidden_check)
        if isinstance(outcome, TimedOut):
            self._too_slow.add(function)
        if isinstance(outcome, CallFailed):
            raise outcome
        return outcome

    def take_output(self) -> str:
        """What the submission printed since the last time."""
        if self._session is not None:
            self._output += self._session.take_output()
        text, self._output = self._output, ""
        return text

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _open(self) -> contract.StudentSession:
        if self._unreadable is not None:
            raise type(self._unreadable)(self._unreadable.problem)
        if self._session is None or not self._session.alive:
            if self._session is not None:
                self._output += self._session.take_output()
            limits = contract.Limits(
                call_seconds=self._limits.call_seconds,
                load_seconds=self._limits.load_seconds,
                submission_seconds=self._limits.submission_seconds,
                memory_megabytes=self._limits.memory_megabytes,
                output_kilobytes=self._limits.output_kilobytes,
            )
            begin = time.monotonic()
            try:
                self._session = unless_killed(lambda: self._sandbox.open(self._code, limits))
            except CallFailed as failure:
                self._unreadable = failure
                self.notes = (failure.problem,)
                raise type(failure)(failure.problem) from failure  # nothing hidden was seen yet
            printed = self._session.take_output()
            if not self._started:
                self._output += printed  # what it prints when it is read is kept once
                self.notes = tuple(self._session.notes)
                self.evidence.add(self._session.uses, hidden=False)
                self._started = True
            if not self._fresh:
                self._seconds_left -= time.monotonic() - begin  # a crash in each check is not free
        if self._fresh:
            self._fresh = False
            self._make_planned_calls(self._session)
            return self._open()
        return self._session

    def _make_planned_calls(self, session: contract.StudentSession) -> None:
        begin = time.monotonic()
        self._waiting.make(
            session,
            seconds=self._limits.call_seconds,
            total_seconds=self._seconds_left,
            may_print=self._in_hidden_check,
        )
        self._seconds_left -= time.monotonic() - begin

    def ask(
        self,
        function: str,
        arguments: Sequence[Any],
        *,
        stand_ins: Mapping[str, tuple[Sequence[str], Callable[..., Any]]],
    ) -> Any:
        """The answer to one more call, which no check makes; None if there is none.

        Args:
            stand_ins: for inner functions their parameters, and what answers in their place.
        """

        def answer(called: str, given: list[Any]) -> Any:
            return stand_ins[called][1](*given)

        parameters = {name: parameters for name, (parameters, _) in stand_ins.items()}
        try:
            return self.call(function, arguments, answer=answer, stand_ins=parameters).value
        except CallFailed:
            return None


class Student:
    """The `student` fixture: `student.softmax(logits)` calls the student's softmax over the wall.

    Arguments and answers are numpy arrays and plain values. `reference` has the right functions
    as attributes; they answer for those of the student's inner stages that are not `right_stages`.
    `inner` is what `inner_stages` says of the stages.
    """

    def __init__(
        self,
        process: StudentProcess,
        stages: Mapping[str, Stage],
        inner: Mapping[str, Set[str]],
        reference: object,
        right_stages: Set[str],
    ) -> None:
        self._process = process
        self._stages = stages
        self._inner = inner
        self._right_stages = right_stages
        self._reference = reference

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in self._stages:
            raise AttributeError(f"the assignment has no stage {name!r}")
        return lambda *arguments: self._call(name, arguments).value

    def observe(self, name: str, *arguments: Any) -> contract.Returned:
        """Call a function: its `value`, and its `arguments` as the function left them."""
        return self._call(name, arguments, want_arguments=True)

    def once(self, key: str, run: Callable[[], T]) -> T:
        """What `run` returned or raised when it was first called for this submission.

        Several checks can so judge one run of the student's code, each for its own points.
        """
        if key not in self._process.kept:
            try:
                self._process.kept[key] = run()
            except (AssertionError, CallFailed) as failure:
                self._process.kept[key] = failure
        found = self._process.kept[key]
        if isinstance(found, AssertionError | CallFailed):
            raise found
        return cast(T, found)

    def _call(
        self, name: str, arguments: tuple[Any, ...], *, want_arguments: bool = False
    ) -> contract.Returned:
        uses = self._inner[name] - self._right_stages
        inner = {other: list(self._stages[other].parameters) for other in sorted(uses)}
        tables = [i for i, a in enumerate(arguments) if is_answering(a)]
        answering = arguments[tables[0]] if tables else None
        sent = [a.table() if is_answering(a) else a for a in arguments]

        def answer(called: str, given: list[Any]) -> Any:
            if called in inner:
                return self._stand_in(called, given)
            if answering is None:
                raise contract.Refused(f"{called} is not there to be called")
            return answering.answer(called, given)

        def attempt() -> contract.Returned:
            if answering is not None:
                answering.restart()
            return self._process.call(
                name,
                sent,
                answer=answer,
                tables=tables,
                stand_ins=inner,
                want_arguments=want_arguments,
            )

        came: contract.Returned | type[CallFailed] = TimedOut
        stopped = False
        try:
            came = unless_killed(attempt)
            return came
        except CallFailed as failure:
            came = type(failure)
            raise
        except contract.Stop:
            stopped = True
            sentence = f"{name} goes on and on: it made far more steps than it was asked for."
            raise Mismatch(sentence, discreet=sentence) from None
        finally:
            self._process.observe(name, sent, came=came, stopped=stopped, answering=answering)

    def _stand_in(self, name: str, given: list[Any]) -> Any:
        """The reference's answer in the student's precision, or none where it has none."""
        if any(isinstance(a, np.ndarray) and _is_giant(a) for a in given):
            raise contract.NoAnswer
        try:
            value = getattr(self._reference, name)(*given)
        except Exception as error:
            raise contract.NoAnswer from error
        if not isinstance(value, np.ndarray):
            return value
        floats = [a.dtype for a in given if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
        return value.astype(floats[0]) if floats else value


def inner_stages(stages: Mapping[str, Stage]) -> dict[str, Set[str]]:
    """For each stage all stages that may run inside it: those it uses, and so on inwards."""

    def inside(name: str) -> set[str]:
        uses = set(stages[name].uses)
        return uses.union(*(inside(other) for other in uses))

    return {name: inside(name) for name in stages}


def _is_giant(array: np.ndarray) -> bool:
    """Larger than any input of a check: time on our side has no limit but this one."""
    return max(array.shape, default=0) > _LONGEST_AXIS or array.size > _MOST_ENTRIES
