"""The figures of a class at one quiz: how hard, how telling and how guessable each question was.

Values in, values out. A figure of fewer than `LEAST` answers is None: so few say nothing, and would
tell one student's marks. Variances are those of a population throughout; alpha and KR-20 come out
wrong if one variance is of a sample and another is not.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from grader.quiz.analysis.flags import Flag, item_flags, quiz_flags
from grader.quiz.analysis.item_figures import LEAST, Chosen, ItemFigures
from grader.quiz.items.item import Item, Rejected
from grader.quiz.items.marks import Standing
from grader.quiz.marking.sheets import Record

_MOST_ANSWERS = 6  # lines of typed answers in a table
_PAIRED = ("matching", "fill")  # each part of an answer is one of its own
_LEFT_OUT = (Standing.WAITING, Standing.DROPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One attempt of one student that was handed in, as its sheet keeps it."""

    student: str
    rows: Sequence[Record]
    number: int = 1
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Minutes from begin to end: quartiles, and how many took far less or more than the median."""

    n: int
    quartiles: tuple[float, float, float] | None
    hasty: int = 0
    slow: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A class at one quiz. `n` counts the attempts that the figures are about."""

    quiz: str
    n: int
    students: int
    attempts: Mapping[int, int]  # number of attempts: students who made so many
    mean: float | None
    deviation: float | None
    alpha: float | None
    kr20: float | None
    times: Times
    items: tuple[ItemFigures, ...]
    flags: tuple[Flag, ...]
    taken: tuple[Taken, ...]  # the attempts behind the figures


def selected(taken: Iterable[Taken], which: str) -> tuple[Taken, ...]:
    """The first or the last attempt of each student, or all."""
    ordered = sorted(taken, key=lambda one: (one.student, one.number))
    if which == "all":
        return tuple(ordered)
    found: dict[str, Taken] = {}
    for one in ordered:
        if which == "last" or one.student not in found:
            found[one.student] = one
    return tuple(found.values())


def analyze(
    quiz: str, taken: Iterable[Taken], items: Mapping[str, Item], *, which: str = "first"
) -> Analysis:
    """All figures; `which` attempts is `first`, `last` or `all`."""
    everything = tuple(taken)
    used = selected(everything, which)
    figures = tuple(_figures(name, used, items.get(name)) for name in _questions(used))
    shares = [s for s in (_share(one.rows) for one in used) if s is not None]
    is_enough = len(shares) >= LEAST
    per_student = Counter(Counter(one.student for one in everything).values())
    times = _times([one.seconds for one in used if one.seconds is not None])
    matrix = _matrix(used) if len(used) >= LEAST else None
    is_binary = matrix is not None and all(value in (0, 1) for row in matrix for value in row)
    flags = [flag for figure in figures for flag in item_flags(figure)]
    return Analysis(
        quiz=quiz,
        n=len(used),
        students=len({one.student for one in used}),
        attempts=dict(sorted(per_student.items())),
        mean=statistics.fmean(shares) if is_enough else None,
        deviation=statistics.stdev(shares) if is_enough else None,
        alpha=alpha(matrix) if matrix else None,
        kr20=kr20(matrix) if matrix and is_binary else None,
        times=times,
        items=figures,
        flags=(*quiz_flags(times.hasty, times.slow, times.n), *flags),
        taken=used,
    )


def correlation(left: Sequence[float], right: Sequence[float]) -> float | None:
    """Pearson's; None where one side does not vary."""
    if len(set(left)) < 2 or len(set(right)) < 2:
        return None
    try:
        return max(-1.0, min(1.0, statistics.correlation(left, right)))
    except statistics.StatisticsError:  # varies by less than a float can square
        return None


