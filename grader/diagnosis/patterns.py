"""What an error looks like where it has no name: which places are wrong, and in which way.

A pattern must hold in every call with a wrong answer. Its sentence says nothing of the values that
a call got or should have given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.arrays import CLEARLY_WRONG, SeenCall
from grader.diagnosis.closeness import TOLERANCE
from grader.diagnosis.versions import Versions
from grader.subject.subject import Subject
from grader.subject.values import Floats

_HALF = 1e-2  # float16 has ten bits, and sums lose a few of them
_TIME = ("position", "query")

Pair = tuple[Floats, Floats]  # what came, and what is right; of the same shape


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of what a stage returns."""

    axes: tuple[str, ...]  # names, from the last axis on
    is_causal: bool  # zeros above the diagonal of the last two axes

    def axis_name(self, axis: int) -> str:
        """The name of an axis, counted from the end: -1 is the last one."""
        return self.axes[-axis - 1] if -axis <= len(self.axes) else f"axis {axis}"


Pattern = Callable[[Result, Sequence[Pair]], str]


def pattern(versions: Versions, stage: str, calls: Sequence[SeenCall]) -> str:
    """The first pattern that all wrong answers of a stage show; empty if there is none."""
    wrong = [c for c in calls if c.came is not None and c.wrongness >= CLEARLY_WRONG]
    pairs = []
    for call in wrong:
        right = versions.outcome(stage, call.arguments, "float64").value
        if right is not None and call.came is not None:
            pairs.append((call.came, right))
    if not pairs:
        return ""
    if any(came.shape != right.shape for came, right in pairs):
        return _shape(pairs)
    if all(call.is_half for call in wrong):
        half = all(_near(came, right, of_largest=_HALF) for came, right in pairs)
        return "The result is right as far as float16 goes." if half else ""
    result = _result(versions.subject, stage)
    return next((said for find in _PATTERNS if (said := find(result, pairs))), "")


def _result(subject: Subject, stage: str) -> Result:
    return Result(axes=subject.axes.get(stage, ()), is_causal=stage in subject.causal)


def _shape(pairs: Sequence[Pair]) -> str:
    if all(c.ndim == r.ndim == 1 for c, r in pairs):
        return _length(pairs)
    if all(sorted(c.shape) == sorted(r.shape) and c.ndim == r.ndim for c, r in pairs):
        return "The axes of the result stand in another order."
    if all(c.size == r.size for c, r in pairs):
        return "The result has the right number of entries, in another shape."
    return ""


def _length(pairs: Sequence[Pair]) -> str:
    if all(len(c) < len(r) and np.array_equal(r[: len(c)], c) for c, r in pairs):
        return "The result is right as far as it goes, but it ends too early."
    if all(len(c) < len(r) and np.array_equal(r[len(r) - len(c) :], c) for c, r in pairs):
        return "The result ends as it should, but its first entries are missing."
    if all(len(c) > len(r) and np.array_equal(c[: len(r)], r) for c, r in pairs):
        return "The result begins as it should, and then goes on too long."
    if all(len(c) > len(r) and np.array_equal(c[len(c) - len(r) :], r) for c, r in pairs):
        return "The result ends as it should, but it has more entries before."
    return ""


def _not_finite(result: Result, pairs: Sequence[Pair]) -> str:
    """NaN where numbers are expected."""
    bad = [~np.isfinite(came) & np.isfinite(right) for came, right in pairs]
    if not all(b.any() for b in bad):
        return ""
    where = _where(result, bad)
    return f"Entries are NaN or infinite{': ' + where if where else ''}."


def _factor(result: Result, pairs: Sequence[Pair]) -> str:
    """One factor for all entries of all calls."""
    largest = [np.unravel_index(int(np.argmax(np.abs(r))), r.shape) for _, r in pairs]
    factors = [c[at] / r[at] for (c, r), at in zip(pairs, largest, strict=True) if r[at] != 0]
    if len(factors) < len(pairs) or not _enough(pairs):
        return ""
    if not all(_near(c, f * r) for (c, r), f in zip(pairs, factors, strict=True)):
        return ""
    if np.ptp(factors) <= 1e-4 * max(map(abs, factors)):
        if abs(factors[0] + 1) < 1e-4:
            return "The result has the wrong sign everywhere, and is right otherwise."
        return f"Every entry is wrong by the same factor, about {factors[0]:.4g}."
    return "In each call, every entry is wrong by one factor, which differs between calls."


