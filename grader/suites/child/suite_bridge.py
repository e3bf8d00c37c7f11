"""In the student's process: objects of the submission by number, and what a suite asks of them.

It is handed over as the main module of a submission, whose own files are the further modules. What
it says is the word of the student's process, like every answer.
"""

import builtins
import importlib
import pathlib
import tempfile
from typing import Any

import numpy as np
import suite_values  # type: ignore[import-not-found]
from suite_values import NotPlain

FRAMEWORK = "numpy"  # arrays arrive as they are; tensors say so
_MOST_OBJECTS = 100_000
_MOST_FILE_BYTES = 32 << 20


class _Objects:
    """What the other side knows by number."""

    def __init__(self) -> None:
        self._by_number: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._last = 0

    def number(self, value: Any) -> int:
        if id(value) not in self._numbers:
            if len(self._by_number) >= _MOST_OBJECTS:
                raise NotPlain(f"more than {_MOST_OBJECTS:,} objects")
            self._last += 1
            self._by_number[self._last] = value  # so that its id stays its own
            self._numbers[id(value)] = self._last
        return self._numbers[id(value)]

    def value(self, number: int) -> Any:
        return self._by_number[number]

    def drop(self, numbers: list[int]) -> None:
        for number in numbers:
            if number in self._by_number:
                del self._numbers[id(self._by_number.pop(number))]


class _Leaves:
    """Parameters and other tensors that the suite and the submission share: they are kept equal."""

    def __init__(self) -> None:
        self._tensors: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}

    def number(self, tensor: Any) -> int | None:
        return self._numbers.get(id(tensor))

    def tensor(self, number: int) -> Any:
        return self._tensors[number]

    def put(self, number: int, state: dict[str, Any]) -> None:
        """Bring a tensor to what it is on the other side; make it if it is new."""
        import torch

        data = suite_values.tensor_of(state["data"])
        tensor = self._tensors.get(number)
        if tensor is None:
            needs = state["requires_grad"]
            if state["is_parameter"]:
                tensor = torch.nn.Parameter(data, requires_grad=needs)
            else:
                tensor = data.requires_grad_() if needs else data
            self._tensors[number] = tensor
            self._numbers[id(tensor)] = number
        elif not _is_equal(tensor, data):
            with torch.no_grad():
                if tensor.shape == data.shape:
                    tensor.copy_(data)
                else:
                    tensor.data = data
        gradient = state["gradient"]
        if gradient is None:
            tensor.grad = None
        else:
            new = suite_values.tensor_of(gradient)
            if tensor.grad is None or tensor.grad.shape != new.shape:
                tensor.grad = new
            else:
                tensor.grad.copy_(new)

    def state(self, number: int) -> dict[str, Any]:
        tensor = self._tensors[number]
        gradient = None if tensor.grad is None else suite_values.tensor_data(tensor.grad)
        return {"data": suite_values.tensor_data(tensor), "gradient": gradient}


def _is_equal(tensor: Any, data: Any) -> bool:
    import torch

    return tensor.shape == data.shape and bool(torch.equal(tensor, data))


_OBJECTS = _Objects()
_LEAVES = _Leaves()
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
        self.sent: list[tuple[int, Any, np.ndarray]] = []  # arrays and tensors as they came
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
        return {"t": "object", **_described(value)}

    def made(self, kind: str, data: dict[str, Any]) -> Any:
        match kind:
            case "object":
                return _OBJECTS.value(data["id"])
            case "leaf":
                self.leaves.add(data["id"])
                return _LEAVES.tensor(data["id"])
            case "tensor":
                return self._noted(data["id"], suite_values.tensor_of(data))
            case "shared array":
                return self._noted(data["id"], suite_values.decode(data["data"], self))
            case "file":
                return str(self._copied(data))
        return _BUILT[kind](data)

    def _noted(self, number: int, value: Any) -> Any:
        array = value if isinstance(value, np.ndarray) else suite_values.numbers_of(value)
        self.sent.append((number, value, array.copy()))
        return value

    def changed(self) -> list[list[Any]]:
        """What the submission changed in place of what it was handed."""
        found = []
        for number, value, before in self.sent:
            now = value if isinstance(value, np.ndarray) else suite_values.numbers_of(value)
            if not suite_values.is_same(now, before):
                found.append([number, suite_values.encode(np.array(now), self)])
        return found

    def _copied(self, data: dict[str, Any]) -> pathlib.Path:
        here: pathlib.Path = _FILES / data["text"].lstrip("/")
        here.parent.mkdir(parents=True, exist_ok=True)
        if data["is_folder"]:
            here.mkdir(exist_ok=True)
        for inside, content in data["content"]:
            path = here / inside if inside else here
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.tobytes())
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
                    content = np.frombuffer(path.read_bytes(), dtype=np.int8)
                    found.append([theirs, inside, content])
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


