"""The student's side as a check sees it: functions to call, plain values that come back."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, TypeVar, cast

from grader.errors import CallFailed, NotSettledHere, TimedOut
from grader.harness.answering import AnsweringTable, answering_places
from grader.harness.comparison import Arguments, Mismatch
from grader.harness.made_object import (
    MadeObject,
    ObjectHistory,
    answer_forward,
    shapes_of,
    value_of,
)
from grader.harness.made_stand_ins import made_stand_in
from grader.harness.retries import unless_killed
from grader.harness.stand_ins import InnerStages, stand_in
from grader.harness.student_process import StudentProcess
from grader.sandbox import contract

T = TypeVar("T")


class Student:
    """The `student` fixture: `student.softmax(logits)` calls the student's softmax over the wall.

    Arguments and answers are numpy arrays and plain values. `reference` has the right functions
    as attributes; they answer for those of the student's inner stages that are not `right_stages`.
    `inner` is what `inner_stages` says of the stages, and `parameters` names those of each.
    """

    def __init__(
        self,
        process: StudentProcess,
        inner: InnerStages,
        *,
        parameters: Mapping[str, Sequence[str]],
        reference: object,
        right_stages: Set[str],
    ) -> None:
        self._process = process
        self._inner = inner
        self._parameters = parameters
        self._right_stages = right_stages
        self._reference = reference

    def __getattr__(self, name: str) -> Callable[..., Any]:
        self._assert_stage(name)

        def call(*arguments: Any, **named: Any) -> Any:
            if named:
                raise TypeError(f"hand {name} its arguments in their order, without names")
            return self._call(name, arguments).value

        return call

    def observe(self, name: str, *arguments: Any) -> contract.Returned:
        """Call a function: its `value`, and its `arguments` as the function left them.

        Raises:
            CallFailed: the function gave no usable answer; the class says why.
            Mismatch: it went on and on with what it was handed.
        """
        returned = self._call(name, arguments, want_arguments=True)
        after = returned.arguments
        if after is None:
            tables = answering_places(arguments)
            after = [None if i in tables else a for i, a in enumerate(arguments)]
        named = Arguments(after, self._parameters.get(name, ()))
        return contract.Returned(value=returned.value, arguments=named, uses=returned.uses)

    def make(self, name: str, config: Any) -> MadeObject:
        """An object of a class of the student's. Since 0.6.

        It is made with its first call; see `MadeObject`. A method that is a stage of the assignment
        is called as one: its first argument is then the object.

        Args:
            name: of the class, which is a stage.
            config: the one argument that it is made with, a plain value.

        Raises:
            AttributeError: the assignment has no such stage.
        """
        self._assert_stage(name)
        methods = frozenset(self._inner) - {name}
        return MadeObject(ObjectHistory(name, config, methods, self._ask_object))

    def value_of(self, made: MadeObject) -> Any:
        """What stands at a place of an object, such as `made.training`. Since 0.6.

        Raises:
            CallFailed: there is nothing, or no value.
        """
        return value_of(made)

    def shapes_of(self, method: MadeObject) -> Any:
        """The shapes of what a method gives by name, a list of ints each. Since 0.6.

        Args:
            method: not called yet, such as `made.named_parameters`.

        Raises:
            CallFailed: it gives no names.
        """
        return shapes_of(method)

    def answer_forward(self, made: MadeObject, name: str) -> None:
        """Have the forward pass of an object answered by a function of the check. Since 0.6.

        It gets what the forward pass gets, and whether the object is in training mode.

        Args:
            name: in the table that a later call hands over, such as `stages.forward`.
        """
        answer_forward(made, name)

    def once(self, key: str, run: Callable[[], T]) -> T:
        """What `run` returned or raised when it was first called for this submission.

        Several checks can so judge one run of the student's code, each for its own points.

        Raises:
            AssertionError: `run` raised it, such as a Mismatch.
            CallFailed: a call of the student's code in `run` gave no usable answer.
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

    def _assert_stage(self, name: str) -> None:
        if name not in self._inner:
            raise AttributeError(f"the assignment has no stage {name!r}")

    def _ask_object(self, kind: str, method: str, arguments: list[Any]) -> Any:
        return self._call(method or kind, tuple(arguments), makes=kind).value

    def _call(
        self,
        name: str,
        arguments: tuple[Any, ...],
        *,
        want_arguments: bool = False,
        makes: str = "",
    ) -> contract.Returned:
        if not makes:
            self._assert_as_many(name, arguments)
        tables = answering_places(arguments)
        answering = arguments[tables[0]] if tables else None
        call = contract.StudentCall(
            name,
            [a.table() if i in tables else a for i, a in enumerate(arguments)],
            tables=tables,
            stand_ins={
                other: parameters
                for other, parameters in self._inner[name].items()
                if other not in self._right_stages
            },
            want_arguments=want_arguments,
            makes=makes,
        )

        def answer(called: str, given: list[Any]) -> Any:
            if called in call.stand_ins and makes:
                return made_stand_in(self._reference, called, given, call=call)
            if called in call.stand_ins:
                return stand_in(self._reference, called, given)
            if answering is None:
                raise contract.Refused(f"{called} is not there to be called")
            return answering.answer(called, given)

        def attempt() -> contract.Returned:
            if answering is not None:
                answering.restart()
            return self._process.call(call, answer)

        return self._observed(call, attempt, answering)

    def _assert_as_many(self, name: str, arguments: tuple[Any, ...]) -> None:
        """A call with too few arguments is a fault of the check, and not of the student."""
        wanted = self._parameters.get(name, ())
        if wanted and len(arguments) != len(wanted):
            raise TypeError(f"hand {name} {', '.join(wanted)}; {len(arguments)} are handed")

    def _observed(
        self,
        call: contract.StudentCall,
        attempt: Callable[[], contract.Returned],
        answering: AnsweringTable | None,
    ) -> contract.Returned:
        """What came of a call; it is kept for the diagnosis, however it ends."""
        came: contract.Returned | type[CallFailed | NotSettledHere] = TimedOut
        stopped = False
        try:
            returned = unless_killed(attempt)
            value = self._process.inner_mistakes.mended(call, returned.value)
            came = returned if value is returned.value else replace(returned, value=value)
            return came
        except CallFailed as failure:
            came = type(failure)
            raise
        except NotSettledHere:
            came = NotSettledHere
            raise self._unsettled(call) from None
        except contract.Stop:
            stopped = True
            sentence = (
                f"{call.function} goes on and on: it made far more steps than it was asked for."
            )
            raise Mismatch(sentence, discreet=sentence) from None
        finally:
            calls = answering.calls if answering is not None else ()
            self._process.seen.observe(
                call.function,
                call.arguments,
                makes=call.makes,
                came=came,
                stopped=stopped,
                calls=calls,
            )

    def _unsettled(self, call: contract.StudentCall) -> NotSettledHere:
        """Where a right inner stage is needed, and only the course's own grading has one."""
        first = next(name for name in self._parameters if name in call.stand_ins)
        return NotSettledHere(
            f"Mend {first} first. What {call.function} is worth with a right {first} is "
            f"settled when the course grades."
        )
