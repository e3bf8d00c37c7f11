"""What a taker earns who knows nothing and ticks by the look of the options.

A habit, such as "the shortest option", is tried on every question of its kind and marked by the
question's own rules. Where it earns more than the best blind guess, the options give the key away.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import sqrt
from statistics import pvariance
from typing import Any

from grader.quiz.items.choice import Choice, Choices, Option, TrueFalse
from grader.quiz.items.item import Item, Response, seen

MARGIN = Fraction(3, 100)  # a cue that earns this much above chance is told
LOOSEST = 0.2  # above this, chance alone moves a share so far that it tells nothing
MOST_NAMED = 5
ABSOLUTE = re.compile(r"\b(?:always|never|only|all|every|none|nobody|nothing|must)\b", re.I)
_LITTLE = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "be",
    "by",
    "for",
    "in",
    "is",
    "it",
    "of",
    "or",
    "the",
    "to",
}

WithOptions = Choice | Choices
Score = Callable[[WithOptions, Option], int]
Ticks = Callable[[Any], list[Response]]  # for a question, sets of ticks that are equally likely


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What one habit earns in the questions of one kind; shares are of their points (0 to 1)."""

    kind: str
    habit: str
    questions: int
    share: Fraction
    chance: Fraction  # of the best blind guess
    accident: float  # two standard deviations of the share, if keys were placed by chance
    carried_by: tuple[str, ...]  # the questions in which it earns most above chance

    @property
    def tells(self) -> bool:
        """Whether it earns so much above chance that a taker would profit from it."""
        return self.share - self.chance > MARGIN

    @property
    def is_loose(self) -> bool:
        """Whether the questions are too few to tell a habit of their author from an accident."""
        return self.accident > LOOSEST


def cues(items: Iterable[Item]) -> tuple[Cue, ...]:
    """Every habit with what it earns; none for a kind that has no question here."""
    asked = tuple(items)
    found: list[Cue] = []
    for kind, habits in (("choice", ONE), ("choices", SEVERAL), ("true_false", STATEMENTS)):
        of_kind = [item for item in asked if item.kind() == kind and item.key()]
        if of_kind:
            found += (_cue(kind, habit, ticks, of_kind) for habit, ticks in habits.items())
    return tuple(found)


def _cue(kind: str, habit: str, ticks: Ticks, items: Sequence[Item]) -> Cue:
    total = sum(item.points for item in items)
    gains: dict[str, Fraction] = {}
    share = chance = variance = Fraction(0)
    for item in items:
        tried = ticks(item)
        earned = _mean(item, tried)
        guess = (item.guess_level() or Fraction(0)) * item.points
        share, chance = share + earned, chance + guess
        variance += _variance(item, tried)
        gains[item.id] = earned - guess
    most = sorted(gains, key=lambda name: -gains[name])[:MOST_NAMED]
    return Cue(
        kind=kind,
        habit=habit,
        questions=len(items),
        share=share / total,
        chance=chance / total,
        accident=2 * sqrt(variance) / total,
        carried_by=tuple(name for name in most if gains[name] > 0),
    )


def _mean(item: Item, tried: Sequence[Response]) -> Fraction:
    return sum((item.mark(ticks).points for ticks in tried), Fraction(0)) / len(tried)


def _variance(item: Item, tried: Sequence[Response]) -> Fraction:
    """Of the points of a habit that says nothing: as many ticks, drawn from all that may be."""
    possible = _answers(item, len(tried[0]))
    if len(possible) < 2:
        return Fraction(0)
    of_one = pvariance([item.mark(ticks).points for ticks in possible])
    # a mean of several equally likely ticks varies less, and one of all of them not at all
    return of_one / len(tried) * Fraction(len(possible) - len(tried), len(possible) - 1)


def _answers(item: Item, number: int) -> list[Response]:
    if isinstance(item, WithOptions):
        return list(combinations([option.id for option in item.options], number))
    return ["true", "false"]


def _foremost(score: Score, number: int = 1) -> Ticks:
    """The options with the highest scores; where some are equal, all ways to take of them."""

    def ticks(item: WithOptions) -> list[Response]:
        scores = {option.id: score(item, option) for option in item.options}
        wanted = min(number, len(scores))
        least = sorted(scores.values(), reverse=True)[wanted - 1]
        sure = [name for name in scores if scores[name] > least]
        equal = [name for name in scores if scores[name] == least]
        return [(*sure, *rest) for rest in combinations(equal, wanted - len(sure))]

    return ticks


