"""One child with one submission: calls go in, plain values or a named failure come out."""

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from grader.errors import CallFailed, GraderFault
from grader.sandbox.call_failures import (
    NOTE,
    ended,
    late,
    no_value,
    raised,
    too_much_source,
    unanswered,
    unreadable,
)
from grader.sandbox.channel import Channel, ChildGone, DeadlinePassed
from grader.sandbox.child import wire
from grader.sandbox.contract import (
    Answerer,
    CallsAhead,
    Code,
    Limits,
    NoAnswer,
    Refused,
    Returned,
    StudentCall,
    Use,
)
from grader.sandbox.overtime import (
    OVERTIME_SECONDS,
    Interrupt,
    Overtime,
    Place,
    Skip,
    never_interrupted,
    stop,
)
from grader.text import clean, clean_line

T = TypeVar("T")

_AHEAD = 1 << 30  # ids of planned calls begin here
READY_SECONDS = 20.0
_TEXT = 2000
_OUTPUT = 100_000
_WORD = 100
_USES, _MENTIONS = 20, 40  # told by one reply
_LARGEST = 1_000_000_000
_WAITING_BYTES = 32 << 20  # of answers to planned calls; what does not fit is asked for again

EndChild = Callable[[bool], int]  # told whether the child has ended by itself