def alpha(matrix: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha of one row a student and one column a question."""
    columns = list(zip(*matrix, strict=True))
    total = statistics.pvariance([sum(row) for row in matrix])
    if len(columns) < 2 or not total:
        return None
    within = sum(statistics.pvariance(column) for column in columns)
    return float(len(columns) / (len(columns) - 1) * (1 - within / total))


def kr20(matrix: Sequence[Sequence[float]]) -> float | None:
    """Kuder and Richardson's formula 20, for questions that are right (1) or wrong (0)."""
    columns = list(zip(*matrix, strict=True))
    total = statistics.pvariance([sum(row) for row in matrix])  # as p(1-p) is: of a population
    if len(columns) < 2 or not total:
        return None
    right = [statistics.fmean(column) for column in columns]
    within = sum(p * (1 - p) for p in right)
    return float(len(columns) / (len(columns) - 1) * (1 - within / total))


def is_counted(row: Record) -> bool:
    return row["standing"] not in _LEFT_OUT and row["max_points"] > 0


def share_of(row: Record) -> float:
    return float(Fraction(row["points"]) / row["max_points"])


def _share(rows: Iterable[Record]) -> float | None:
    """The share of all points that count; None where none does."""
    counting = [row for row in rows if is_counted(row)]
    most = sum(row["max_points"] for row in counting)
    points = sum((Fraction(row["points"]) for row in counting), Fraction(0))
    return float(points / most) if most else None


def _questions(taken: Iterable[Taken]) -> list[str]:
    return list(dict.fromkeys(row["question"] for one in taken for row in one.rows))


def _matrix(taken: Sequence[Taken]) -> list[list[float]] | None:
    """The points, one row an attempt; None where not all have the same questions marked."""
    found = [
        {r["question"]: float(Fraction(r["points"])) for r in one.rows if is_counted(r)}
        for one in taken
    ]
    if not found or any(row.keys() != found[0].keys() for row in found):
        return None
    return [[row[name] for name in found[0]] for row in found]


def _times(seconds: Sequence[float]) -> Times:
    if len(seconds) < LEAST:
        return Times(n=len(seconds), quartiles=None)
    low, middle, high = statistics.quantiles([s / 60 for s in seconds], n=4, method="inclusive")
    return Times(
        n=len(seconds),
        quartiles=(low, middle, high),
        hasty=sum(s / 60 < middle / 4 for s in seconds),
        slow=sum(s / 60 > middle * 4 for s in seconds),
    )


def _figures(name: str, taken: Sequence[Taken], item: Item | None) -> ItemFigures:
    asked = [(one, row) for one in taken for row in one.rows if row["question"] == name]
    counted = [(one, row) for one, row in asked if is_counted(row)]
    rests = [_share(r for r in one.rows if r["question"] != name) for one, _ in counted]
    shares = [share_of(row) for _, row in counted]
    rows = [row for _, row in counted]
    pairs = [(s, rest) for s, rest in zip(shares, rests, strict=True) if rest is not None]
    guess = rows[0].get("guess_level") if rows else None
    waiting = sum(row["standing"] == Standing.WAITING for _, row in asked)
    base: dict[str, Any] = {
        "question": name,
        "kind": asked[0][1]["kind"],
        "stem": item.stem if item else "",
        "n": len(rows),
        "left_out": len(asked) - len(rows),
        "waiting": waiting,
        "guess": None if guess is None else float(Fraction(guess)),
    }
    empty = sum(row["standing"] == Standing.UNANSWERED for row in rows)
    if len(rows) < LEAST or (waiting and empty == len(rows)):
        return ItemFigures(**base)  # of those who answered, nobody is marked
    named = Counter(m for row in rows for m in dict.fromkeys(row["misconceptions"]))
    return ItemFigures(
        **base,
        facility=statistics.fmean(shares),
        rest_correlation=_rest_correlation(pairs),
        unanswered=empty / (len(rows) + waiting),
        chosen=_chosen(rows, rests, item),
        misconceptions=tuple(named.most_common()),
    )


def _rest_correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    if len(pairs) < LEAST:
        return None
    return correlation([share for share, _ in pairs], [rest for _, rest in pairs])


def _chosen(
    rows: Sequence[Record], rests: Sequence[float | None], item: Item | None
) -> tuple[Chosen, ...]:
    """How often each option, or each typed answer, was given; free text is left out."""
    if rows[0]["kind"] == "text":
        return ()
    options = {o.id: o for o in getattr(item, "options", ())}
    is_paired = rows[0]["kind"] in _PAIRED
    found: dict[str, list[tuple[Record, float | None]]] = defaultdict(list)
    for name in options:
        found[name] = []
    for row, rest in zip(rows, rests, strict=True):
        for name in _parts(row["response"], is_list_of_options=bool(options) or is_paired):
            found[name].append((row, rest))
    lines = [_line(name, given, options.get(name), len(rows)) for name, given in found.items()]
    if is_paired and item is not None:
        lines = [_pair_line(line, item) for line in lines]
    if options:
        return tuple(lines)
    return tuple(sorted(lines, key=lambda line: -line.count)[:_MOST_ANSWERS])


def _pair_line(line: Chosen, item: Item) -> Chosen:
    """One pair, or one gap, judged by itself and not by the answer that it is a part of."""
    read = item.read([line.answer])
    if isinstance(read, Rejected):
        return line
    mark = item.mark(read)
    named = "".join(mark.misconceptions[:1])
    return replace(line, is_right=mark.points > 0, misconception=named)


def _parts(response: object, *, is_list_of_options: bool) -> list[str]:
    if response is None:
        return []
    if isinstance(response, list | tuple):
        parts = [str(part) for part in response]
        return parts if is_list_of_options else [", ".join(parts)]
    return [str(response)]


def _line(name: str, given: Sequence[tuple[Record, float | None]], option: Any, n: int) -> Chosen:
    rests = [rest for _, rest in given if rest is not None]
    named = Counter(m for row, _ in given for m in row["misconceptions"]).most_common(1)
    is_right = option.correct if option else any(r["standing"] == "right" for r, _ in given)
    typed = named[0][0] if named and not is_right else ""
    return Chosen(
        answer=name,
        text=option.text if option else name,
        is_option=option is not None,
        is_right=is_right,
        misconception=option.misconception if option else typed,
        count=len(given),
        share=len(given) / n,
        rest=statistics.fmean(rests) if rests else None,
    )