def _all_but(score: Score) -> Ticks:
    """One of the options whose score is not the highest; of all, where the scores are equal."""

    def differs(item: WithOptions, option: Option) -> int:
        return -(score(item, option) == max(score(item, other) for other in item.options))

    return _foremost(differs)


def _everything(item: WithOptions) -> list[Response]:
    return [tuple(option.id for option in item.options)]


def _with_the_mark(has: bool) -> Ticks:
    """All options that have an absolute word, or that have none; all where that leaves none."""

    def ticks(item: WithOptions) -> list[Response]:
        chosen = tuple(o.id for o in item.options if bool(ABSOLUTE.search(o.text)) == has)
        return [chosen] if chosen else _everything(item)

    return ticks


def _length(item: WithOptions, option: Option) -> int:
    return len(seen(option.text))


def _number_of_words(item: WithOptions, option: Option) -> int:
    return len(seen(option.text).split())


def _fewness_of_words(item: WithOptions, option: Option) -> int:
    return -_number_of_words(item, option)


def _middling(item: WithOptions, option: Option) -> int:
    """Whether it is neither of the shortest length nor of the longest."""
    lengths = [_length(item, other) for other in item.options]
    return _length(item, option) not in (min(lengths), max(lengths))


def _brevity(item: WithOptions, option: Option) -> int:
    return -_length(item, option)


def _first(item: WithOptions, option: Option) -> int:
    """As a taker sees it: a shuffled order has no first option of its own."""
    return -item.options.index(option) if item.keep_order else 0


def _last(item: WithOptions, option: Option) -> int:
    return -_first(item, option)


def _words_of_stem(item: WithOptions, option: Option) -> int:
    return len(set(_words(option.text)) & set(_words(item.stem)))


def _words_of_others(item: WithOptions, option: Option) -> int:
    """How often words of the option stand in the others."""
    mine = set(_words(option.text))
    return sum(len(mine & set(_words(other.text))) for other in item.options if other != option)


def _absolute(item: WithOptions, option: Option) -> int:
    return bool(ABSOLUTE.search(option.text))


def _not_absolute(item: WithOptions, option: Option) -> int:
    return not _absolute(item, option)


def _words(text: str) -> Iterator[str]:
    return (word for word in re.findall(r"\w+", text.lower()) if word not in _LITTLE)


def _doubting(item: TrueFalse) -> list[Response]:
    return ["false" if ABSOLUTE.search(item.stem) else "true"]


ONE: dict[str, Ticks] = {
    "the shortest option": _foremost(_brevity),
    "the longest option": _foremost(_length),
    "any but the shortest": _all_but(_brevity),
    "any but the longest": _all_but(_length),
    "one of middle length": _foremost(_middling),
    "the option of fewest words": _foremost(_fewness_of_words),
    "the option of most words": _foremost(_number_of_words),
    "the first option": _foremost(_first),
    "the last option": _foremost(_last),
    "the option with most words of the stem": _foremost(_words_of_stem),
    "the option with most words of the others": _foremost(_words_of_others),
    "an option with an absolute word": _foremost(_absolute),
    "an option without an absolute word": _foremost(_not_absolute),
}
SEVERAL: dict[str, Ticks] = {
    "the shortest option": _foremost(_brevity),
    "the longest option": _foremost(_length),
    "the two shortest": _foremost(_brevity, 2),
    "the two longest": _foremost(_length, 2),
    "the three shortest": _foremost(_brevity, 3),
    "the three longest": _foremost(_length, 3),
    "the first two": _foremost(_first, 2),
    "the last two": _foremost(_last, 2),
    "the two with most words of the stem": _foremost(_words_of_stem, 2),
    "the two with most words of the others": _foremost(_words_of_others, 2),
    "all with an absolute word": _with_the_mark(True),
    "all without an absolute word": _with_the_mark(False),
    "all options": _everything,
}
STATEMENTS: dict[str, Ticks] = {
    "true": lambda item: ["true"],
    "false": lambda item: ["false"],
    "false where an absolute word stands": _doubting,
}
