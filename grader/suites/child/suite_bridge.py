"""In the student's process: objects of the submission by number, and what a suite asks of them.

It is handed over as the main module of a submission, whose own files are the further modules. What
it says is the word of the student's process, like every answer.
"""

import builtins
import contextlib
import copy
import importlib
import operator
import pathlib
import sys
import tempfile
import warnings
from typing import Any

import numpy as np
import suite_changes  # type: ignore[import-not-found]
import suite_randomness  # type: ignore[import-not-found]
import suite_values  # type: ignore[import-not-found]
from suite_operations import OPERATIONS, NoMoreItems, hashed  # type: ignore[import-not-found]
from suite_shared import (  # type: ignore[import-not-found]
    Both,
    Objects,
    StudentLeaves,
    content,
    is_reshaped,
)
from suite_values import NotPlain

FRAMEWORK = "numpy"  # arrays arrive as they are; tensors say so
_MOST_FILE_BYTES = 32 << 20
_MOST_WARNINGS = 20
_LENDS = ("get", "item", "next")  # the suite may change what they give in place
_OF_PACKAGES = {  # known on the other side, too: see `student_exceptions`
    *("dataclasses.FrozenInstanceError", "json.decoder.JSONDecodeError"),
    *("numpy.linalg.LinAlgError", "decimal.InvalidOperation", "decimal.DivisionByZero"),
}


_OBJECTS = Objects()
_LEAVES = StudentLeaves()
_MODULES: dict[int, Any] = {}
_FILES = pathlib.Path(tempfile.gettempdir()) / "suite-files"
_EXCEPTIONS = {
    value: name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}


class _Here:
    """The values of one request: see `suite_values.Outside`."""

    def __init__(self) -> None:
        self.files: dict[str, pathlib.Path] = {}  # the other side's name -> the copy here
        self.handed: dict[int, tuple[Any, Any]] = {}  # what may be changed, and how it came
        self._numbers: dict[int, int] = {}  # of that, by id
        self.leaves: set[int] = set()

    def put(self, states: list[Any]) -> None:
        for number, state in states:
            _LEAVES.put(number, state)
            self.leaves.add(number)

    def tensor(self, value: Any) -> Any:
        number = _LEAVES.number(value)
        return suite_values.tensor_data(value) if number is None else {"t": "leaf", "id": number}

    def array(self, value: np.ndarray, data: Any) -> Any:
        return data

    def known(self, value: Any) -> Any:
        number = self._numbers.get(id(value))
        if number is None or is_reshaped(*self.handed[number]):
            return None
        return {"t": "again", "id": number}

    def held(self, value: Any, data: Any) -> Any:
        return data

    def named(self, kind: type) -> int:
        number: int = _OBJECTS.number(kind)
        return number

    def text(self, value: str) -> Any:
        for theirs, here in self.files.items():
            if value == str(here) or value.startswith(f"{here}/"):
                return theirs + value[len(str(here)) :]
        return value

    def path(self, value: str) -> Any:
        return self.text(value)

    def other(self, value: Any) -> Any:
        if isinstance(value, type) and issubclass(value, BaseException):
            return {"t": "exception class", **_exception_class(value)}
        if isinstance(value, BaseException):
            return {"t": "exception", **_exception(value, self)}
        return {"t": "object", **_described(value)}

    def made(self, kind: str, data: dict[str, Any]) -> Any:
        match kind:
            case "object":
                return _OBJECTS.value(data["id"])
            case "leaf":
                self.leaves.add(data["id"])
                return _LEAVES.tensor(data["id"])
            case "again":
                return self.handed[data["id"]][0]
            case "tensor":
                return self._noted(data["id"], suite_values.tensor_of(data))
            case "held" | "shared array":
                return self._noted(data["id"], suite_values.decode(data["data"], self))
            case "file":
                return str(self._copied(data))
        return _BUILT[kind](data)

    def _noted(self, number: int, value: Any) -> Any:
        self.handed[number] = (value, content(value))
        self._numbers[id(value)] = number
        return value

    def changed(self) -> list[list[Any]]:
        """What the submission changed in place of what it was handed."""
        found: list[list[Any]] = []
        for number, (value, before) in list(self.handed.items()):
            now = content(value)
            if isinstance(now, np.ndarray):
                if not suite_values.is_same(now, before):
                    found.append([number, suite_values.encode(now, self)])
            elif len(now) != len(before) or not all(map(operator.is_, now, before)):
                try:  # a copy, since the container itself is known on the other side
                    found.append([number, suite_values.encode(copy.copy(value), self)])
                except NotPlain:
                    continue
        return found

    def _copied(self, data: dict[str, Any]) -> pathlib.Path:
        here: pathlib.Path = _FILES / data["text"].lstrip("/")
        here.parent.mkdir(parents=True, exist_ok=True)
        if data["is_folder"]:
            here.mkdir(exist_ok=True)
        for inside, whole in data["content"]:
            path = here / inside if inside else here
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(whole.tobytes())
        self.files[data["text"]] = here
        return here

    def written(self) -> list[list[Any]]:
        """The files that were named in this request, as they are now."""
        found: list[list[Any]] = []
        room = _MOST_FILE_BYTES
        for theirs, here in self.files.items():
            paths = sorted(p for p in here.rglob("*") if p.is_file()) if here.is_dir() else [here]
            for path in paths:
                if path.is_file() and path.stat().st_size <= room:
                    room -= path.stat().st_size
                    inside = "" if path == here else str(path.relative_to(here))
                    whole = np.frombuffer(path.read_bytes(), dtype=np.int8)
                    found.append([theirs, inside, whole])
        return found


