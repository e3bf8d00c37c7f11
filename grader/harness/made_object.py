"""An object of one of the student's classes, as a check holds it: its class and its history.

Nothing of it lives in the student's process between two calls. Each call brings what the object was
made with and all that was done to it, and the process makes it anew. So an object outlasts the
process, there is no number or name of one that code could guess, and an answer is a function of
plain arguments, which a known mistake can be compared with.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from grader.harness.answering import answering_places
from grader.observed_calls import copied
from grader.remembered import content_bytes
from grader.sandbox.child.made_objects import ANSWER, ANSWERED, SHAPES, VALUE
from grader.sandbox.opaque import DoesNotCross, Opaque

MOST_STEPS = 50  # of one object
MOST_BYTES = 8 << 20  # of all arguments of an object's steps
# What answers nothing that a check could use: it waits for the next question and goes with it.
_SILENT = ("load_state_dict", "eval", "train", "requires_grad_", "zero_grad")

# Asks the student's process: the class, the method that is a stage of its own or nothing, and the
# arguments of the call.
Ask = Callable[[str, str, list[Any]], Any]


class ObjectHistory:
    """What an object was made with, and what was done to it so far."""

    def __init__(self, kind: str, config: Any, methods: frozenset[str], ask: Ask) -> None:
        self.kind = kind
        self._config = copied(config)
        self._methods = methods
        self._ask = ask
        self._steps: list[list[Any]] = []
        self._bytes = content_bytes(config)

    def add(self, path: str, arguments: list[Any], wanted: str = ANSWER) -> None:
        """Note a step that is done with the next question.

        Raises:
            ValueError: there are more of them, or larger ones, than an object may have.
        """
        self._bytes += content_bytes(arguments)
        if len(self._steps) >= MOST_STEPS or self._bytes > MOST_BYTES:
            raise ValueError(
                f"a check asks more than {MOST_STEPS} things of one {self.kind}, or hands it more "
                f"than {MOST_BYTES >> 20} MB: make another object"
            )
        self._steps.append([path, copied(arguments), wanted])

    def ask(self, path: str, arguments: list[Any], wanted: str) -> Any:
        """Do a step, after all that came before, and give its answer.

        A step that ends in a failure is not part of the history.

        Raises:
            CallFailed: there is no usable answer; the class says why.
            DoesNotCross: it is handed functions of the check, and is no stage of its own.
            ValueError: see `add`.
        """
        if path in self._methods and wanted == ANSWER:
            return self._ask(self.kind, path, [[self._config, list(self._steps)], *arguments])
        if answering_places(arguments):
            raise DoesNotCross(
                f"{path or self.kind} is handed functions of a check: only a method that is a stage"
                f" of its own can be, such as {', '.join(sorted(self._methods)) or 'none here'}"
            )
        self.add(path, arguments, wanted)
        try:
            return self._ask(self.kind, "", [self._config, list(self._steps)])
        except BaseException:
            self._steps.pop()
            raise


class MadeObject(Opaque):
    """An object that `Student.make` made, or something that stands in one. Since 0.6.

    `made.h[0].attn(x)` calls what stands there, and `made.eval()` a method; the answer is a value.
    `load_state_dict`, `eval`, `train`, `requires_grad_` and `zero_grad` answer nothing: they are
    done with the next call that does, and an exception of theirs comes then. Names that begin with
    `_` are none of a check's.
    """

    __slots__ = ("_history", "_path")
    _history: ObjectHistory
    _path: str

    def __init__(self, history: ObjectHistory, path: str = "") -> None:
        object.__setattr__(self, "_history", history)
        object.__setattr__(self, "_path", path)

    def __repr__(self) -> str:
        return f"<{'.'.join(filter(None, (self._history.kind, self._path)))} of the submission>"

    def __getattr__(self, name: str) -> "MadeObject":
        if name.startswith("_"):
            raise AttributeError(name)
        return self._at(name)

    def __getitem__(self, place: int) -> "MadeObject":
        if type(place) is not int or place < 0:
            raise DoesNotCross(f"{self!r} has places by number, from 0 on")
        return self._at(str(place))

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise DoesNotCross(f"{self!r} cannot be changed from here: call a method of it")

    def __iter__(self) -> NoReturn:
        raise DoesNotCross(f"{self!r} cannot be iterated over: name a place in it by its number")

    def __call__(self, *arguments: Any) -> Any:
        """Call it in the student's process.

        Raises:
            CallFailed: there is no usable answer; the class says why.
            DoesNotCross: an argument is an object of a submission, or functions of the check.
        """
        _assert_values(arguments)
        if self._path.rpartition(".")[2] in _SILENT:
            self._history.add(self._path, list(arguments))
            return None
        return self._history.ask(self._path, list(arguments), ANSWER)

    def _at(self, name: str) -> "MadeObject":
        return MadeObject(self._history, f"{self._path}.{name}" if self._path else name)


def value_of(made: MadeObject) -> Any:
    """What stands at a place, such as `made.training`."""
    return made._history.ask(made._path, [], VALUE)


def shapes_of(method: MadeObject) -> Any:
    """The shapes of what a method gives by name, such as `made.named_parameters`."""
    return method._history.ask(method._path, [], SHAPES)


def answer_forward(made: MadeObject, name: str) -> None:
    """Have the forward pass answered by a function of the table that a later call hands over."""
    made._history.add(made._path, [name], ANSWERED)


def _assert_values(arguments: Any) -> None:
    for value in arguments:
        if isinstance(value, Opaque):
            raise DoesNotCross(f"{value!r} cannot be an argument: only values cross")
        if type(value) in (list, tuple):
            _assert_values(value)
        elif type(value) is dict:
            _assert_values(value.values())
