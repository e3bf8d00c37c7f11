"""Is the student's answer right, and if not, what does the student read?

In this order: kind, shape, dtype, finite, closeness. NaN is looked for before closeness,
because it fails every `<=` and would make the sentence wrong; shapes must be identical,
because broadcasting would let an empty or a single value pass.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.evidence import ArrayWindow, CallTable, LoopRecord
from grader.harness.array_window import array_window
from grader.observed_calls import TooLarge

# Right float32 implementations were measured to stay below 1e-6 of the largest expected value
# for a single stage; 2e-5 leaves a factor of 20 above that.
TOLERANCE = 2e-5

_TINY = 1e-300  # where nothing but zero is accepted
_MOST_TOKENS = 10_000  # far more than any check asks for; longer lists would fill the reports


class Strain:
    """How near the answers of one check came to being wrong.

    `largest` is the largest error as a part of what was accepted; None where none was measured.
    """

    def __init__(self) -> None:
        self.largest: float | None = None

    def add(self, error: float, accepted: float) -> None:
        strain = error / max(accepted, _TINY)
        self.largest = strain if self.largest is None else max(self.largest, strain)


# Of the check that runs now, in this thread; outside of a grading nothing is noted.
_strain: ContextVar[Strain | None] = ContextVar("strain", default=None)


@contextmanager
def strain_noted() -> Iterator[Strain]:
    """The strain of what is asserted inside."""
    strain = Strain()
    before = _strain.set(strain)
    try:
        yield strain
    finally:
        _strain.reset(before)


def _note_strain(error: float, accepted: float) -> None:
    if (strain := _strain.get()) is not None:
        strain.add(error, accepted)


UNKNOWN: Any = object()  # an answer that nobody names
Look = Callable[[], ArrayWindow | CallTable | LoopRecord]


class Mismatch(AssertionError):
    """A wrong answer.

    Args:
        sentence: what was expected and what came, for the student.
        discreet: fixed words for a hidden check: no value, no number, no place.
        answer: what the student's function gave, by which the call is found again.
        look: what shows the wrong part; it is asked where a visible check fails.
    """

    def __init__(
        self, sentence: str, *, discreet: str, answer: Any = UNKNOWN, look: Look | None = None
    ) -> None:
        self.discreet = discreet
        self.answer = answer
        self.look = look
        super().__init__(sentence)


def assert_close(
    actual: Any,
    expected: Any,
    *,
    name: str,
    axes: Sequence[str] = (),
    tolerance: float = TOLERANCE,
) -> None:
    """The answer is an array of the expected shape, finite, and close to the expected one.

    Args:
        actual: what the student's function returned.
        expected: the reference's answer.
        name: what the array is called in the sentence, such as "the attention weights".
        axes: a name for each axis, such as ("batch", "time", "width").
        tolerance: the largest error allowed, as a part of the largest expected value.

    Raises:
        Mismatch: it is not; the sentence says what differs first.
    """
    expected = np.asarray(expected, dtype=np.float64)
    array = as_floats(actual, name=name, shape=expected.shape, axes=axes)
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is told below
        error = np.abs(array - expected)
    largest = float(error.max(initial=0.0))
    accepted = tolerance * float(np.abs(expected).max(initial=0.0))
    if math.isfinite(largest) and largest <= accepted:
        _note_strain(largest, accepted)
        return
    wrong = ~((error <= accepted) & np.isfinite(error))  # nothing equals an expected NaN
    far = _not_finite(array, name, axes)
    if far is None:
        _note_strain(largest, accepted)
        far = _far(array, expected, error, wrong, name=name, axes=axes)
    far.answer = actual
    far.look = lambda: array_window(array, expected, wrong, name=name, axes=axes)
    raise far


def assert_same(first: Any, second: Any, *, claim: str) -> None:
    """Two answers of the student agree up to rounding.

    Args:
        claim: the sentence that is wrong if they do not.

    Raises:
        Mismatch: they do not, or an answer is no array of floating-point numbers.
    """
    a, b = (as_floats(value, name="The answer") for value in (first, second))
    scale = max(float(np.max(np.abs(b), initial=0.0)), 1e-30)
    agree = a.shape == b.shape and bool(np.isfinite(a).all() and np.isfinite(b).all())
    if agree:
        largest = float(np.abs(a - b).max(initial=0.0))
        _note_strain(largest, TOLERANCE * scale)
        agree = largest <= TOLERANCE * scale
    if not agree:
        raise Mismatch(claim, discreet=claim)


def assert_unchanged(after: Any, before: Any) -> None:
    """The arguments after a call hold what they held before it, in the same shape.

    Args:
        after: the `arguments` that `student.observe` gave.
        before: the arguments as they were given.

    Raises:
        Mismatch: an argument was changed; the sentence says which, where `after` is all of them.
    """
    if not is_identical(after, before):
        which = _changed(after, before) or "An argument"
        sentence = f"{which} was changed in place; the caller still needs it as it was."
        raise Mismatch(sentence, discreet=sentence, answer=after)


class Arguments(list[Any]):
    """The arguments of a call as it left them, with the names of the parameters."""

    def __init__(self, values: Sequence[Any], names: Sequence[str]) -> None:
        super().__init__(values)
        self.names = names


def _changed(after: Any, before: Any) -> str:
    """Which arguments were changed, where their names are known."""
    if not isinstance(after, Arguments) or not isinstance(before, list | tuple):
        return ""
    pairs = zip(after.names, after, before, strict=False)
    names = [name for name, now, then in pairs if not is_identical(now, then)]
    return f"The argument {' and '.join(names)}" if names else ""


def is_identical(a: Any, b: Any) -> bool:
    """Whether two plain values hold the same in the same shape."""
    if a is b:
        return True
    match b:
        case np.ndarray():
            return isinstance(a, np.ndarray) and a.shape == b.shape and bool(np.all(a == b))
        case dict():
            same_keys = isinstance(a, dict) and a.keys() == b.keys()
            return same_keys and all(is_identical(a[key], b[key]) for key in b)
        case list() | tuple():
            same_length = isinstance(a, list | tuple) and len(a) == len(b)
            return same_length and all(map(is_identical, a, b))
        case _:
            return type(a) is type(b) and bool(a == b)


def as_floats(
    value: Any, *, name: str, shape: tuple[int, ...] | None = None, axes: Sequence[str] = ()
) -> NDArray[np.float64]:
    """The answer as float64, if it is an array of floating-point numbers of the given shape.

    Raises:
        Mismatch: it is not; float16 is not enough.
    """
    if not isinstance(value, np.ndarray):
        raise _other_kind(name, value, "a tensor or an array")
    if shape is not None and value.shape != shape:
        meaning = f" ({', '.join(axes)})" if axes else ""
        raise Mismatch(
            f"{_upper(name)} {_has(name)} shape {value.shape}; {shape}{meaning} is expected.",
            discreet=f"{_upper(name)} {_has(name)} the wrong shape.",
            answer=value,
        )
    if value.dtype.kind != "f" or value.dtype.itemsize < 4:
        wanted = "float32 or float64 is expected."
        raise Mismatch(
            f"{_upper(name)} {_has(name)} dtype {value.dtype}; {wanted}",
            discreet=f"{_upper(name)} {_has(name)} the wrong dtype; {wanted}",
            answer=value,
        )
    return value.astype(np.float64)


def as_number(value: Any, *, name: str) -> float:
    """The answer as one number: a Python number, or an array of one element without axes.

    Raises:
        Mismatch: it is not.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _other_kind(name, value, "one number")
    return float(value)


