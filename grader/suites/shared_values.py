"""What a suite and a submission share: tensors that both change, arrays that come back, files.

A parameter, or any tensor that a gradient may be asked of, has a number for as long as the suite
runs; before and after each call that knows of it, both sides have the same numbers in it. Of other
arrays the suite gets back what was changed in place.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from grader.regular_files import NotRegular, opened
from grader.suites.child import suite_values
from grader.suites.child.suite_values import NotPlain

_MOST_FILES = 200
_LONGEST = 4096  # characters of a path
_MOST_BYTES = 32 << 20


class Leaves:
    """The shared tensors, by number."""

    def __init__(self) -> None:
        self._tensors: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}

    def number(self, tensor: Any) -> int:
        """The number of a tensor; a new one gets the next."""
        if id(tensor) not in self._numbers:
            number = len(self._tensors) + 1
            self._tensors[number] = tensor
            self._numbers[id(tensor)] = number
        return self._numbers[id(tensor)]

    def is_shared(self, tensor: Any) -> bool:
        """Whether the suite goes on to use what happens to it."""
        return id(tensor) in self._numbers or (tensor.is_leaf and tensor.requires_grad)

    def tensor(self, number: int) -> Any:
        """Raises LookupError where there is none."""
        return self._tensors[number]

    def state(self, number: int) -> dict[str, Any]:
        """What the other side makes of it."""
        import torch

        tensor = self._tensors[number]
        gradient = None if tensor.grad is None else suite_values.tensor_data(tensor.grad)
        return {
            "data": suite_values.tensor_data(tensor),
            "gradient": gradient,
            "requires_grad": tensor.requires_grad,
            "is_parameter": isinstance(tensor, torch.nn.Parameter),
        }

    def take(self, number: int, state: dict[str, Any]) -> None:
        """Bring a tensor to what the other side made of it.

        Raises:
            ValueError: that is another kind of tensor.
        """
        import torch

        tensor = self._tensors[number]
        data = suite_values.tensor_of(state["data"])
        if data.shape != tensor.shape or data.dtype != tensor.dtype:
            raise ValueError("another shape or dtype")
        with torch.no_grad():
            if not suite_values.is_same(*map(suite_values.numbers_of, (data, tensor))):
                tensor.copy_(data)
        if state["gradient"] is None:
            tensor.grad = None
            return
        gradient = suite_values.tensor_of(state["gradient"])
        if tensor.grad is None:
            tensor.grad = gradient
        else:
            tensor.grad.copy_(gradient)


class Handed:
    """Arrays, tensors and containers of one request, which come back if they are changed."""

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._numbers: dict[int, int] = {}

    def number(self, value: Any) -> int:
        self._values.append(value)
        self._numbers[id(value)] = len(self._values) - 1
        return len(self._values) - 1

    def known(self, value: Any) -> int | None:
        """The number of a value that is handed over in this request already."""
        return self._numbers.get(id(value))

    def value(self, number: int) -> Any:
        """What was handed over under a number.

        Raises:
            LookupError: there is no such value.
        """
        if number < 0:
            raise LookupError(number)
        return self._values[number]

    def take(self, number: int, now: Any) -> None:
        """Change a value in place as the submission changed its copy.

        Raises:
            ValueError, LookupError: that is another kind of value.
        """
        value = self.value(number)
        if isinstance(value, np.ndarray):
            if type(now) is not np.ndarray or now.shape != value.shape or now.dtype != value.dtype:
                raise ValueError("another shape or dtype")
            value[...] = now
        elif type(value) in suite_values.CHANGEABLE:
            if type(now) is not type(value):
                raise ValueError("another kind of container")
            content = now.copy()  # it may be the very same one
            value.clear()
            put = value.extend if hasattr(value, "extend") else value.update
            put(content)
        else:
            import torch

            with torch.no_grad():
                value.copy_(torch.from_numpy(now))


class Files:
    """Files that a suite names to a submission: copies go there, and what is written comes back.

    A text can come from the submission, so it names a file only among those that both may write.

    Args:
        of_suite: the suite's own folder, whose data can be read there, and no code.
        writable: a folder in which files may come back.
    """

    def __init__(self, *, of_suite: Path, writable: Path) -> None:
        self._of_suite = _real(of_suite)
        self._writable = _real(writable)

    def written(self, text: str) -> dict[str, Any] | None:
        """The files behind a text; None if it names none that may cross.

        Raises:
            NotPlain: they are too large.
        """
        if not text.startswith("/") or len(text) > _LONGEST or "\0" in text:
            return None
        path = _real(Path(text))
        return _copies(text, path) if _is_below(path, self._writable) else None

    def at_path(self, text: str) -> dict[str, Any] | None:
        """The files at a path that the suite itself made; None if none of them may cross.

        Raises:
            NotPlain: they are too large.
        """
        path = _real(Path(text))
        if not path.exists() or not _is_below(path, self._of_suite):
            return self.written(str(path))
        return _copies(text, path, but=(".py", ".pyc"))

    def take(self, text: str, inside: str, content: bytes) -> None:
        """Write what the submission wrote, if it may.

        Raises:
            ValueError: it lies where nothing may come back.
        """
        path = _real(Path(text, inside) if inside else Path(text))
        if not _is_below(path, self._writable):
            return  # of the suite's own files: they stay as they are
        if inside and not path.is_relative_to(_real(Path(text))):
            raise ValueError("a file outside of the folder that was named")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _is_below(path: Path, top: Path) -> bool:
    return path != top and path.is_relative_to(top)


def _copies(text: str, path: Path, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    found = [] if path.suffix in but else list(_content(path, but))
    return {
        "t": "file",
        "text": text,
        "is_folder": path.is_dir(),
        "content": [[inside, np.frombuffer(data, dtype=np.int8)] for inside, data in found],
    }


def _content(path: Path, but: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """The files at a path, by their place below it; a file itself has an empty one."""
    paths = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    room = _MOST_BYTES
    for file in [one for one in paths if one.suffix not in but][:_MOST_FILES]:
        try:
            with opened(file) as stream:
                content = stream.read(room + 1)
        except (NotRegular, OSError):
            continue
        room -= len(content)
        if room < 0:
            raise NotPlain(f"files of more than {_MOST_BYTES >> 20} MB at {path}")
        yield "" if file == path else str(file.relative_to(path)), content


class Iterators:
    """Iterators of the suite that the submission may ask for their next item, by number."""

    def __init__(self) -> None:
        self._waiting: dict[int, Iterator[Any]] = {}

    def number(self, iterator: Iterator[Any]) -> int:
        number = len(self._waiting) + 1
        self._waiting[number] = iterator
        return number

    def next(self, number: int) -> Any:
        """Raises StopIteration at its end, and LookupError where there is none."""
        return next(self._waiting[number])


def is_iterator(value: Any) -> bool:
    """Whether a value can be pulled item by item: a generator, or a file of text."""
    return hasattr(type(value), "__next__") and not isinstance(value, io.RawIOBase)
