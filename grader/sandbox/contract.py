"""What a sandbox is to those who use it. Nobody else knows how a child is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Protocol

from grader.errors import CallFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one child may use. Enforced by the trusted side where it can be."""

    call_seconds: float
    load_seconds: float
    submission_seconds: float
    memory_megabytes: int
    output_kilobytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A submission as text: the main module in parts, and further modules by path."""

    main: str
    cells: tuple[tuple[str, str], ...]
    modules: Mapping[str, str] = field(default_factory=dict)
    stages: tuple[str, ...] = ()  # the functions that may be called
    # Dotted names whose calls are watched -> the stages that each concerns; none: all.
    shortcuts: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A watched name in the student's code, as its own process tells: evidence and no proof."""

    name: str
    stage: str = ""  # whose function was running; empty while the submission is read
    file: str = ""
    line: int = 0
    times: int = 0  # 0: it stands there, and was not called there


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a call gave back: plain values and arrays that are ours alone."""

    value: Any
    # As they are after the call, if they were wanted. None: the call left them as they were.
    arguments: list[Any] | None
    uses: tuple[Use, ...] = ()  # of watched names, while the call ran


@dataclass(frozen=True, slots=True, eq=False)
class StudentCall:
    """One call of one of the student's functions.

    Args:
        function: its name in the main module.
        arguments: plain values, lists, dicts and arrays; `Remote` where a callable belongs.
        tables: positions of dict arguments that the student sees as a namespace.
        stand_ins: inner functions that are answered for, with their parameters.
        want_arguments: whether the arguments shall come back as the function left them.
        makes: the class of an object that is made for this call, or nothing. Where `function` is
            the class itself, `arguments` are what the object is made with, and the steps that are
            done to it, of which the last is answered. Otherwise the first argument is the two of
            them, and `function` is a method, which gets the others.
    """

    function: str
    arguments: Sequence[Any]
    _: KW_ONLY
    tables: Sequence[int] = ()
    stand_ins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    want_arguments: bool = False
    makes: str = ""

    @property
    def may_ask(self) -> bool:
        """Whether the student's code may call something of ours while it runs."""
        return bool(self.tables or self.stand_ins)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CallsAhead:
    """Calls that every submission of a class will get and that may not ask, with their bytes."""

    calls: tuple[StudentCall, ...]
    frame: bytes


class Refused(Exception):
    """An answerer refuses a call of the student's code, which gets the sentence as an exception."""


class NoAnswer(Exception):
    """An answerer has nothing to say: the student's own function is used instead."""


class Stop(Exception):
    """An answerer ends the whole call at once, such as a generation that never stops."""


Answerer = Callable[[str, list[Any]], Any]


class StudentSession(Protocol):
    """One child with one submission in it."""

    @property
    def notes(self) -> Sequence[str]:
        """What a person should know of reading it, such as a notebook cell that raised."""

    @property
    def packages(self) -> Sequence[tuple[str, bool]]:
        """What it imports beside its own modules and Python's, and whether that is here."""

    @property
    def alive(self) -> bool:
        """Whether another call can be made."""

    @property
    def uses(self) -> Sequence[Use]:
        """Watched names that the source holds, and calls of them while it was read."""

    def call(self, call: StudentCall, *, seconds: float, answer: Answerer) -> Returned:
        """Call one of the student's functions.

        Args:
            seconds: wall clock until the child is ended.
            answer: gives the value of each call that the student's code makes to ours.

        Raises:
            CallFailed: there is no usable answer; the class says why.
            Stop: the answerer ended the call.
            TypeError: an argument, or what the answerer gave, cannot be sent.
        """

    def call_ahead(
        self, ahead: CallsAhead, *, seconds: float, total_seconds: float
    ) -> list[Returned | CallFailed | None]:
        """Make planned calls in one go: the outcomes, in order, of those that left the child alive.

        None stands for an answer too large to wait: that call is made again where it is needed.
        If the child ends, outcomes may be missing before the call that ended it, too: which one
        that was shows when each is made alone.

        Args:
            seconds: wall clock for each call.
            total_seconds: wall clock for all of them.
        """

    def take_output(self) -> str:
        """What the child printed since the last time, capped."""

    def close(self) -> None:
        """End the child and everything it started."""


class Sandbox(Protocol):
    """Makes children."""

    def prove(self) -> str:
        """The isolation level that is reached here, found out once by trying to break out.

        Raises:
            GraderFault: it is weaker than the one that is required, or no child can be made.
        """

    @property
    def level(self) -> str:
        """The level that was proved.

        Raises:
            GraderFault: none was yet; `prove` and `open` do.
        """

    @property
    def layers(self) -> tuple[str, ...]:
        """What the level is made of.

        Raises:
            GraderFault: none was proved yet.
        """

    def ahead(self, calls: Sequence[StudentCall]) -> CallsAhead:
        """Calls made ready for `StudentSession.call_ahead`.

        Raises:
            TypeError: an argument cannot be sent.
        """

    def open(self, code: Code, limits: Limits) -> StudentSession:
        """A child that has read the submission.

        Raises:
            CallFailed: the submission itself cannot be read or run.
            GraderFault: no child can be made.
        """

    def close(self) -> None:
        """End everything."""