_NOW: list[_Here] = []  # the request that is served, at its end


class _Theirs:
    """An iterator of the suite: its items come one by one."""

    def __init__(self, ask: Any) -> None:
        self._ask = ask

    def __iter__(self) -> "_Theirs":
        return self

    def __next__(self) -> Any:
        answer = self._ask()
        if "stop" in answer:
            raise StopIteration
        here = _NOW[-1]
        here.put(answer["leaves"])
        return suite_values.decode(answer["item"], here)


def _shadow(data: dict[str, Any]) -> Any:
    """A module of the suite: its parameters and buffers under their names, and no forward pass."""
    import torch

    if data["id"] not in _MODULES:
        root = torch.nn.Module()
        for name, number, is_parameter in data["items"]:
            *path, last = name.split(".")
            place = root
            for part in path:
                if part not in place._modules:
                    place.add_module(part, torch.nn.Module())
                place = getattr(place, part)
            put = place.register_parameter if is_parameter else place.register_buffer
            put(last, _LEAVES.tensor(number))
        _MODULES[data["id"]] = root
    return _MODULES[data["id"]]


def _named(data: dict[str, Any]) -> Any:
    """A class or function of a package that both sides have."""
    found: Any = importlib.import_module(data["module"])
    for part in data["name"].split("."):
        found = getattr(found, part)
    return found


def _tuple(data: dict[str, Any]) -> Any:
    """A named tuple, of the class of the submission that has its number."""
    number, items = data["id"], [suite_values.decode(item, _NOW[-1]) for item in data["items"]]
    kind = _OBJECTS.value(number) if number else suite_values.named_class(data)
    return kind(*items)


_BUILT: dict[str, Any] = {
    "named": _tuple,
    "iterator": lambda data: _Theirs(data["next"]),
    "module": _shadow,
    "name": _named,
    "random": lambda data: suite_randomness.generator(
        data["id"], suite_values.decode(data["state"], _NOW[-1])
    ),
}


def _described(value: Any) -> dict[str, Any]:
    kind = value if isinstance(value, type) else type(value)
    return {
        "id": _OBJECTS.number(value),
        "name": str(getattr(kind, "__name__", ""))[:100],
        "is_class": isinstance(value, type),
        "is_iterator": hasattr(type(value), "__next__"),
        "hashed": hashed(value),
        "kinds": [] if isinstance(value, type) else _kinds(type(value)),
    }


def _kinds(kind: type) -> list[str]:
    """The classes of torch that one of the submission's is derived from."""
    if kind.__module__.partition(".")[0] == "torch":
        return []
    bases = [base for base in kind.__mro__ if base.__module__.startswith("torch.")]
    return [f"{base.__module__}.{base.__qualname__}" for base in bases]