def _offset(result: Result, pairs: Sequence[Pair]) -> str:
    offsets = [float((c - r).flat[0]) for c, r in pairs]
    if not _enough(pairs):
        return ""
    if not all(_near(c, r + o) for (c, r), o in zip(pairs, offsets, strict=True)):
        return ""
    if np.ptp(offsets) <= 1e-4 * max(map(abs, offsets)):
        return f"Every entry is wrong by the same amount, about {offsets[0]:+.4g}."
    return "In each call, every entry is wrong by one amount, which differs between calls."


def _moved(result: Result, pairs: Sequence[Pair]) -> str:
    """The right entries, moved along one axis."""
    axes = min(right.ndim for _, right in pairs)
    for axis in range(-1, -axes - 1, -1):
        name = result.axis_name(axis)
        if all(_near(came, np.flip(right, axis)) for came, right in pairs):
            return f"The {name} axis runs in reverse."
        if _each_shifted(pairs, axis, came=slice(1, None), right=slice(None, -1)):
            return f"The right entries stand one {name} too late."
        if _each_shifted(pairs, axis, came=slice(None, -1), right=slice(1, None)):
            return f"The right entries stand one {name} too early."
    return ""


def _exchanged(result: Result, pairs: Sequence[Pair]) -> str:
    """The right entries in other rows or with other axes."""
    axes = min(right.ndim for _, right in pairs)
    for first, second in ((-1, -2), (-2, -3), (-1, -3)):
        if -second <= axes and _each_swapped(pairs, first, second):
            names = result.axis_name(second), result.axis_name(first)
            return f"The {names[0]} axis and the {names[1]} axis are exchanged."
    if axes >= 2 and all(_permuted_rows(c, r) for c, r in pairs):
        return f"Whole rows are right, but they stand at another {result.axis_name(-2)}."
    return ""


def _each_shifted(pairs: Sequence[Pair], axis: int, *, came: slice, right: slice) -> bool:
    """All but the entries at one end are there; what was moved in there may be anything."""
    return all(
        r.shape[axis] >= 3 and _near(_cut(c, axis, came), _cut(r, axis, right)) for c, r in pairs
    )


def _cut(array: Floats, axis: int, part: slice) -> Floats:
    index = [slice(None)] * array.ndim
    index[axis] = part
    return array[tuple(index)]


def _each_swapped(pairs: Sequence[Pair], first: int, second: int) -> bool:
    """Exchanged, or laid out in memory as if they were."""
    return all(
        _near(came.ravel(), np.swapaxes(right, first, second).ravel()) for came, right in pairs
    )


def _permuted_rows(came: Floats, right: Floats) -> bool:
    def in_order(array: Floats) -> Floats:
        rows = array.reshape(-1, array.shape[-1])
        return rows[np.argsort(rows[:, 0])]

    return _near(in_order(came), in_order(right))


def _sums(result: Result, pairs: Sequence[Pair]) -> str:
    """Probabilities that do not sum to one."""
    right_rows = [right.sum(-1) for _, right in pairs if right.ndim]
    if len(right_rows) < len(pairs) or not all(_near(r, np.ones_like(r)) for r in right_rows):
        return ""
    sums = [came.sum(-1) for came, _ in pairs]
    if all(_near(s, np.ones_like(s)) for s in sums):
        return ""
    for axis in (-2, -3):
        if all(-axis <= c.ndim and _near(s := c.sum(axis), np.ones_like(s)) for c, _ in pairs):
            return f"The entries sum to one over the {result.axis_name(axis)} axis, not the last."
    places = _where(result, [~np.isclose(s, 1, rtol=0, atol=1e-4) for s in sums], dropped=1)
    those = places.replace("the entries of", ": those of")
    return f"Rows do not sum to one{those}."