_BUILT = {
    "iterator": lambda data: _Theirs(data["next"]),
    "module": _shadow,
    "name": _named,
}


def _described(value: Any) -> dict[str, Any]:
    kind = value if isinstance(value, type) else type(value)
    return {
        "id": _OBJECTS.number(value),
        "name": str(getattr(kind, "__name__", ""))[:100],
        "is_class": isinstance(value, type),
        "is_iterator": hasattr(type(value), "__next__"),
    }


def _exception_class(kind: type) -> dict[str, Any]:
    base = next((name for c in kind.__mro__ if (name := _EXCEPTIONS.get(c))), "Exception")
    is_ours = kind not in _EXCEPTIONS
    return {
        "name": kind.__name__[:100],
        "base": base,
        "id": _OBJECTS.number(kind) if is_ours else 0,
    }


def serve(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a suite asks; the answer, or what was raised."""
    here = _Here()
    _NOW[:] = [here]
    here.put(request["leaves"])
    _OBJECTS.drop(request["drop"])
    reply: dict[str, Any] = {}
    try:
        result = _OPERATIONS[request["op"]](request, here)
        reply["value"] = suite_values.encode(result, here)
    except NotPlain as error:
        reply["unsendable"] = str(error)
    except Exception as error:  # noqa: BLE001 - whatever the submission raises
        reply["raised"] = {**_exception_class(type(error)), "text": _text(error)}
    reply["leaves"] = [[number, _LEAVES.state(number)] for number in sorted(here.leaves)]
    reply["changed"] = here.changed()
    reply["files"] = here.written()
    return reply


def _text(error: Exception) -> str:
    try:
        return str(error)[:4000]
    except Exception:  # noqa: BLE001 - the submission's own `__str__`
        return ""


def _import(request: dict[str, Any], here: _Here) -> Any:
    try:
        module = importlib.import_module(request["name"])
    except ModuleNotFoundError as error:
        if error.name and request["name"].startswith(error.name):
            return None  # no such module of the submission
        raise
    return module


def _get(request: dict[str, Any], here: _Here) -> Any:
    return getattr(suite_values.decode(request["of"], here), request["name"])


def _set(request: dict[str, Any], here: _Here) -> None:
    of = suite_values.decode(request["of"], here)
    setattr(of, request["name"], suite_values.decode(request["value"], here))


def _call(request: dict[str, Any], here: _Here) -> Any:
    function = suite_values.decode(request["of"], here)
    arguments = [suite_values.decode(value, here) for value in request["arguments"]]
    named = {name: suite_values.decode(value, here) for name, value in request["named"]}
    return function(*arguments, **named)


def _next(request: dict[str, Any], here: _Here) -> Any:
    """In a list, so that the end is told from any item."""
    for item in suite_values.decode(request["of"], here):
        return [item]
    return []


def _iterate(request: dict[str, Any], here: _Here) -> Any:
    return iter(suite_values.decode(request["of"], here))


def _length(request: dict[str, Any], here: _Here) -> int:
    return len(suite_values.decode(request["of"], here))


def _item(request: dict[str, Any], here: _Here) -> Any:
    of = suite_values.decode(request["of"], here)
    return of[suite_values.decode(request["key"], here)]


def _is_instance(request: dict[str, Any], here: _Here) -> bool:
    kind = suite_values.decode(request["of"], here)
    return isinstance(suite_values.decode(request["value"], here), kind)


_OPERATIONS = {
    "import": _import,
    "get": _get,
    "set": _set,
    "call": _call,
    "next": _next,
    "iterate": _iterate,
    "length": _length,
    "item": _item,
    "is instance": _is_instance,
}
