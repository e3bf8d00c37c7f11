"""What an error looks like where it has no name: which places are wrong, and in which way.

A pattern holds in every wrong answer, with a margin well above rounding; else nothing is said.
Its sentence says nothing of the values that a hidden call got or should have given.
"""

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np

from grader.diagnosis.axes import Result, inner_places, outer_places, place_of
from grader.diagnosis.diagonal import above_diagonal, below_diagonal
from grader.diagnosis.seen_calls import SeenCall
from grader.diagnosis.versions import Versions
from grader.diagnosis.wrong_answers import WrongAnswer, agree, wrong_answers
from grader.subject.subject import Subject
from grader.subject.values import Floats

_HALF = 1e-2  # float16 has ten bits, and sums lose a few of them
_BFLOAT = 3e-2  # bfloat16 has seven
_NOT_ONE = 1e-3  # a sum or a factor that is farther from 1 is not 1
_ENOUGH = 4  # one factor or amount explains a single number always: it must explain several
_SHAPES = 4  # of more axes the orders are too many to try

Answers = Sequence[WrongAnswer]
Pattern = Callable[[Result, Answers], str]


def pattern(versions: Versions, stage: str, calls: Sequence[SeenCall]) -> str:
    """The first pattern that all wrong answers of a stage show; empty if there is none."""
    answers = wrong_answers(versions, stage, calls)
    result = result_of(versions.subject, stage)
    wrong = [call for call in calls if call.came is not None and call.wrongness > 1]
    if answers and all(call.is_half for call in wrong):
        return _half(answers)
    return pattern_of(result, answers)


def pattern_of(result: Result, answers: Answers) -> str:
    """The first pattern of these answers."""
    if not answers:
        return ""
    if not all(answer.has_right_shape for answer in answers):
        return _shape(answers)
    if all(answer.right.ndim == 0 for answer in answers):
        return _number(answers)
    return next((said for find in _PATTERNS if (said := find(result, answers))), "")


def result_of(subject: Subject, stage: str) -> Result:
    """What is known of what a stage returns."""
    return Result(axes=subject.axes.get(stage, ()), is_causal=stage in subject.causal)


def _half(answers: Answers) -> str:
    if all(a.has_right_shape and _within(a, _HALF) for a in answers):
        return "The result is right as far as float16 goes."
    return ""


def _within(answer: WrongAnswer, of_largest: float) -> bool:
    largest = float(np.max(np.abs(answer.right), initial=0.0, where=np.isfinite(answer.right)))
    return bool(agree(answer.came, answer.right, of_largest * largest).all())


def _shape(answers: Answers) -> str:
    if all(a.came.ndim == a.right.ndim == 1 for a in answers):
        return _length(answers)
    if all(_is_turned(a) for a in answers):
        return "The axes of the result stand in another order."
    if any(a.has_right_shape or a.came.size != a.right.size for a in answers):
        return ""
    if all(agree(a.came.ravel(), a.right.ravel(), a.floor).all() for a in answers):
        return "The result has the right entries in the right order, in another shape."
    return "The result has the right number of entries, in another shape."


def _is_turned(answer: WrongAnswer) -> bool:
    right = answer.right
    if right.ndim > _SHAPES or answer.came.ndim != right.ndim:
        return False
    return any(answer.equals(right.transpose(order)) for order in permutations(range(right.ndim)))


def _length(answers: Answers) -> str:
    pairs = [(a.came, a.right) for a in answers]
    if all(len(c) == 0 for c, _ in pairs):
        return "The result is empty."
    if all(len(c) < len(r) and np.array_equal(r[: len(c)], c) for c, r in pairs):
        return "The result is right as far as it goes, but it ends too early."
    if all(len(c) < len(r) and np.array_equal(r[len(r) - len(c) :], c) for c, r in pairs):
        return "The result ends as it should, but its first entries are missing."
    if all(len(c) > len(r) and np.array_equal(c[: len(r)], r) for c, r in pairs):
        return "The result begins as it should, and then goes on too long."
    if all(len(c) > len(r) and np.array_equal(c[len(c) - len(r) :], r) for c, r in pairs):
        return "The result ends as it should, but it has more entries before."
    return ""


