# Not an attack: dataclasses, enumerations, generics, caches, context managers, `__main__` guards.
# verdict: passes
import enum
import functools
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np


class Axis(enum.IntEnum):
    LAST = -1


class Shape(NamedTuple):
    sizes: tuple[int, ...]


class Layer(Protocol):
    def __call__(self, x: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Softmax:
    axis: Axis = Axis.LAST
    notes: list[str] = field(default_factory=list)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        powers = np.exp(x - x.max(axis=self.axis, keepdims=True))
        return powers / powers.sum(axis=self.axis, keepdims=True)


@functools.lru_cache
def layer() -> Layer:
    return Softmax()


@contextmanager
def noted(shape: Shape):
    yield shape


def softmax(logits):
    with noted(Shape(logits.shape)):
        return layer()(logits)


if __name__ == "__main__":
    print(softmax(np.ones(3)))