class ChildSession:
    """A `StudentSession` over a channel; `end` kills the child and gives its exit code."""

    def __init__(
        self,
        channel: Channel,
        end: EndChild,
        *,
        user: int = 0,
        interrupt: Interrupt = never_interrupted,
    ) -> None:
        self._channel = channel
        self._end = end
        self._interrupt = interrupt
        self._sources: dict[str, str] = {}
        self.reading: Place | None = None  # the statement that is run while the code is read
        self.stopped: list[Place] = []  # those that ran out of time meanwhile
        self.user = user
        self._alive = True
        self._last_id = 0
        self._last_ask = 0
        self._last_output = ""
        self.framework = ""
        self.notes: list[str] = []
        self.uses: list[Use] = []
        self.packages: list[tuple[str, bool]] = []
        self._shortcuts: tuple[str, ...] = ()

    @property
    def alive(self) -> bool:
        return self._alive

    def wait_until_ready(self) -> int:
        """Until the child is set up; its process id, or 0 where the kernel does not tell.

        Raises:
            GraderFault: it was not ready in time; no student code has run yet.
        """
        try:
            first = self._channel.receive(time.monotonic() + READY_SECONDS)
            if not isinstance(first, wire.Ready):
                raise wire.WireError("it did not say that it is ready")
        except (DeadlinePassed, ChildGone, wire.WireError) as error:
            code = self._kill(ended_itself=isinstance(error, ChildGone))
            raise GraderFault(
                f"a process for student code did not start (exit code {code}): "
                f"{self._last_output.strip()}",
                fix="Run the command again; if it happens again, see `grader doctor`.",
            ) from error
        return self._channel.peer

    def load(
        self, code: Code, limits: Limits, *, one_by_one: bool = False, skip: Sequence[Skip] = ()
    ) -> None:
        """Have the child read and run the submission.

        Args:
            one_by_one: have it tell of each statement before it runs; see `reading`.
            skip: the statements that are not run, and why.

        Raises:
            BadValue: its source text is too long to be sent.
            CallFailed: it cannot be read or run.
        """
        self._shortcuts = tuple(code.shortcuts)
        message = _load_message(self._next_id(), code)
        message.seconds, message.one_by_one = limits.load_seconds, one_by_one
        message.skip = list(skip)
        self._sources = {**dict(code.cells), **code.modules}
        try:
            frame = wire.encode(message)
        except wire.WireError:
            raise too_much_source() from None
        reply = self._exchange(
            frame, "Your submission", limits.load_seconds, _no_answer, overtime=OVERTIME_SECONDS
        )
        match reply:
            case wire.Loaded(framework=framework, notes=notes, mentions=mentions):
                named = [(number, "", file, line, 0) for number, file, line in mentions[:_MENTIONS]]
                self.uses = [*self._uses(named), *self._uses(reply.uses[:_USES])]
                self.framework = clean(framework, 10)
                self.notes = [clean(note, _TEXT) for note in notes[:20]]
                self.stopped = reply.stopped[:_USES]
                self.packages = [(clean_line(n, _WORD), h) for n, h in reply.packages[:_MENTIONS]]
            case wire.Raised():
                raise raised("Your submission", reply)
            case _:
                raise self._violation("Your submission")

    def call(self, call: StudentCall, *, seconds: float, answer: Answerer) -> Returned:
        """See `StudentSession.call`."""
        frame = _frame(_message(self._next_id(), call))
        reply = self._exchange(frame, call.function, seconds, answer)
        return self._judged(call, reply)

    def call_ahead(
        self, ahead: CallsAhead, *, seconds: float, total_seconds: float
    ) -> list[Returned | CallFailed | None]:
        """See `StudentSession.call_ahead`."""
        outcomes: list[Returned | CallFailed | None] = []
        room = _WAITING_BYTES
        end = time.monotonic() + total_seconds
        try:
            send = functools.partial(self._channel.send, ahead.frame)
            self._guarded("Your submission", seconds, send)
            for number, planned in enumerate(ahead.calls):
                left = max(0.0, min(seconds, end - time.monotonic()))
                reply = self._guarded(planned.function, left, self._channel.receive)
                if reply.id != _AHEAD + number or isinstance(reply, wire.Ask):
                    raise self._violation(planned.function)
                outcome = self._outcome(planned, reply)
                if not self._alive:
                    break
                fits = self._channel.last_bytes <= room
                room -= self._channel.last_bytes if fits else 0
                outcomes.append(outcome if fits else None)
        except CallFailed:
            pass  # the child ended, and which call ended it only shows when each is made alone
        return outcomes

    def _outcome(self, call: StudentCall, reply: wire.FromChild) -> Returned | CallFailed:
        try:
            return self._judged(call, reply)
        except CallFailed as failure:
            return failure

    def _judged(self, call: StudentCall, reply: wire.FromChild) -> Returned:
        """What a reply says; raises CallFailed where it says no value."""
        uses = self._uses(reply.uses[:_USES]) if isinstance(reply, wire.Value | wire.Raised) else ()
        try:
            value, after = self._value(call, reply)
        except CallFailed as failure:
            failure.uses = uses
            raise
        return Returned(value=value, arguments=after, uses=uses)

    def _uses(self, told: wire.Uses) -> tuple[Use, ...]:
        """What the child tells of watched names; what cannot be, is left out."""
        if not told:
            return ()
        return tuple(
            Use(
                name=self._shortcuts[number],
                stage=clean_line(stage, _WORD),
                file=clean_line(file, NOTE),
                line=min(max(line, 0), _LARGEST),
                times=min(max(times, 0), _LARGEST),
            )
            for number, stage, file, line, times in told
            if 0 <= number < len(self._shortcuts)
        )

    def _value(self, call: StudentCall, reply: wire.FromChild) -> tuple[Any, list[Any] | None]:
        function = call.function
        n_arguments = len(call.arguments) if call.want_arguments else 0
        match reply:
            case wire.Value(value=value, arguments=[], left_alone=True) if call.want_arguments:
                return value, None
            case wire.Value(value=value, arguments=after, left_alone=False) if (
                len(after) == n_arguments
            ):
                return value, after
            case wire.Raised():
                raise no_value(function, reply)
            case _:
                raise self._violation(function)

    def take_output(self) -> str:
        text, self._last_output = self._last_output, ""
        return clean(self._channel.take_output() if self._alive else text, _OUTPUT)

    def close(self) -> None:
        if self._alive:
            self._kill()

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _exchange(
        self,
        frame: bytes,
        function: str,
        seconds: float,
        answer: Answerer,
        *,
        overtime: float = 0.0,
    ) -> wire.FromChild:
        """Send the last request and serve what the child asks until its reply is there.

        With overtime, what runs when its time is up is stopped, and the child may still end well.
        """

        def converse(deadline: float) -> wire.FromChild:
            self._channel.send(frame, deadline)
            until = Overtime(self._channel, self._interrupt, deadline, overtime)
            while True:
                reply = until.receive()
                if isinstance(reply, wire.Running):
                    self.reading = clean_line(reply.file, NOTE), min(reply.line, _LARGEST)
                    continue
                if not isinstance(reply, wire.Ask):
                    break
                if time.monotonic() > deadline:  # questions that came at once are not all served
                    raise DeadlinePassed
                self._count(reply)
                self._channel.send(_frame(_answered(reply, answer)), deadline)
            if reply.id != self._last_id:
                raise wire.WireError("an answer to another request")
            return reply

        return self._guarded(function, seconds, converse)

    def _guarded(self, function: str, seconds: float, talk: Callable[[float], T]) -> T:
        """Talk to the child until a deadline; whatever ends the talk ends the child."""
        try:
            return talk(time.monotonic() + seconds)
        except DeadlinePassed:
            where = self._stop()
            self._kill()
            raise late(function, seconds, where) from None
        except ChildGone:
            raise ended(function, self._kill(ended_itself=True)) from None
        except wire.WireError:
            self._kill()
            raise unreadable(function) from None
        except BaseException:  # a `Stop`, or a fault of ours: the child still waits for an answer
            self._kill()
            raise

    def _stop(self) -> str:
        """Where the child was when its time was up, as it tells: the line of its own code."""
        found = stop(self._channel, self._interrupt, sources=self._sources)
        self._last_output += found.printed
        self.reading = found.statement or self.reading
        return f"; it was{clean(found.where, _TEXT)}" if found.where else ""

    def _count(self, ask: wire.Ask) -> None:
        """Each question has the number after the last one: none is replayed or left out."""
        if ask.id != self._last_ask + 1:
            raise wire.WireError("a question out of turn")
        self._last_ask = ask.id

    def _kill(self, *, ended_itself: bool = False) -> int:
        """End the child; what it printed before stays readable. Its exit code."""
        self._alive = False
        try:
            return self._end(ended_itself)
        finally:
            self._last_output += self._channel.take_output()
            self._channel.close()

    def _violation(self, function: str) -> CallFailed:
        self._kill()
        return unanswered(function)