def _number(answers: Answers) -> str:
    """A result without axes: one number a call. Token ids have no factors."""
    if _all_finite(answers) is False:
        return "The result is NaN or infinite." if _none_finite(answers) else ""
    came, right = (np.array([getattr(a, n) for a in answers]) for n in ("came", "right"))
    if len(set(right.tolist())) < _ENOUGH or (right == np.round(right)).all():
        return ""
    if all(a.equals(-a.right) for a in answers):
        return "The number has the wrong sign, and is right otherwise."
    factor = came[np.argmax(np.abs(right))] / right[np.argmax(np.abs(right))]
    if all(a.equals(factor * a.right, scale=factor) for a in answers) and _is_factor(factor):
        return f"The number is wrong by the same factor in every call{_about(answers, factor)}."
    offset = float(came[0] - right[0])
    if all(a.equals(a.right + offset) for a in answers):
        return f"The number is wrong by the same amount in every call{_more(answers, offset)}."
    return ""


def _all_finite(answers: Answers) -> bool:
    return all(np.isfinite(a.came[np.isfinite(a.right)]).all() for a in answers)


def _none_finite(answers: Answers) -> bool:
    return not any(np.isfinite(a.came).any() for a in answers)


def _about(answers: Answers, number: float) -> str:
    """The number in words, if it was seen in a visible call."""
    return "" if all(a.hidden for a in answers) else f", about {number:.4g}"


def _more(answers: Answers, amount: float) -> str:
    return "" if all(a.hidden for a in answers) else f", about {amount:+.4g}"


def _is_factor(factor: float) -> bool:
    return abs(factor - 1) > _NOT_ONE and abs(factor) > _NOT_ONE


def _not_finite(result: Result, answers: Answers) -> str:
    """NaN where numbers are expected."""
    bad = [~np.isfinite(a.came) & np.isfinite(a.right) for a in answers]
    if not any(b.any() for b in bad):
        return ""
    if not all(b.any() for b in bad):
        return "In some of the wrong results entries are NaN or infinite."
    where = place_of(result, bad, [~b for b in bad])
    return f"Entries are NaN or infinite{': ' + where if where else ''}."


def _precision(result: Result, answers: Answers) -> str:
    """Numbers of a type with few digits, turned into another one."""
    if sum(len(np.unique(a.came)) for a in answers) < 2 * _ENOUGH:
        return ""
    if all(_is_bfloat(a.came) and _within(a, _BFLOAT) for a in answers):
        name = "bfloat16"
    elif all(_is_half(a.came) and _within(a, _HALF) for a in answers):
        name = "float16"
    else:
        return ""
    return f"The entries have no more digits than {name} has, and are right as far as those go."


def _is_bfloat(array: Floats) -> bool:
    single = array.astype(np.float32)
    low = single.view(np.uint32) & 0xFFFF  # bfloat16 is the upper half of float32
    return bool((single == array).all() and not low.any())


def _is_half(array: Floats) -> bool:
    with np.errstate(over="ignore"):
        return bool((array.astype(np.float16) == array).all())


def _factor(result: Result, answers: Answers) -> str:
    """One factor for all entries of all calls."""
    factors = [_factor_of(a) for a in answers]
    if any(f is None for f in factors):
        return ""
    known = [f for f in factors if f is not None]
    entries = [int((np.abs(a.right) >= a.clear).sum()) for a in answers]
    same = known[0]
    if all(a.equals(same * a.right, scale=same) for a in answers):
        if sum(entries) < _ENOUGH:
            return ""
        if all(a.equals(-a.right) for a in answers):
            return "The result has the wrong sign everywhere, and is right otherwise."
        if not _is_factor(same):
            return ""
        return f"Every entry is wrong by the same factor{_about(answers, same)}."
    if min(entries) < _ENOUGH or not all(map(_is_factor, known)):
        return ""
    return "In each call, every entry is wrong by one factor, which differs between calls."


def _factor_of(answer: WrongAnswer) -> float | None:
    """The factor of one call; None if there is no such one."""
    finite = np.where(np.isfinite(answer.right), np.abs(answer.right), 0)
    at = np.unravel_index(int(np.argmax(finite)), finite.shape)
    if finite[at] == 0 or not np.isfinite(answer.right).all():
        return None
    factor = float(answer.came[at] / answer.right[at])
    return factor if answer.equals(factor * answer.right, scale=factor) else None


def _offset(result: Result, answers: Answers) -> str:
    offsets = [float((a.came - a.right).flat[0]) for a in answers]
    if min(a.came.size for a in answers) < _ENOUGH:
        return ""
    if not all(a.equals(a.right + o) for a, o in zip(answers, offsets, strict=True)):
        return ""
    if all(a.equals(a.right + offsets[0]) for a in answers):
        return f"Every entry is wrong by the same amount{_more(answers, offsets[0])}."
    return "In each call, every entry is wrong by one amount, which differs between calls."