def as_token(value: Any, *, name: str) -> int:
    """The answer as one token id.

    Raises:
        Mismatch: it is not.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind == "i":
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int):
        raise _other_kind(name, value, "one token id (an int)")
    return value


def as_tokens(value: Any, *, name: str) -> list[int]:
    """The answer as a list of token ids; a one-dimensional integer array will do.

    Raises:
        Mismatch: it is not, or it has more than 10,000 entries.
    """
    is_array = isinstance(value, np.ndarray) and value.ndim == 1
    is_array = is_array and (value.dtype.kind == "i" or value.size == 0)  # of floats if empty
    if not (is_array or isinstance(value, list)):
        raise _other_kind(name, value, "a list of token ids")
    if len(value) > _MOST_TOKENS:
        raise Mismatch(
            f"{_upper(name)} {_has(name)} {len(value):,} token ids; far fewer are expected.",
            discreet=f"{_upper(name)} {_has(name)} far too many token ids.",
        )
    if is_array:
        return [int(token) for token in value]
    return [as_token(token, name=f"an entry of {name}") for token in value]


def kind_of(value: Any) -> str:
    """What a value is, in words."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, TooLarge):
        return value.what
    return _KINDS.get(type(value), "something else")


_KINDS: dict[type, str] = {
    type(None): "None (is a `return` missing?)",
    bool: "a bool",
    int: "an int",
    float: "a float",
    str: "text",
    list: "a list or tuple",
    dict: "a dict",
}