def _triangle(result: Result, pairs: Sequence[Pair]) -> str:
    """Above or below the diagonal, where the last two axes are queries and keys under a mask."""
    if not result.is_causal:
        return ""
    wrong = [~_close(came, right) for came, right in pairs]
    above = [np.triu(np.ones(w.shape[-2:], dtype=bool), 1) for w in wrong]
    if not any((w & ~a).any() for w, a in zip(wrong, above, strict=True)):
        return "Wrong are entries above the diagonal alone, where a query meets later keys."
    if any((w & a).any() or w[..., 0, :].any() for w, a in zip(wrong, above, strict=True)):
        return ""
    if not all(w[..., 1:, 0].any(axis=(0, 1)).all() for w in wrong):
        return ""
    return "The causal mask is right; the weights of the keys that a query may see are wrong."


def _places(result: Result, pairs: Sequence[Pair]) -> str:
    where = _where(result, [~_close(came, right) for came, right in pairs])
    return f"Wrong are {where}; everything else is right." if where else ""


def _where(result: Result, wrong: Sequence[NDArray[np.bool_]], *, dropped: int = 0) -> str:
    """Which places are wrong in every call, in words; empty if there is no such rule.

    Args:
        dropped: how many axes at the end are not there any more.
    """
    axes = min(w.ndim for w in wrong)
    for axis in range(-1, -axes - 1, -1):
        said = _along(result.axis_name(axis - dropped), [_reached(w, axis) for w in wrong])
        if said:
            return said
    return ""


def _reached(wrong: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """For each index of one axis, whether anything is wrong there."""
    others = tuple(i for i in range(wrong.ndim) if i != axis % wrong.ndim)
    reached: NDArray[np.bool_] = np.any(wrong, axis=others)
    return reached


def _along(name: str, lines: Sequence[NDArray[np.bool_]]) -> str:
    """Which indices of one axis are wrong, the same in all calls."""
    if any(len(line) < 2 or line.all() or not line.any() for line in lines):
        return ""
    if all(line[0] and not line[1:].any() for line in lines):
        return f"the entries of the first {name} alone"
    if all(line[-1] and not line[:-1].any() for line in lines):
        return f"the entries of the last {name} alone"
    first = {int(np.argmax(line)) for line in lines}
    if (
        name in _TIME
        and len(first) == 1
        and all(line[int(np.argmax(line)) :].all() for line in lines)
    ):
        return f"the entries from {name} {first.pop()} on"
    if all(not line[0] and line[1:].all() for line in lines):
        return f"the entries of every {name} but the first"
    if all(not line[-1] and line[:-1].all() for line in lines):
        return f"the entries of every {name} but the last"
    return f"the entries of some {_PLURALS.get(name, name + 's')} alone"


_PLURALS = {"query": "queries", "entry": "entries", "vocabulary entry": "vocabulary entries"}


def _close(a: Floats, b: Floats, of_largest: float = 5 * TOLERANCE) -> NDArray[np.bool_]:
    largest = float(np.max(np.abs(b), initial=0.0, where=np.isfinite(b)))
    with np.errstate(invalid="ignore"):  # infinity minus infinity is not close
        close: NDArray[np.bool_] = (a == b) | (np.abs(a - b) <= of_largest * largest)
    return close


def _near(a: Floats, b: Floats, of_largest: float = 5 * TOLERANCE) -> bool:
    return a.shape == b.shape and bool(_close(a, b, of_largest).all())


def _enough(pairs: Sequence[Pair]) -> bool:
    """One factor or offset explains a single number always: it must explain several."""
    return max(c.size for c, _ in pairs) > 2 or len(pairs) > 2


_PATTERNS: tuple[Pattern, ...] = (
    _not_finite,
    _factor,
    _offset,
    _moved,
    _exchanged,
    _triangle,
    _sums,
    _places,
)
