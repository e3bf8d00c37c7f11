"""In the student's process: what is known on both sides, by number or by what it was."""

import io
from typing import Any

import numpy as np
import suite_values  # type: ignore[import-not-found]
from suite_values import NotPlain

_MOST_OBJECTS = 100_000
_MOST_PRINTED = 100_000


class Objects:
    """What the other side knows by number."""

    def __init__(self) -> None:
        self._by_number: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._last = 0

    def number(self, value: Any) -> int:
        """The number of an object; a new one gets the next.

        Raises:
            NotPlain: there are too many.
        """
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


class StudentLeaves:
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


def content(value: Any) -> Any:
    """What can change of a value: numbers, or the items of a container."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if type(value) in suite_values.CHANGEABLE:
        return list(value)
    return suite_values.numbers_of(value).copy()


def is_reshaped(value: Any, before: Any) -> bool:
    return isinstance(before, np.ndarray) and tuple(value.shape) != before.shape


class Both(io.StringIO):
    """What is printed, for the suite and where it went so far."""

    def __init__(self, further: Any) -> None:
        super().__init__()
        self._further = further

    def write(self, text: str) -> int:
        self._further.write(text)
        return super().write(text) if self.tell() < _MOST_PRINTED else len(text)

    def said(self) -> str:
        return self.getvalue()[:_MOST_PRINTED]
