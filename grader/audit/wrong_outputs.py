"""Wrong answers whose cause is known: smaller versions of known mistakes, and random changes."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from grader.audit.sentence_truth import ExactAnswer
from grader.diagnosis.closeness import TOLERANCE
from grader.diagnosis.versions import Versions
from grader.subject.values import Floats

Random = np.random.Generator
Change = Callable[[Floats], Floats]
_LARGEST_SCALE = 20  # times what is accepted


def of_version(
    versions: Versions, stage: str, version: str, *, inputs: Sequence[Sequence[object]]
) -> Iterator[ExactAnswer | None]:
    """What a wrong version makes of each input; None where that is not numbers."""
    for arguments in inputs:
        wrong = versions.outcome(version, arguments, "float64").value
        right = versions.outcome(stage, arguments, "float64").value
        yield None if wrong is None or right is None else ExactAnswer(wrong, right)


def scaled_down(answers: Sequence[ExactAnswer], rng: Random) -> list[ExactAnswer]:
    """The same mistake so small that its largest error is 1 to 20 times what is accepted."""
    same_shape = all(a.wrong.shape == a.right.shape for a in answers)
    largest = max((float(a.error().max(initial=0.0)) for a in answers), default=0.0)
    if not same_shape or largest == 0 or not math.isfinite(largest):
        return []
    scale = min(1.0, rng.uniform(1, _LARGEST_SCALE) * TOLERANCE / largest)
    with np.errstate(invalid="ignore"):
        return [ExactAnswer(a.right + scale * (a.wrong - a.right), a.right) for a in answers]


def random_change(rng: Random) -> Change:
    """A change that is of one kind in every call, such as noise from one position on."""
    kinds = (_noise, _at_one_axis, _from_on, _factor, _amount, _moved, _rows, _not_finite, _mixed)
    return kinds[int(rng.integers(len(kinds)))](rng)


def _disturbed(array: Floats, rng: Random, size: float) -> Floats:
    largest = float(np.max(np.abs(array), initial=0.0, where=np.isfinite(array)))
    return array + size * largest * rng.normal(size=array.shape)


def _size(rng: Random) -> float:
    """Of noise: from what is accepted to a hundred thousand times that."""
    return float(TOLERANCE * 10 ** rng.uniform(0, 5))


def _noise(rng: Random) -> Change:
    size = _size(rng)
    return lambda array: _disturbed(array, rng, size)


def _on_part(array: Floats, axis: int, part: slice, size: float, rng: Random) -> Floats:
    changed = np.moveaxis(array.copy(), axis, 0)
    changed[part] = np.moveaxis(_disturbed(array, rng, size), axis, 0)[part]
    return np.moveaxis(changed, 0, axis)


def _at_one_axis(rng: Random) -> Change:
    """Noise at the first, the last, the second or every other index of one axis."""
    axis, size = -int(rng.integers(1, 5)), _size(rng)
    parts = (slice(0, 1), slice(-1, None), slice(1, 2), slice(0, None, 2), slice(1, None))
    part = parts[int(rng.integers(len(parts)))]
    return lambda a: _on_part(a, axis, part, size, rng) if a.ndim >= -axis else a


def _from_on(rng: Random) -> Change:
    axis, size, first = -int(rng.integers(1, 3)), _size(rng), int(rng.integers(1, 4))
    return lambda a: _on_part(a, axis, slice(first, None), size, rng) if a.ndim >= -axis else a


def _factor(rng: Random) -> Change:
    """One factor, sometimes near 1, sometimes another one in each call, sometimes with noise."""
    spread = 10 ** rng.uniform(-4, 0.5)
    factor, size = 1 + spread * rng.normal(), rng.choice([0.0, _size(rng) * 0.1])
    differs = rng.random() < 0.3
    return lambda a: _disturbed(a * (1 + spread * rng.normal() if differs else factor), rng, size)


def _amount(rng: Random) -> Change:
    amount, size = 10 ** rng.uniform(-4, 0) * rng.normal(), rng.choice([0.0, _size(rng) * 0.1])
    return lambda a: _disturbed(a + amount, rng, size)


def _moved(rng: Random) -> Change:
    """Turned over, rolled on, exchanged, or in other rows."""
    axis, step = -int(rng.integers(1, 4)), int(rng.choice([-1, 1]))

    def swapped(array: Floats) -> Floats:
        return array.swapaxes(-1, -2).reshape(array.shape)

    def in_other_rows(array: Floats) -> Floats:
        return array[..., rng.permutation(array.shape[-2]), :]

    changes: tuple[tuple[int, Change], ...] = (
        (-axis, lambda a: np.flip(a, axis)),
        (-axis, lambda a: np.roll(a, step, axis)),
        (2, swapped),
        (2, in_other_rows),
    )
    axes, change = changes[int(rng.integers(len(changes)))]
    return lambda array: change(array) if array.ndim >= axes else array


def _rows(rng: Random) -> Change:
    """Rows that are scaled, all or some of them."""
    part, size = rng.uniform(0, 1), 10 ** rng.uniform(-4, 0)

    def change(array: Floats) -> Floats:
        rows = rng.random((*array.shape[:-1], 1)) < part
        return np.where(rows, array * (1 + size * rng.normal(size=rows.shape)), array)

    return lambda array: change(array) if array.ndim else array


def _not_finite(rng: Random) -> Change:
    """NaN in some entries, of all calls or of some; sometimes noise elsewhere."""
    part, calls = rng.uniform(0, 0.3), rng.choice([0.5, 1.0])
    size = rng.choice([0.0, _size(rng)])

    def change(array: Floats) -> Floats:
        bad = (rng.random(array.shape) < part) & (rng.random() < calls)
        return np.where(bad, np.nan, _disturbed(array, rng, size))

    return change


def _mixed(rng: Random) -> Change:
    """Two changes, one after the other."""
    kinds = (_at_one_axis, _from_on, _factor, _amount, _moved, _rows)
    first, second = (kinds[int(rng.integers(len(kinds)))](rng) for _ in range(2))
    return lambda array: second(first(array))
