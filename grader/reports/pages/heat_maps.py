"""A wrong array as pictures: what came, what is right, and the difference, each a table.

Numbers stand in the cells, so colour only helps. What is exactly zero is a dot: a masked weight
is not a small one.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.evidence import ArrayWindow, Shown

_LEVELS = 9
_MOST_DECIMALS = 6
_LARGE = 1e5  # from here on with an exponent
_MINUS = "\N{MINUS SIGN}"
Numbers = Sequence[Sequence[Shown]]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A number as it is written, and the name of its colour in the style."""

    text: str
    colour: str
    is_worst: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """A table of numbers with heads for rows and columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayPicture:
    """The maps of one array, and in words where in it they lie."""

    maps: tuple[HeatMap, ...]
    place: str
    legend: str


def array_picture(window: ArrayWindow) -> ArrayPicture | None:
    """The pictures of a wrong array; none of a single number, which the sentence says."""
    if math.prod(window.shape) == 1:
        return None
    decimals, finer = _decimals(window)
    most = _largest([*window.got, *window.expected])
    signed = any(v < 0 for v in _numbers([*window.got, *window.expected]))

    def value(number: float) -> tuple[str, str]:
        hue = ("less" if number < 0 else "more") if signed else "heat"
        return written(number, decimals), _colour(hue, number, most)

    maps = [_map("Came", window, window.got, value)]
    if window.expected:
        differences = [
            [_minus(a, b) for a, b in zip(got, right, strict=True)]
            for got, right in zip(window.got, window.expected, strict=True)
        ]
        far = max(_largest(differences), 5 * 10**-finer)  # what is rounding has no colour

        def difference(number: float) -> tuple[str, str]:
            text = written(number, finer)
            sign = "+" if number > 0 and text.strip("0.") else ""
            hue = "less" if number < 0 else "more"
            return f"{sign}{text}", _colour(hue, number, far)

        maps.append(_map("Expected", window, window.expected, value))
        maps.append(_map("Difference: came minus expected", window, differences, difference))
    return ArrayPicture(maps=tuple(maps), place=_place(window), legend=_legend(window))


def written(number: float, decimals: int) -> str:
    """A number in few characters, without a zero before the point; a minus is no hyphen."""
    text = f"{number:.1e}" if abs(number) >= _LARGE else f"{number:.{decimals}f}"
    digits = text.lstrip("-")
    if digits.startswith("0.") and digits != "0.":
        digits = digits[1:]
    return f"{_MINUS}{digits}" if text.startswith("-") and digits.strip("0.") else digits


def _map(
    title: str, window: ArrayWindow, numbers: Numbers, shown: Callable[[float], tuple[str, str]]
) -> HeatMap:
    first = (0, *window.first)[-2:]
    row, column = (0, *window.worst)[-2:]
    letters = [_letter(axis) for axis in ("", *window.axes)[-2:]] if window.axes else ["", ""]
    is_vector = len(window.shape) == 1
    rows = tuple(
        (
            "" if is_vector else f"{letters[0]}{first[0] + i}",
            tuple(
                _cell(number, shown, (first[0] + i, first[1] + j) == (row, column))
                for j, number in enumerate(line)
            ),
        )
        for i, line in enumerate(numbers)
    )
    heads = tuple(f"{letters[1]}{first[1] + j}" for j in range(len(numbers[0])))
    return HeatMap(title=title, columns=heads, rows=rows)


def _cell(number: Shown, shown: Callable[[float], tuple[str, str]], is_worst: bool) -> HeatCell:
    if isinstance(number, str):
        return HeatCell(number, "odd", is_worst)
    if number == 0:
        return HeatCell("·", "zero", is_worst)
    return HeatCell(*shown(number), is_worst)


def _numbers(rows: Numbers) -> list[float]:
    return [value for row in rows for value in row if not isinstance(value, str)]


def _minus(a: Shown, b: Shown) -> Shown:
    return "NaN" if isinstance(a, str) or isinstance(b, str) else a - b


def _largest(rows: Numbers) -> float:
    return max(map(abs, _numbers(rows)), default=0.0)


def _colour(hue: str, number: float, most: float) -> str:
    level = round(_LEVELS * abs(number) / most) if most else 0
    return f"{hue}-{level}"


def _decimals(window: ArrayWindow) -> tuple[int, int]:
    """Those of values, and of differences: as many as show the worst entry's error."""
    row, column = (a - b for a, b in zip(_last(window.worst), _last(window.first), strict=True))
    error = _minus(window.got[row][column], window.expected[row][column]) if window.expected else 1
    size = _largest(window.got)
    least = 2 if size < 10 else 1 if size < 100 else 0
    if isinstance(error, str) or not error:
        return least, least
    first = -math.floor(math.log10(abs(error)))  # the place of the error's first digit
    return min(_MOST_DECIMALS, max(least, first)), min(_MOST_DECIMALS, max(least, first + 1))


def _last(index: Sequence[int]) -> tuple[int, int]:
    row, column = (0, *index)[-2:]
    return row, column


def _letter(axis: str) -> str:
    return axis[:1].lower()


def _names(window: ArrayWindow) -> Sequence[str]:
    return window.axes or [f"axis {n}" for n in range(len(window.shape))]


def _place(window: ArrayWindow) -> str:
    """Where in the array the maps lie: `batch 0, head 1`; empty if they are all of it."""
    names, lead = _names(window), len(window.shape) - 2
    parts = [f"{names[axis]} {window.first[axis]}" for axis in range(max(0, lead))]
    for axis in range(max(0, lead), len(window.shape)):
        shown = len(window.got[0]) if axis == len(window.shape) - 1 else len(window.got)
        begin, size = window.first[axis], window.shape[axis]
        if shown < size:
            parts.append(f"{names[axis]} {begin} to {begin + shown - 1} of {size}")
    return ", ".join(parts)


def _legend(window: ArrayWindow) -> str:
    names = [*_names(window)]
    rows = f"Down: {names[-2]}; across: {names[-1]}. " if len(names) > 1 else ""
    zero = any(v == 0 for row in [*window.got, *window.expected] for v in row)
    dot = " A dot is exactly zero." if zero else ""
    return f"{rows}The worst entry is framed.{dot}"
