"""One submission behind the wall, over all its checks: calls go in, outcomes come out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.errors import CallFailed, TimedOut
from grader.harness.answer_budget import AnswerBudget
from grader.harness.apart import ApartProcess
from grader.harness.inner_mistakes import InnerMistakes
from grader.harness.lasting_session import LastingSession
from grader.harness.planned_calls import CallPlan, PlannedAnswers
from grader.harness.seen_calls import MOST_KEPT, SeenCalls
from grader.harness.shortcut_rules import Evidence
from grader.harness.stand_ins import answer_of
from grader.harness.time_budget import TimeBudget
from grader.observed_calls import AskStudent, FindInnerCause, is_larger
from grader.records import Submission
from grader.sandbox import contract
from grader.settings import LimitSettings

MakeFinder = Callable[[AskStudent], FindInnerCause]


class StudentProcess:
    """Calls of one submission's functions, within its time and with the answers that wait.

    Args:
        call_plans: the calls to be made ahead, by whether hidden checks make them.
        parameters: of each stage.
        inner_causes: makes what finds wrong inner stages behind a wrong answer.
    """

    def __init__(
        self,
        submission: Submission,
        *,
        sandbox: contract.Sandbox,
        limits: LimitSettings,
        call_plans: Mapping[bool, CallPlan],
        evidence: Evidence,
        parameters: Mapping[str, Sequence[str]],
        inner_causes: MakeFinder | None = None,
    ) -> None:
        code = contract.Code(
            main="submission",
            cells=submission.cells,
            modules=submission.modules,
            stages=evidence.stages,
            shortcuts=evidence.watched,
        )
        of_child = _limits_of_child(limits)
        self._session = LastingSession(lambda: sandbox.open(code, of_child), evidence)
        self._time = TimeBudget(limits)
        self._makes: dict[str, str] = {}  # the classes whose objects stages are called on
        self._apart = ApartProcess(
            lambda: sandbox.open(code, of_child),
            self._time,
            parameters=parameters,
            makes=self._makes,
        )
        find = inner_causes(self._apart.ask) if inner_causes else None
        self.inner_mistakes = InnerMistakes(find, self._apart)
        self._answers = AnswerBudget()
        self._call_plans = call_plans
        self._planned = PlannedAnswers(call_plans[False], call_seconds=limits.call_seconds)
        self.seen = SeenCalls(evidence)
        self._is_asked = False
        self.kept: dict[str, Any] = {}  # what `Student.once` ran

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of reading the submission."""
        return self._session.notes

    @property
    def printed_first(self) -> str:
        """What the submission printed while it was read."""
        return self._session.printed_first

    @property
    def packages(self) -> tuple[tuple[str, bool], ...]:
        """What the submission imports, and whether that is here."""
        return self._session.packages

    def begin_check(self, number: int, *, name: str, hidden: bool) -> None:
        """Calls from now on belong to this check.

        Raises:
            ValueError: a visible check after a hidden one. A process that has seen hidden inputs
                could show them in what a visible check tells.
        """
        if hidden < self.seen.in_hidden_check:
            raise ValueError("a visible check is to run after a hidden one")
        if hidden > self.seen.in_hidden_check:
            self.seen.in_hidden_check = True
            self._planned = self._planned.of_other_checks(self._call_plans[hidden])
        self._planned.check = number
        self.seen.check = name
        self.inner_mistakes.begin_check()

    def call(self, call: contract.StudentCall, answer: contract.Answerer) -> contract.Returned:
        """Make a call, or take its answer if it waits; see `StudentSession.call`.

        Raises:
            CallFailed: there is no usable answer; the class says why.
        """
        if call.makes:
            self._makes[call.function] = call.makes
        self._time.assert_not_given_up(call.function)
        child = self._open()
        if not call.may_ask and (waiting := self._planned.take(call)) is not None:
            return self._judged(call.function, waiting)
        seconds = self._time.seconds_for(call.function)
        outcome: contract.Returned | CallFailed
        with self._time.spent():
            try:
                outcome = child.call(call, seconds=seconds, answer=answer)
            except CallFailed as failure:
                outcome = failure
        if not call.may_ask:
            self._planned.learn()
        return self._judged(call.function, outcome)

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
            return answer_of(stand_ins[called][1], given)

        if self._is_asked:  # its process waits for our answer, and takes no other call
            functions = {name: function for name, (_, function) in stand_ins.items()}
            return self._apart.ask(function, arguments, functions)
        parameters = {name: parameters for name, (parameters, _) in stand_ins.items()}
        makes = self._makes.get(function, "")
        call = contract.StudentCall(function, arguments, stand_ins=parameters, makes=makes)
        self._is_asked = True
        try:
            value = self._value(call, answer)
        except CallFailed:
            return None
        finally:
            self._is_asked = False
        return None if is_larger(value, MOST_KEPT) else value

    def found_apart(self, find: Callable[[], str]) -> str | None:
        """What is found by asking; None if it takes longer than a call of a check may take.

        The time for checks stays what it is, and what is printed belongs to none of them.
        """
        with self._time.apart() as is_enough:
            found = find()
            self._session.take_output()
            return found if is_enough() else None

    def take_output(self) -> str:
        """What the submission printed since the last time."""
        return self._session.take_output()

    def close(self) -> None:
        self._session.close()
        self._apart.close()

    def _value(self, call: contract.StudentCall, answer: contract.Answerer) -> Any:
        """The answer to a call that belongs to no check: it is neither planned nor evidence."""
        self._time.assert_not_given_up(call.function)
        try:
            with self._time.spent():
                child = self._session.child()
                seconds = self._time.seconds_for(call.function)
                return child.call(call, seconds=seconds, answer=answer).value
        except TimedOut:
            self._time.give_up(call.function)
            raise

    def _open(self) -> contract.StudentSession:
        if self._planned.are_made:
            if (living := self._session.living) is not None:
                return living
            with self._time.spent():  # a crash in each check is not free
                return self._session.child()
        child = self._session.child()
        with self._time.spent():
            self._planned.make(
                child,
                total_seconds=self._time.seconds_left,
                may_print=self.seen.in_hidden_check,
            )
        return self._open()

    def _judged(self, function: str, outcome: contract.Returned | CallFailed) -> contract.Returned:
        self.seen.add_uses(outcome.uses)
        if isinstance(outcome, TimedOut):
            self._time.give_up(function)
        if isinstance(outcome, CallFailed):
            raise outcome
        self._answers.take(function, outcome)
        return outcome


def _limits_of_child(limits: LimitSettings) -> contract.Limits:
    return contract.Limits(
        call_seconds=limits.call_seconds,
        load_seconds=limits.load_seconds,
        submission_seconds=limits.submission_seconds,
        memory_megabytes=limits.memory_megabytes,
        output_kilobytes=limits.output_kilobytes,
    )