def _exception_class(kind: type) -> dict[str, Any]:
    is_ours = not _is_known(kind)
    return {
        "name": kind.__name__[:100],
        "id": _OBJECTS.number(kind) if is_ours else 0,
        "bases": [_exception_class(base) for base in kind.__bases__ if is_ours and _raises(base)],
    }


def _is_known(kind: type) -> bool:
    return kind in _EXCEPTIONS or f"{kind.__module__}.{kind.__name__}" in _OF_PACKAGES


def _raises(kind: type) -> bool:
    return issubclass(kind, BaseException)


def _exception(error: BaseException, here: _Here, deep: int = 3) -> dict[str, Any]:
    """An exception with what of it can cross."""
    arguments = error.args
    if isinstance(error, OSError) and error.filename is not None and len(arguments) == 2:
        arguments = (*arguments, error.filename)
    sent = [one for value in arguments if (one := _if_plain(value, here)) is not None]
    attributes = list(vars(error).items())[:50]
    pairs = [(str(name), _if_plain(value, here)) for name, value in attributes]
    cause = error.__cause__
    return {
        "kind": _exception_class(type(error)),
        "text": here.text(_text(error)),
        "arguments": [one for (one,) in sent] if len(sent) == len(arguments) else [_text(error)],
        "attributes": [[name, one[0]] for name, one in pairs if one is not None],
        "cause": None if cause is None or not deep else _exception(cause, here, deep - 1),
    }


def _if_plain(value: Any, here: _Here) -> tuple[Any] | None:
    try:
        return (suite_values.encode(value, here),)
    except NotPlain:
        return None


def serve(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a suite asks; the answer, or what was raised, and what was said besides."""
    out, err = Both(sys.stdout), Both(sys.stderr)
    with (
        warnings.catch_warnings(record=True) as warned,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        warnings.simplefilter("always")
        here = _Here()
        reply = _answer(request, here)
    reply["printed"] = [out.said(), err.said()]
    reply["warned"] = [
        {"kind": _exception_class(one.category), "text": _text(one.message)}
        for one in warned[:_MOST_WARNINGS]
    ]
    return reply


def _answer(request: dict[str, Any], here: _Here) -> dict[str, Any]:
    _NOW[:] = [here]
    here.put(request["leaves"])
    random = {name: suite_values.decode(one, here) for name, one in request["random"].items()}
    suite_randomness.put(random)
    _OBJECTS.drop(request["drop"])
    reply: dict[str, Any] = {"drew": []}
    try:
        operation = OPERATIONS[request["op"]]
        for number, now in request["filled"]:
            suite_changes.refilled(_OBJECTS.value(number), suite_values.decode(now, here))
        values = _values(request, here)
        before = suite_randomness.states()
        try:
            result = operation(**values)
        finally:
            now = suite_randomness.states()
            reply["drew"] = [name for name, one in before.items() if now[name] != one]
        reply["value"] = suite_values.encode(result, here)
        if request["op"] in _LENDS and suite_changes.is_changeable(result):
            reply["lent"] = _OBJECTS.number(result)
    except NoMoreItems:
        reply["ended"] = True
    except NotPlain as error:
        reply["unsendable"] = str(error)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the submission raises
        reply["raised"] = _exception(error, here)
    reply["leaves"] = [[number, _LEAVES.state(number)] for number in sorted(here.leaves)]
    reply["changed"] = here.changed()
    reply["files"] = here.written()
    return reply


def _values(request: dict[str, Any], here: _Here) -> dict[str, Any]:
    """What an operation gets."""
    found: dict[str, Any] = {"of": None, "name": request.get("name")}
    for key in ("of", "key", "value"):
        if key in request:
            found[key] = suite_values.decode(request[key], here)
    found["arguments"] = [suite_values.decode(one, here) for one in request.get("arguments", ())]
    named = request.get("named", ())
    return found | {"named": {name: suite_values.decode(one, here) for name, one in named}}


def _text(error: Any) -> str:
    try:
        return str(error)[:4000]
    except Exception:  # noqa: BLE001 - the submission's own `__str__`
        return ""