def _moved(result: Result, answers: Answers) -> str:
    """The right entries, moved along one axis."""
    axes = min(a.right.ndim for a in answers)
    for axis in range(-1, -axes - 1, -1):
        name = result.axis_name(axis)
        if not name:
            break
        if all(a.equals(np.flip(a.right, axis)) for a in answers):
            return f"The {name} axis runs in reverse."
        if _each_shifted(answers, axis, came=slice(1, None), right=slice(None, -1)):
            return f"The right entries stand one {name} too late."
        if _each_shifted(answers, axis, came=slice(None, -1), right=slice(1, None)):
            return f"The right entries stand one {name} too early."
    return ""


def _each_shifted(answers: Answers, axis: int, *, came: slice, right: slice) -> bool:
    """All but the entries at one end are there; what was moved in there may be anything.

    The entries that are compared must be wrong where they stand, else nothing has moved.
    """
    for a in answers:
        if a.right.shape[axis] < 3:
            return False
        there, stay = _cut(a.came, axis, came), _cut(a.right, axis, came)
        if not agree(there, _cut(a.right, axis, right), a.floor).all():
            return False
        if agree(there, stay, a.clear).all():
            return False
    return True


def _cut(array: Floats, axis: int, part: slice) -> Floats:
    index = [slice(None)] * array.ndim
    index[axis] = part
    return array[tuple(index)]


def _exchanged(result: Result, answers: Answers) -> str:
    """The right entries in other rows or with other axes."""
    axes = min(a.right.ndim for a in answers)
    for first, second in ((-1, -2), (-2, -3), (-1, -3)):
        if (
            -second <= axes
            and result.axis_name(second)
            and all(_is_swapped(a, first, second) for a in answers)
        ):
            names = result.axis_name(second), result.axis_name(first)
            return f"The {names[0]} axis and the {names[1]} axis are exchanged."
    if axes >= 2 and result.axis_name(-2) and all(_has_other_rows(a) for a in answers):
        return f"Whole rows are right, but they stand at another {result.axis_name(-2)}."
    return ""


def _is_swapped(answer: WrongAnswer, first: int, second: int) -> bool:
    """Exchanged, or laid out in memory as if they were."""
    swapped = np.swapaxes(answer.right, first, second)
    return answer.equals(swapped.reshape(answer.right.shape))


def _has_other_rows(answer: WrongAnswer) -> bool:
    """Each matrix has its own rows, in another order."""

    def in_order(array: Floats) -> Floats:
        order = np.argsort(array[..., 0], axis=-1)
        return np.take_along_axis(array, order[..., None], axis=-2)

    return bool(agree(in_order(answer.came), in_order(answer.right), answer.floor).all())


def _sums(result: Result, answers: Answers) -> str:
    """Probabilities that do not sum to one."""
    if not all((np.abs(a.right.sum(-1) - 1) <= _NOT_ONE / 100).all() for a in answers):
        return ""
    off = [np.abs(a.came.sum(-1) - 1) for a in answers]
    is_off, is_one = [o >= _NOT_ONE for o in off], [o <= _NOT_ONE / 100 for o in off]
    if not all(o.any() for o in is_off):
        return ""
    for axis in (-2, -3):
        if result.axis_name(axis) and all(_sums_over(a, axis) for a in answers):
            return f"The entries sum to one over the {result.axis_name(axis)} axis, not the last."
    if all(o.all() for o in is_off):
        return "No row sums to one."
    where = place_of(result, is_off, is_one, dropped=1, whole=True)
    if where:
        return f"Rows do not sum to one: {where.replace('the entries of', 'those of')}."
    return "Some rows do not sum to one."


def _sums_over(answer: WrongAnswer, axis: int) -> bool:
    if -axis > answer.came.ndim or answer.came.shape[axis] < 2:
        return False
    return bool((np.abs(answer.came.sum(axis) - 1) <= _NOT_ONE / 100).all())


_PATTERNS: tuple[Pattern, ...] = (
    _not_finite,
    _precision,
    _factor,
    _offset,
    _moved,
    _exchanged,
    above_diagonal,
    _sums,
    outer_places,
    below_diagonal,
    inner_places,
)