def _other_kind(name: str, value: Any, wanted: str) -> Mismatch:
    sentence = f"{_is(name)} {kind_of(value)}; {wanted} is expected."
    return Mismatch(sentence, discreet=f"{_is(name)} not {wanted}.", answer=value)


def _not_finite(array: NDArray[np.float64], name: str, axes: Sequence[str]) -> Mismatch | None:
    bad = ~np.isfinite(array)
    if not bad.any():
        return None
    first = "" if bad.size == 1 else _place(np.argwhere(bad)[0], axes, "; the first is ")
    return Mismatch(
        f"{_entries(bad, name)} NaN or infinite{first}.",
        discreet=f"{_some_entries(bad, name)} NaN or infinite.",
    )


def _far(
    array: NDArray[np.float64],
    expected: NDArray[np.float64],
    error: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    *,
    name: str,
    axes: Sequence[str],
) -> Mismatch:
    largest = np.unravel_index(int(np.argmax(error)), error.shape)
    first = tuple(np.argwhere(wrong)[0])
    values = f"got {array[first]:.6g}, expected {expected[first]:.6g}."
    sentence = f"{_entries(wrong, name)} wrong"
    if array.size == 1:
        sentence += f": {values}"
    else:
        sentence += (
            f". The largest error is {error[largest]:.3g}{_place(largest, axes, ', ')}. "
            f"The first wrong entry is {_place(first, axes)}: {values}"
        )
    return Mismatch(sentence, discreet=f"{_some_entries(wrong, name)} wrong.")


def _entries(those: NDArray[np.bool_], name: str) -> str:
    """`3 of 5 entries of the logits are`; a number without axes is one number."""
    if those.size == 1:
        return _is(name) if those.ndim == 0 else f"The only entry of {name} is"
    number = int(those.sum())
    return f"{number} of {those.size} entries of {name} {'is' if number == 1 else 'are'}"


def _some_entries(those: NDArray[np.bool_], name: str) -> str:
    """The same without a count."""
    return _is(name) if those.ndim == 0 else f"Some entries of {name} are"


def _is(name: str) -> str:
    return f"{_upper(name)} {'are' if _is_plural(name) else 'is'}"


def _has(name: str) -> str:
    return "have" if _is_plural(name) else "has"


def _is_plural(name: str) -> bool:
    """Whether a name such as `the logits of the last position` stands for several."""
    head = name.split(" of ")[0].split(" at ")[0].split(" for ")[0].split()[-1:]
    return bool(head) and head[0].endswith("s") and not head[0].endswith(("ss", "is", "us", "bias"))


def _place(index: Sequence[Any], axes: Sequence[str], before: str = "") -> str:
    """An index by named axes: 'at batch 1, time 3'."""
    if len(index) == 0:
        return ""
    names = axes if len(axes) == len(index) else [f"axis {i}, index" for i in range(len(index))]
    parts = [f"{axis} {int(i)}" for axis, i in zip(names, index, strict=True)]
    return f"{before}at {', '.join(parts)}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
