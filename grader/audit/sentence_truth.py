"""Is a sentence about errors true? Asked of the exact values, and not of what a student returned.

The diagnosis sees answers with rounding and must guess at what is behind them. Here that is
known: a sentence is read again and held against the wrong values before they were rounded.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from grader.subject.values import Floats

_EQUAL = 5e-6  # of the largest right value; float32 rounding of one stage stays below
_OF_FLOAT64 = 1e-12  # a mean of equal numbers is not quite one of them, also where 0 is right
_WRONG = 2e-5  # what checks accept
_OUTER = ("sequence", "head")


@dataclass(frozen=True, slots=True)
class ExactAnswer:
    """What a wrong version computes in one call, and what is right."""

    wrong: Floats
    right: Floats

    @property
    def largest(self) -> float:
        return float(np.max(np.abs(self.right), initial=0.0, where=np.isfinite(self.right)))

    def error(self) -> Floats:
        """Of each entry, as a part of the largest; 0 where both are the same infinity or NaN."""
        if self.wrong.shape != self.right.shape:
            return np.array(np.inf)
        same = (self.wrong == self.right) | (np.isnan(self.wrong) & np.isnan(self.right))
        with np.errstate(invalid="ignore"):
            error = np.abs(self.wrong - self.right) / max(self.largest, 1e-300)
        return np.where(same, 0.0, np.where(np.isfinite(error), error, np.inf))

    def equals(self, other: Floats, scale: float = 1.0) -> bool:
        return bool(
            self.wrong.shape == other.shape
            and np.allclose(
                self.wrong,
                other,
                rtol=_OF_FLOAT64,
                atol=_EQUAL * self.largest * max(1.0, abs(scale)),
            )
        )


Mask = NDArray[np.bool_]
Answers = Sequence[ExactAnswer]
Axes = Sequence[str]
Judge = Callable[[re.Match[str], Axes, Answers], bool]


def is_true(sentence: str, axes: Axes, answers: Answers) -> bool:
    """Whether a sentence holds of all wrong answers.

    Args:
        axes: names, from the last axis on.
        answers: of the calls whose answers are wrong.
    """
    has_shape = all(a.wrong.shape == a.right.shape for a in answers)
    for words, judge in _JUDGES if has_shape else _OF_OTHER_SHAPES:
        if match := re.fullmatch(words, sentence):
            return bool(answers) and judge(match, axes, answers)
    return False


def _axis(name: str, axes: Axes) -> int:
    names = list(axes) or ["column", "row"]
    return -names.index(name) - 1


def _every(test: Callable[[ExactAnswer], bool]) -> Judge:
    return lambda match, axes, answers: all(map(test, answers))


def _of_lists(test: Callable[[list[float], list[float]], bool]) -> Judge:
    return _every(lambda a: test(a.wrong.tolist(), a.right.tolist()))


def _same_factor(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    factors = [_factor_of(a) for a in answers]
    said = float(match["number"]) if match["number"] else factors[0]
    is_said = all(abs(f - said) <= 1e-3 * abs(f) and abs(f - 1) > 5e-4 for f in factors)
    return is_said and _factor_each(match, axes, answers)


def _factor_each(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    factors = [_factor_of(a) for a in answers]
    return all(a.equals(f * a.right, f) for a, f in zip(answers, factors, strict=True))


def _factor_of(answer: ExactAnswer) -> float:
    """The factor that fits best; NaN where a number is missing, or all are zero."""
    if not np.isfinite(answer.wrong).all() or not np.isfinite(answer.right).all():
        return math.nan
    squares = float((answer.right**2).sum())
    return float((answer.wrong * answer.right).sum()) / squares if squares else math.nan


def _same_amount(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    amounts = [float((a.wrong - a.right).mean()) for a in answers]
    said = float(match["number"]) if match["number"] else amounts[0]
    return all(
        abs(amount - said) <= 1e-3 * abs(amount) + _EQUAL * a.largest and a.equals(a.right + amount)
        for a, amount in zip(answers, amounts, strict=True)
    )


def _amount_each(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    return all(a.equals(a.right + (a.wrong - a.right).mean()) for a in answers)


def _not_finite(answer: ExactAnswer) -> Mask:
    return ~np.isfinite(answer.wrong) & np.isfinite(answer.right)


def _some_not_finite(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    return any(_not_finite(a).any() for a in answers)


def _not_finite_at(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    masks = [_not_finite(a) for a in answers]
    if not all(mask.any() for mask in masks):
        return False
    return match["place"] is None or _lies(match["place"], axes, masks, [~m for m in masks])


def _reversed(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    axis = _axis(match["axis"], axes)
    return all(a.equals(np.flip(a.right, axis)) for a in answers)


def _shifted(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    axis, late = _axis(match["axis"], axes), match["way"] == "late"
    for a in answers:
        wrong, right = (np.moveaxis(x, axis, 0) for x in (a.wrong, a.right))
        moved = (wrong[1:], right[:-1]) if late else (wrong[:-1], right[1:])
        if not ExactAnswer(*moved).equals(moved[1]):
            return False
    return True


def _exchanged(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    one, other = _axis(match["one"], axes), _axis(match["other"], axes)
    return all(a.equals(np.swapaxes(a.right, one, other).reshape(a.right.shape)) for a in answers)


def _other_rows(answer: ExactAnswer) -> bool:
    width = answer.right.shape[-1]
    for wrong, right in zip(
        answer.wrong.reshape(-1, answer.right.shape[-2], width),
        answer.right.reshape(-1, answer.right.shape[-2], width),
        strict=True,
    ):
        left = list(right)
        for row in wrong:
            near = [np.abs(row - r).max() <= 2 * _EQUAL * answer.largest for r in left]
            if True not in near:
                return False
            left.pop(near.index(True))
    return True


def _sum_is_off(answer: ExactAnswer) -> Mask:
    off: Mask = np.abs(answer.wrong.sum(-1) - 1) > 1e-4
    return off


def _rows_off(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    masks = [_sum_is_off(a) for a in answers]
    place = match["place"].replace("those of", "the entries of")
    return _lies(place, axes[1:], masks, [~m for m in masks])


def _sums_over(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    axis = _axis(match["axis"], axes)
    return all(
        np.abs(a.wrong.sum(axis) - 1).max() <= 1e-4 and _sum_is_off(a).any() for a in answers
    )


def _above(answer: ExactAnswer) -> Mask:
    above: Mask = np.triu(np.ones(answer.right.shape[-2:], dtype=bool), 1)
    return above


def _only_above(answer: ExactAnswer) -> bool:
    error = answer.error()
    per_head = np.where(_above(answer), error, 0).max(axis=(-1, -2))
    return bool(np.where(_above(answer), 0, error).max() <= _EQUAL and (per_head > _WRONG).all())


def _only_below(answer: ExactAnswer) -> bool:
    error = answer.error()
    by_query = np.where(_above(answer), 0, error).max(axis=-1)
    right = np.where(_above(answer), error, 0).max() <= _EQUAL and by_query[..., 0].max() <= _EQUAL
    return bool(right and (by_query[..., 1:] > _WRONG).all())


def _placed(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    wrong = [a.error() > _WRONG for a in answers]
    right = [a.error() <= _EQUAL for a in answers]
    return _lies(match["place"], axes, wrong, right)


_PLACE = re.compile(
    r"the entries (?:of (?:the (?P<end>first|last) (?P<a>.+) alone|every (?P<b>.+) but the "
    r"(?P<but>first|last)|some (?P<c>.+) alone)|from (?P<d>.+) (?P<k>\d+) on)"
)
_SINGULAR = {"queries": "query", "entries": "entry", "vocabulary entries": "vocabulary entry"}


def _lies(place: str, axes: Axes, wrong: Sequence[Mask], right: Sequence[Mask]) -> bool:
    """Whether something is wrong at each index that is spoken of, and nothing elsewhere."""
    match = _PLACE.fullmatch(place)
    if match is None:
        return False
    plural = match["c"]
    name = match["a"] or match["b"] or match["d"] or _SINGULAR.get(plural, plural[:-1])
    axis = _axis(name, axes)
    for bad, good in zip(wrong, right, strict=True):
        is_wrong = np.array([x.any() for x in np.moveaxis(bad, axis, 0)])
        is_right = np.array([x.all() for x in np.moveaxis(good, axis, 0)])
        if (is_wrong == is_right).any() or not np.array_equal(is_wrong, _meant(match, is_wrong)):
            return False
    return name in _OUTER or not _outer_carries(axes, right)


def _meant(match: re.Match[str], is_wrong: Mask) -> Mask:
    """The indices that a place speaks of."""
    meant = np.zeros(len(is_wrong), dtype=bool)
    if match["d"]:
        meant[int(match["k"]) :] = True
    elif end := match["end"] or match["but"]:
        meant[0 if end == "first" else -1] = True
    else:
        meant = is_wrong if is_wrong.any() and not is_wrong.all() else ~is_wrong
    return ~meant if match["but"] else meant


def _outer_carries(axes: Axes, right: Sequence[Mask]) -> bool:
    """Whether some head or sequence is right in each call: then that axis is to be named."""
    for name in _OUTER:
        if name in axes and (axis := _axis(name, axes)) >= -min(mask.ndim for mask in right):
            others = [tuple(i for i in range(m.ndim) if i != axis % m.ndim) for m in right]
            if all(m.all(axis=o).any() for m, o in zip(right, others, strict=True)):
                return True
    return False


def _turned(answer: ExactAnswer) -> bool:
    orders = permutations(range(answer.right.ndim))
    return any(answer.equals(answer.right.transpose(order)) for order in orders)


def _few_digits(match: re.Match[str], axes: Axes, answers: Answers) -> bool:
    return all(a.error().max(initial=0) <= 3e-2 for a in answers)


_NUMBER = r"(?:, about (?P<number>[-+.e\d]+))?\."
_JUDGES: tuple[tuple[str, Judge], ...] = (
    (r"Entries are NaN or infinite(?:: (?P<place>.+))?\.", _not_finite_at),
    (r"In some of the wrong results entries are NaN or infinite\.", _some_not_finite),
    (r"The result is NaN or infinite\.", _every(lambda a: bool(_not_finite(a).all()))),
    (r"The entries have no more digits than .+", _few_digits),
    (r"The result is right as far as float16 goes\.", _few_digits),
    (r"(?:Every entry|The number) is wrong by the same factor.*?" + _NUMBER, _same_factor),
    (r"In each call, every entry is wrong by one factor, .+", _factor_each),
    (r"The (?:result|number) has the wrong sign.+", _every(lambda a: a.equals(-a.right))),
    (r"(?:Every entry|The number) is wrong by the same amount.*?" + _NUMBER, _same_amount),
    (r"In each call, every entry is wrong by one amount, .+", _amount_each),
    (r"The (?P<axis>.+) axis runs in reverse\.", _reversed),
    (r"The right entries stand one (?P<axis>.+) too (?P<way>late|early)\.", _shifted),
    (r"The (?P<one>.+) axis and the (?P<other>.+) axis are exchanged\.", _exchanged),
    (r"Whole rows are right, but they stand at another .+", _every(_other_rows)),
    (r"Some rows do not sum to one\.", _every(lambda a: bool(_sum_is_off(a).any()))),
    (r"No row sums to one\.", _every(lambda a: bool(_sum_is_off(a).all()))),
    (r"Rows do not sum to one: (?P<place>.+)\.", _rows_off),
    (r"The entries sum to one over the (?P<axis>.+) axis, not the last\.", _sums_over),
    (r"Wrong are entries above the diagonal alone, .+", _every(_only_above)),
    (r"The causal mask is right; .+", _every(_only_below)),
    (r"Wrong are (?P<place>.+); everything else is right\.", _placed),
)
_OF_OTHER_SHAPES: tuple[tuple[str, Judge], ...] = (
    (r"The axes of the result stand in another order\.", _every(_turned)),
    (
        r"The result has the right entries in the right order, in another shape\.",
        _every(lambda a: ExactAnswer(a.wrong.ravel(), a.right.ravel()).equals(a.right.ravel())),
    ),
    (
        r"The result has the right number of entries, in another shape\.",
        _every(lambda a: a.wrong.size == a.right.size and a.wrong.shape != a.right.shape),
    ),
    (r"The result is empty\.", _every(lambda a: a.wrong.size == 0)),
    (r".+ as far as it goes, but it ends too early\.", _of_lists(lambda w, r: w == r[: len(w)])),
    (
        r"The result ends as it should, but its first entries are missing\.",
        _of_lists(lambda w, r: len(w) < len(r) and w == r[len(r) - len(w) :]),
    ),
    (r".+, and then goes on too long\.", _of_lists(lambda w, r: w[: len(r)] == r)),
    (
        r"The result ends as it should, but it has more entries before\.",
        _of_lists(lambda w, r: len(w) > len(r) and w[len(w) - len(r) :] == r),
    ),
)
