"""One submission under one suite: requests go across the wall, plain answers come back.

Nothing that comes is run or trusted: an answer is data of agreed kinds, an exception is a name of
Python's own and a text, and an object is a number.
"""

import sys
import warnings
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from grader.errors import CallFailed
from grader.sandbox.child.values import article
from grader.sandbox.child.wire import Remote
from grader.sandbox.contract import Refused, StudentCall, StudentSession
from grader.sandbox.opaque import DoesNotCross
from grader.suites.child import suite_values
from grader.suites.child.suite_values import NotPlain
from grader.suites.handed_names import qualified
from grader.suites.lent_values import LentValues
from grader.suites.shared_randomness import Randomness
from grader.suites.shared_values import Files, Handed, Iterators, Leaves, is_iterator
from grader.suites.student_exceptions import StudentError, StudentExceptions, cut, instance_of
from grader.suites.student_objects import StudentObject, kind_named

_NOTHING = frozenset[int]()
_MOST_PRINTED = 100_000
_LOOKS_UP = ("get", "item", "next")


@dataclass(frozen=True, slots=True)
class _Numbered:
    """An object of the submission that stands for nothing here."""

    number: int


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
        self._random = Randomness()
        self._lent = LentValues()
        self._is_ours = False  # whether the answer that is read holds values of the suite
        self._tuples: dict[tuple[int, int], type] = {}  # classes of named tuples
        self._modules: dict[int, tuple[int, Any]] = {}
        self._exceptions = StudentExceptions(self._make_exception)
        self._objects: weakref.WeakValueDictionary[int, StudentObject] = (
            weakref.WeakValueDictionary()
        )
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
        if isinstance(of := request.get("of"), StudentObject):
            self._renew(of)
        self._request = _Request(leaves=set(leaves))
        message = self._message(op, request)
        reply = self._replied(session, message)
        self._known = frozenset(self._request.leaves)
        try:
            self._take_shared(reply)
            said = self._said(reply)
            raised = self._why_not(reply, op)
            value = None if raised else self._value(reply, op)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise StudentError("the answer of the submission cannot be read") from error
        for say in said:  # a warning may be raised
            say()
        if raised is not None:
            raise raised
        return value

    def _why_not(self, reply: Mapping[str, Any], op: str) -> BaseException | None:
        """What is raised instead of an answer."""
        if "ended" in reply and op == "next":
            return StopIteration()
        if "raised" in reply:
            return self._raised(reply["raised"])
        if "unsendable" in reply:
            return DoesNotCross(f"{cut(reply['unsendable'])} does not cross the wall")
        return None

    def _value(self, reply: Mapping[str, Any], op: str) -> Any:
        """The answer; one that the submission can go on to change holds nothing of the suite's."""
        self._is_ours = False
        value = suite_values.decode(reply["value"], self)
        if "lent" not in reply or self._is_ours or op not in _LOOKS_UP:
            return value
        return self._lent.looked_up(reply["lent"], value)

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
            self._random.begin()
            self._lent.clear()
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
        if isinstance(found, StudentObject):
            object.__setattr__(value, "_number", look(found, "_number"))
            object.__setattr__(value, "_leaves", frozenset())
            self._held[look(found, "_number")] += 1

    def _message(self, op: str, request: Mapping[str, Any]) -> dict[str, Any]:
        dropped, self._dropped = self._dropped + self._lent.forgotten(), []
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
        changed = self._lent.changed()
        message["filled"] = [[number, self._sent(value)] for number, value in changed]
        message["random"] = {name: self._sent(one) for name, one in self._random.news().items()}
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
        self._random.drawn(reply["drew"])
        for number, state in reply["leaves"]:
            if number in self._request.leaves:
                self._leaves.take(number, state)
        for number, data in reply["changed"]:
            self._request.handed.take(number, suite_values.decode(data, self))
        for text, inside, content in reply["files"]:
            if text in self._request.files:
                self._files.take(text, inside, np.asarray(content).tobytes())

    def _raised(self, data: Any) -> BaseException:
        decode = lambda one: suite_values.decode(one, self)  # noqa: E731
        return self._exceptions.instance(data, self._life, decode)

    def _said(self, reply: Mapping[str, Any]) -> list[Callable[[], object]]:
        """What was printed and warned of, to be said here as if it had happened here."""
        out, err = (cut(text, _MOST_PRINTED) for text in reply["printed"])
        said: list[Callable[[], object]] = []
        if out:
            said.append(partial(print, out, end=""))
        if err:
            said.append(lambda: print(err, end="", file=sys.stderr))
        for one in reply["warned"]:
            kind, text = self._exceptions.kind(one["kind"], self._life), cut(one["text"])
            if issubclass(kind, Warning):
                warning = instance_of(kind, [text], text)
                said.append(partial(warnings.warn_explicit, warning, kind, "submission", 1))
        return said

    def _make_exception(self, number: int, life: int, arguments: Any, named: Any) -> Any:
        if life != self._life:
            raise StudentError("the process of this class has ended")
        return self.ask("call", of=_Numbered(number), arguments=arguments, named=named)

    # what `suite_values.Outside` asks

    def tensor(self, value: Any) -> Any:
        if self._leaves.is_shared(value):
            number = self._leaves.number(value)
            self._request.leaves.add(number)
            return {"t": "leaf", "id": number}
        return suite_values.tensor_data(value) | {"id": self._request.handed.number(value)}

    def known(self, value: Any) -> Any:
        number = self._request.handed.known(value)
        return None if number is None else {"t": "again", "id": number}

    def held(self, value: Any, data: Any) -> Any:
        return {"t": "held", "id": self._request.handed.number(value), "data": data}

    def named(self, kind: type) -> int:
        found = (key for key, one in self._tuples.items() if one is kind)
        return next((number for life, number in found if life == self._life), 0)

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
        if type(value) is _Numbered:
            return {"t": "object", "id": value.number}
        if isinstance(value, type) and (key := self._exceptions.number(value, self._life)):
            return {"t": "object", "id": key}
        if (generator := self._random.described(value)) is not None:
            return {"t": "random", "id": generator["id"], "state": self._sent(generator["state"])}
        if is_iterator(value):
            number = self._iterators.number(value)
            return {"t": "iterator", "next": Remote(f"next {number}")}
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.nn.Module):
            return self._module(value)
        if name := qualified(value):
            return {"t": "name", "module": name[0], "name": name[1]}
        raise NotPlain(article(type(value).__name__))

    def made(self, kind: str, data: dict[str, Any]) -> Any:
        """See `suite_values.Outside`.

        Raises:
            ValueError: there is no such kind.
        """
        match kind:
            case "object":
                return self._object_of(data)
            case "exception class":
                return self._exceptions.kind(data, self._life)
            case "exception":
                return self._raised(data)
            case "again":
                self._is_ours = True
                return self._request.handed.value(data["id"])
            case "named":
                return self._named_tuple(data)
            case "leaf":
                self._is_ours = True
                return self._leaves.tensor(data["id"])
            case "tensor":
                return suite_values.tensor_of(data)
        raise ValueError(kind)

    def _named_tuple(self, data: Mapping[str, Any]) -> Any:
        number = data["id"]
        if type(number) is not int:
            raise ValueError("no number")
        kind: Any = self._tuples.get((self._life, number))
        if kind is None:
            kind = suite_values.named_class(dict(data))
            if number:
                self._tuples[self._life, number] = kind
        return kind(*[suite_values.decode(item, self) for item in data["items"]])

    def _object_of(self, data: Mapping[str, Any]) -> StudentObject:
        """The object of a number: the same one as long as the suite holds it."""
        number = data["id"]
        if type(number) is not int:
            raise ValueError("no number")
        known = number + (self._life << 40)
        if (found := self._objects.get(known)) is not None:
            leaves = object.__getattribute__(found, "_leaves")
            object.__setattr__(found, "_leaves", leaves | self._known)
            return found
        self._held[known] += 1
        name = cut(data["name"])[:100]
        kinds = tuple(cut(kind) for kind in data["kinds"])
        made: StudentObject = kind_named(name, kinds)(
            self,
            known,
            name=name,
            is_class=data["is_class"] is True,
            is_iterator=data["is_iterator"] is True,
            leaves=self._known,
            hashed=cut(data["hashed"]),
        )
        self._objects[known] = made
        return made

    def is_named(self, value: tuple[Any, ...], number: int) -> bool:
        """See `student_objects.Connection`."""
        key = (number >> 40, number & ((1 << 40) - 1))
        return self._tuples.get(key) is type(value)

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
            raise NotPlain(f"{value._called()}, whose process has ended,")
        self._request.leaves |= object.__getattribute__(value, "_leaves")
        return {"t": "object", "id": number & ((1 << 40) - 1)}

    def _module(self, module: Any) -> dict[str, Any]:
        number, _ = self._modules.setdefault(id(module), (len(self._modules) + 1, module))
        items = []
        for is_parameter, named in ((True, module.named_parameters), (False, module.named_buffers)):
            for name, tensor in named():
                leaf = self._leaves.number(tensor)
                self._request.leaves.add(leaf)
                items.append([name, leaf, is_parameter])
        return {"t": "module", "id": number, "items": items}
