"""The loop inside a student's process: read the submission, then answer calls until the end."""

import contextlib
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TextIO

from grader.sandbox.child import arithmetic, made_objects, values, wire
from grader.sandbox.child.errors_shown import describe, refused
from grader.sandbox.child.interruption import TimeIsUp, interruptible
from grader.sandbox.child.made_stand_ins import made_stand_ins
from grader.sandbox.child.mentions import mentions
from grader.sandbox.child.observer import Observer
from grader.sandbox.child.pipe import Pipe
from grader.sandbox.child.stand_in import OWN, stand_ins
from grader.sandbox.child.student_modules import StudentModules
from grader.sandbox.child.watched_shortcuts import Watch

MAX_TEXT = 4000  # characters of an exception's text that cross
_MEMORY_WORDS = ("can't allocate memory", "cannot allocate memory", "not enough memory")


class GraderRefused(Exception):
    """The grader did not accept a call to one of its own functions."""


class Runner:
    """Serves one submission over one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._pipe = Pipe(connection)
        self._submission = StudentModules("submission", [], {})
        self._framework = "numpy"
        self._observer = Observer([], set())

    def serve(self) -> None:
        """Answer until the grader closes the connection."""
        self._pipe.send(wire.Ready(id=0))
        while True:
            match self._pipe.receive():
                case wire.Load() as request:
                    self._reply(self._load(request), self._pipe.send)
                case wire.Call() as request:
                    self._reply(self._call(request), self._pipe.send)
                case wire.Calls(calls=calls):
                    for request in calls:
                        self._reply(self._call(request), self._pipe.hold)
                    self._pipe.release()
                case _:
                    return

    def _reply(self, reply: wire.Message, send: Callable[[wire.Message], None]) -> None:
        flush_output()
        uses = self._observer.take()
        if isinstance(reply, wire.Value | wire.Raised | wire.Loaded):
            reply.uses = uses
        try:
            send(reply)
        except wire.WireError as error:
            text = str(error)
            send(wire.Raised(reply.id, kind="unsendable", exception="", text=text, uses=uses))
        except MemoryError as error:
            raised = self._raised(reply.id, error)
            raised.uses = uses
            send(raised)

    def _load(self, request: wire.Load) -> wire.Message:
        self._submission = StudentModules(
            request.main,
            request.cells,
            request.modules,
            seconds=request.seconds,
            skip=request.skip,
            begins=self._begins if request.one_by_one else None,
        )
        self._observer = Observer(request.shortcut_stages, self._submission.files)
        if request.shortcuts:
            Watch(request.shortcuts, self._observer).install()
        try:
            with interruptible():
                self._observer.run("", self._submission.load, [])
            changed = arithmetic.put_back()
        except BaseException as error:  # noqa: BLE001 - SystemExit at import is the student's too
            return self._raised(request.id, error)
        self._framework = self._submission.framework
        self._observer.know(self._submission.functions(request.stages))
        notes = self._submission.notes.sentences[:20]
        if changed:
            notes.append(arithmetic.sentence(changed))
        return wire.Loaded(
            id=request.id,
            framework=self._framework,
            notes=notes,
            stopped=self._submission.notes.stopped,
            packages=self._submission.packages,
            mentions=mentions(self._submission.ran, self._submission.sources, request.shortcuts),
        )

    def _begins(self, file: str, line: int) -> None:
        self._pipe.send(wire.Running(id=0, file=file, line=line))

    def _call(self, request: wire.Call) -> wire.Message:
        function = self._submission.function(request.makes or request.function)
        if function is None:
            why = self._submission.notes.first[:MAX_TEXT]
            return wire.Raised(id=request.id, kind="missing", exception="", text=why)
        arguments = values.for_student(request.arguments, self._framework, self._connect)
        given = list(arguments)
        for position in request.tables:
            given[position] = values.as_namespace(arguments[position])
        answered = made_stand_ins if request.makes else stand_ins
        if request.makes:
            function = self._of_object(request, function)
        try:
            arithmetic.put_back()
            with interruptible(), answered(self._submission, request.stand_ins, self._inner):
                result = self._observer.run(request.function, function, given)
        except values.Unsendable as error:
            return wire.Raised(id=request.id, kind="unsendable", exception="", text=str(error))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the student's
            return self._raised(request.id, error)
        return self._value(request, result, arguments)

    def _of_object(self, request: wire.Call, make: Callable[..., Any]) -> Callable[..., Any]:
        """What a call does that is one of an object of the student's."""
        played = partial(made_objects.played, make, connect=self._connect)
        if request.makes == request.function:
            return lambda config, steps: played(config, steps)[1]

        def call(history: list[Any], *others: Any) -> Any:
            made, _ = played(*history)
            return made_objects.inside(made, request.function)(*others)

        return call

    def _value(self, request: wire.Call, result: Any, arguments: list[Any]) -> wire.Message:
        try:
            reply = wire.Value(id=request.id, value=values.plain(result))
            if request.want_arguments:
                after = [values.plain(argument) for argument in _kept(request, arguments)]
                reply.left_alone = values.are_same(_kept(request, request.arguments), after)
                reply.arguments = [] if reply.left_alone else after
            return reply
        except values.Unsendable as error:
            return wire.Raised(id=request.id, kind="unsendable", exception="", text=str(error))
        except BaseException as error:  # noqa: BLE001 - an object of the student's that misbehaves
            return self._raised(request.id, error)

    def _connect(self, name: str) -> Any:
        """A callable of the grader's, as the student's code sees it."""

        def call(*arguments: Any) -> Any:
            try:
                sent = [values.plain(argument) for argument in arguments]
            except values.Unsendable as error:
                raise TypeError(f"{name} cannot take {error}") from None
            return self._ask(name, sent)

        call.__name__ = name
        return call

    def _inner(self, name: str, arguments: list[Any]) -> Any:
        try:
            sent = [values.plain(argument) for argument in arguments]
        except values.Unsendable:
            return OWN
        return self._ask(name, sent)

    def _ask(self, name: str, arguments: list[Any]) -> Any:
        match self._pipe.ask(name, arguments):
            case wire.Answer(value=value):
                return values.for_student(value, self._framework, self._connect)
            case wire.Refusal(why=""):
                return OWN
            case wire.Refusal(why=why):
                raise GraderRefused(why)
            case _:
                raise EOFError

    def _raised(self, request: int, error: BaseException) -> wire.Raised:
        text = describe(error).removeprefix(type(error).__name__).removeprefix(": ")
        kind = "raised"
        text += refused(error)
        if isinstance(error, TimeIsUp):
            kind = "stopped"
        elif isinstance(error, MemoryError) or any(w in text.lower() for w in _MEMORY_WORDS):
            kind = "memory"
        elif isinstance(error, NotImplementedError) and self._submission.raised(error):
            kind = "missing"
        return wire.Raised(
            id=request,
            kind=kind,
            exception=type(error).__name__[:100],
            text=text[:MAX_TEXT],
            where=self._submission.where(error)[:MAX_TEXT],
        )


def _kept(request: wire.Call, arguments: list[Any]) -> list[Any]:
    """The arguments that are to come back; the namespaces stay in the child."""
    return [None if i in request.tables else a for i, a in enumerate(arguments)]


def flush_output() -> None:
    """Printed text must be out before the answer is, so that it is told apart by call."""
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 - a context for each takes longer than both
            stream.flush()
        except BaseException:  # noqa: BLE001, S110 - the student may have replaced or closed it
            pass


def open_streams() -> None:
    """The streams of children, on descriptors that are there: nothing is opened by name."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - while the process lives
    sys.stdout = _stream(1)
    sys.stderr = _stream(2)


def begin(connection: socket.socket) -> None:
    """Serve one submission until the grader has gone."""
    with contextlib.suppress(EOFError, OSError):
        Runner(connection).serve()


def _stream(descriptor: int) -> TextIO:
    """Line by line, so that what was printed before a crash is there."""
    return open(
        descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
