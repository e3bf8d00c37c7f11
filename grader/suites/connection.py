"""One submission under one suite: requests go across the wall, plain answers come back.

Nothing that comes is run or trusted: an answer is data of agreed kinds, an exception is a name of
Python's own and a text, and an object is a number.
"""

import builtins
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.errors import CallFailed
from grader.sandbox.child.wire import Remote
from grader.sandbox.contract import Refused, StudentCall, StudentSession
from grader.sandbox.opaque import DoesNotCross
from grader.suites.child import suite_values
from grader.suites.child.suite_values import NotPlain
from grader.suites.shared_values import Files, Handed, Iterators, Leaves, is_iterator
from grader.suites.student_objects import StudentError, StudentObject

_EXCEPTIONS = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
}
# What a suite may hand over by its name: classes and functions of packages that both sides have.
_BY_NAME = ("torch", "numpy", "math", "builtins", "operator")
_MOST_TEXT = 4000
_NOTHING = frozenset[int]()


@dataclass(slots=True)
class _Request:
    """What belongs to the values of one request."""

    handed: Handed = field(default_factory=Handed)
    leaves: set[int] = field(default_factory=set)  # numbers of shared tensors
    files: set[str] = field(default_factory=set)  # as the suite names them


class SuiteConnection:
    """Asks the process of one submission.

    Args:
        open_session: makes a process that has read the submission, with the bridge as its main
            module; it is asked again when one has ended.
        call_seconds: wall clock for one request.
        files: those that may be named to it.
    """

    def __init__(
        self, open_session: Callable[[], StudentSession], *, call_seconds: float, files: Files
    ) -> None:
        self._open = open_session
        self._seconds = call_seconds
        self._files = files
        self._session: StudentSession | None = None
        self._life = 0  # how many processes there were
        self._leaves = Leaves()
        self._iterators = Iterators()
        self._modules: dict[int, tuple[int, Any]] = {}
        self._exceptions: dict[tuple[int, int], type[Exception]] = {}
        self._held: Counter[int] = Counter()  # objects of the suite, by number
        self._dropped: list[int] = []
        self._request = _Request()
        self._known: frozenset[int] = _NOTHING  # leaves of objects in the current request

    def ask(self, op: str, *, leaves: frozenset[int] = _NOTHING, **request: Any) -> Any:
        """See `student_objects.Connection`.

        Raises:
            DoesNotCross: a value of the request or of the answer is of a kind that cannot.
            StudentError: there is no answer, or none that can be read.
        """
        session = self._live()
        if type(of := request.get("of")) is StudentObject:
            self._renew(of)
        self._request = _Request(leaves=set(leaves))
        message = self._message(op, request)
        reply = self._replied(session, message)
        self._known = frozenset(self._request.leaves)
        try:
            self._take_shared(reply)
            if "raised" in reply:
                raised = self._raised(reply["raised"])
            elif "unsendable" in reply:
                raised = DoesNotCross(f"{_cut(reply['unsendable'])} does not cross the wall")
            else:
                return suite_values.decode(reply["value"], self)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise StudentError("the answer of the submission cannot be read") from error
        raise raised

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def take_output(self) -> str:
        """What the submission printed since the last time."""
        return self._session.take_output() if self._session is not None else ""

    def _live(self) -> StudentSession:
        if self._session is None or not self._session.alive:
            if self._session is not None:
                self._session.close()
            self._session = self._open()
            self._life += 1
        return self._session

    def _renew(self, value: StudentObject) -> None:
        """Find what a module has under a name again, where its process was started anew."""
        look = object.__getattribute__
        origin, number = look(value, "_origin"), look(value, "_number")
        if origin is None or number >> 40 == self._life:
            return
        module, name = origin
        found = self.ask("import", name=module)
        if name and found is not None:
            found = self.ask("get", of=found, name=name)
        if type(found) is StudentObject:
            object.__setattr__(value, "_number", look(found, "_number"))
            object.__setattr__(value, "_leaves", frozenset())
            self._held[look(found, "_number")] += 1

    def _message(self, op: str, request: Mapping[str, Any]) -> dict[str, Any]:
        dropped, self._dropped = self._dropped, []
        message: dict[str, Any] = {"op": op, "drop": dropped}
        for key, value in request.items():
            if key == "name":
                message[key] = value
            elif key == "arguments":
                message[key] = [self._sent(one) for one in value]
            elif key == "named":
                message[key] = [[name, self._sent(one)] for name, one in value.items()]
            else:
                message[key] = self._sent(value)
        message["leaves"] = self._states(self._request.leaves)
        return message

    def _states(self, numbers: Iterable[int]) -> list[list[Any]]:
        return [[number, self._leaves.state(number)] for number in sorted(numbers)]

    def _sent(self, value: Any) -> Any:
        try:
            return suite_values.encode(value, self)
        except NotPlain as error:
            raise DoesNotCross(f"{error} cannot be handed to the submission") from error

    def _replied(self, session: StudentSession, message: dict[str, Any]) -> dict[str, Any]:
        call = StudentCall("serve", [message])
        try:
            reply = session.call(call, seconds=self._seconds, answer=self._answer).value
        except CallFailed as error:
            raise StudentError(error.problem) from None
        except TypeError as error:  # too much, or of a kind that the wire lacks
            raise DoesNotCross(str(error).removeprefix("a check hands a submission ")) from error
        if type(reply) is not dict:
            raise StudentError("the answer of the submission cannot be read")
        return reply

    def _answer(self, name: str, arguments: list[Any]) -> Any:
        """The next item of an iterator of the suite."""
        number = name.partition(" ")[2]
        try:
            item = self._iterators.next(int(number))
        except StopIteration:
            return {"stop": True}
        except (LookupError, ValueError) as error:
            raise Refused("there is no such iterator") from error
        before = set(self._request.leaves)
        sent = self._sent(item)
        return {"item": sent, "leaves": self._states(self._request.leaves - before)}

    def _take_shared(self, reply: Mapping[str, Any]) -> None:
        for number, state in reply["leaves"]:
            if number in self._request.leaves:
                self._leaves.take(number, state)
        for number, data in reply["changed"]:
            self._request.handed.take(number, suite_values.decode(data, self))
        for text, inside, content in reply["files"]:
            if text in self._request.files:
                self._files.take(text, inside, np.asarray(content).tobytes())

    def _raised(self, data: Mapping[str, Any]) -> Exception:
        return self._exception(data)(_cut(data["text"]))

    def _exception(self, data: Mapping[str, Any]) -> type[Exception]:
        """A class of Python's own, or one that stands for the submission's."""
        base = _EXCEPTIONS.get(data["base"], StudentError)
        if base in (StopIteration, StopAsyncIteration):
            base = StudentError
        number = int(data["id"])
        if not number:
            return base
        key = (self._life, number)
        if key not in self._exceptions:
            self._exceptions[key] = type(_cut(data["name"])[:100], (StudentError, base), {})
        return self._exceptions[key]

    # what `suite_values.Outside` asks

    def tensor(self, value: Any) -> Any:
        if self._leaves.is_shared(value):
            number = self._leaves.number(value)
            self._request.leaves.add(number)
            return {"t": "leaf", "id": number}
        return suite_values.tensor_data(value) | {"id": self._request.handed.number(value)}

    def text(self, value: str) -> Any:
        return self._named(value, self._files.written(value))

    def path(self, value: str) -> Any:
        return self._named(value, self._files.at_path(value))

    def _named(self, text: str, file: dict[str, Any] | None) -> Any:
        if file is None:
            return text
        self._request.files.add(file["text"])
        return file

    def array(self, value: np.ndarray, data: Any) -> Any:
        return {"t": "shared array", "id": self._request.handed.number(value), "data": data}

    def other(self, value: Any) -> Any:
        """See `suite_values.Outside`.

        Raises:
            NotPlain: it cannot be handed over.
        """
        if isinstance(value, StudentObject):
            return self._object(value)
        if isinstance(value, type) and (key := self._key_of(value)):
            return {"t": "object", "id": key}
        if is_iterator(value):
            number = self._iterators.number(value)
            return {"t": "iterator", "next": Remote(f"next {number}")}
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.nn.Module):
            return self._module(value)
        if name := _qualified(value):
            return {"t": "name", "module": name[0], "name": name[1]}
        raise NotPlain(_article(type(value).__name__))

    def made(self, kind: str, data: dict[str, Any]) -> Any:
        """See `suite_values.Outside`.

        Raises:
            ValueError: there is no such kind.
        """
        match kind:
            case "object":
                return StudentObject(
                    self,
                    self._numbered(data["id"]),
                    name=_cut(data["name"])[:100],
                    is_class=data["is_class"] is True,
                    is_iterator=data["is_iterator"] is True,
                    leaves=self._known,
                )
            case "exception class":
                return self._exception(data)
            case "leaf":
                return self._leaves.tensor(data["id"])
            case "tensor":
                return suite_values.tensor_of(data)
        raise ValueError(kind)

    def _numbered(self, number: Any) -> int:
        if type(number) is not int:
            raise ValueError("no number")
        known = number + (self._life << 40)
        self._held[known] += 1
        return known

    def dropped(self, number: int) -> None:
        """See `student_objects.Connection`."""
        self._held[number] -= 1
        if self._held[number] < 1:
            del self._held[number]
            if number >> 40 == self._life:
                self._dropped.append(number & ((1 << 40) - 1))

    def _object(self, value: StudentObject) -> dict[str, Any]:
        number = object.__getattribute__(value, "_number")
        if object.__getattribute__(value, "_connection") is not self or number >> 40 != self._life:
            raise NotPlain(f"{value!r}, whose process has ended,")
        self._request.leaves |= object.__getattribute__(value, "_leaves")
        return {"t": "object", "id": number & ((1 << 40) - 1)}

    def _key_of(self, kind: type) -> int:
        """The number of an exception class of the submission; 0 for any other class."""
        found = (key for key, one in self._exceptions.items() if one is kind)
        return next((number for life, number in found if life == self._life), 0)

    def _module(self, module: Any) -> dict[str, Any]:
        number, _ = self._modules.setdefault(id(module), (len(self._modules) + 1, module))
        items = []
        for is_parameter, named in ((True, module.named_parameters), (False, module.named_buffers)):
            for name, tensor in named():
                leaf = self._leaves.number(tensor)
                self._request.leaves.add(leaf)
                items.append([name, leaf, is_parameter])
        return {"t": "module", "id": number, "items": items}


def _qualified(value: Any) -> tuple[str, str] | None:
    """Module and name of a class or function that the other side has, too."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or "<" in name:
        return None
    if module.partition(".")[0] not in _BY_NAME:
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return (module, name) if found is value else None


def _cut(text: Any) -> str:
    if type(text) is not str:
        raise TypeError("no text")
    return text[:_MOST_TEXT]


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