def calls_ahead(calls: Sequence[StudentCall]) -> CallsAhead:
    """Calls made ready to be sent to any number of children."""
    messages = [_message(_AHEAD + number, call) for number, call in enumerate(calls)]
    return CallsAhead(calls=tuple(calls), frame=_frame(wire.Calls(id=_AHEAD, calls=messages)))


def _load_message(number: int, code: Code) -> wire.Load:
    return wire.Load(
        id=number,
        main=code.main,
        cells=list(code.cells),
        modules=dict(code.modules),
        stages=list(code.stages),
        shortcuts=list(code.shortcuts),
        shortcut_stages=[list(stages) for stages in code.shortcuts.values()],
    )


def _message(number: int, call: StudentCall) -> wire.Call:
    return wire.Call(
        id=number,
        function=call.function,
        arguments=list(call.arguments),
        tables=list(call.tables),
        stand_ins={name: list(parameters) for name, parameters in call.stand_ins.items()},
        want_arguments=call.want_arguments,
        makes=call.makes,
    )


def _frame(message: wire.Message) -> bytes:
    try:
        return wire.encode(message)
    except wire.WireError as error:  # not the student's fault
        raise TypeError(f"a check hands a submission what cannot be sent: {error}") from error


def _answered(ask: wire.Ask, answer: Answerer) -> wire.Message:
    try:
        return wire.Answer(id=ask.id, value=answer(ask.name, ask.arguments))
    except NoAnswer:
        return wire.Refusal(id=ask.id)
    except Refused as error:
        return wire.Refusal(id=ask.id, why=str(error))


def _no_answer(name: str, arguments: list[Any]) -> Any:
    raise Refused(f"{name} cannot be called while the submission is being read")
