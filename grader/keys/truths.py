"""Keys that a claim decides: the claim is run on its seeds, and compared with what is marked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grader.errors import did_you_mean
from grader.keys.registry import Claim, Truths
from grader.quiz.items.choice import Choice, Choices, TrueFalse
from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Item, Rejected
from grader.quiz.items.marks import Standing
from grader.quiz.items.matching import Matching
from grader.quiz.items.numeric import Numeric
from grader.quiz.items.pairs import as_pair
from grader.quiz.items.verify_keys import AblationRun, PredicateRun, first_last

ANSWER = "answer"  # the name of the right number among those that a claim computes
ALMOST = 1e-6  # what the arithmetic of a claim may lose, as a share of its number
STATEMENT = "the statement"  # the only option of a statement that is true or false


class Broken(Exception):
    """A claim could not be run, or returned something else than it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedOption:
    """One statement whose truth a claim computes."""

    id: str
    is_right: bool
    says_may: bool = False  # it says what can happen, not what always does


def claimed(name: str, known: Mapping[str, Claim]) -> Claim:
    """The claim of this name.

    Raises:
        Broken: there is none.
    """
    if name not in known:
        raise Broken(f"there is no claim {name!r}. {did_you_mean(name, known)}")
    return known[name]


def numeric_problems(
    item: Numeric, claim: Claim, run_with: Mapping[str, Any] | None = None
) -> tuple[list[str], float | None]:
    """What speaks against a number and its traps, and the computed one.

    Args:
        run_with: the parameters of the claim; None for its usual ones.

    Raises:
        Broken: the claim failed, gave no number, or one that the question does not take.
    """
    given = run(claim, 0, run_with or {})
    figures: Mapping[str, object] = given if isinstance(given, Mapping) else {ANSWER: given}
    value = _number(figures.get(ANSWER))
    read = item.read(f"{value:.10g}")
    if isinstance(read, Rejected):
        raise Broken(f"the claim gave {value!r}, which is no answer: {read.why}")
    problems = []
    is_right = item.mark(read).standing == Standing.RIGHT
    if not is_right or not _is_rounded(item, value):
        problems.append(f"the answer is {item.key()}, and the reference computes {value:.6g}")
    problems += _trap_problems(item, figures)
    return problems, float(f"{value:.6g}")


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Broken(f"the claim gave {value!r} and not a number")
    return value


def _is_rounded(item: Numeric, value: float) -> bool:
    """Whether the answer is the computed value, rounded, and not merely near enough to it."""
    widths = [_half_unit(item.answer)]
    if item.tolerance is not None:
        widths.append(float(item.tolerance) / 2)
    if item.rel_tolerance is not None:
        widths.append(float(item.rel_tolerance) * abs(float(item.answer)) / 2)
    return abs(value - item.answer) <= min(widths) + ALMOST * max(1, abs(value))


def _half_unit(number: float) -> float:
    """Half of what the last digit of a number stands for, zeros at the end not counted."""
    exponent = Decimal(str(number)).normalize().as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent)


def _trap_problems(item: Numeric, figures: Mapping[str, object]) -> Iterator[str]:
    """Traps that are not what the mistake behind them computes."""
    by_mistake = {
        name: [_number(each) for each in (given if isinstance(given, Sequence) else [given])]
        for name, given in figures.items()
        if name != ANSWER
    }
    of_any = [value for values in by_mistake.values() for value in values]
    for trap in item.traps:
        values = by_mistake.get(trap.misconception, of_any)
        if not any(_is_trap(trap.value, value) for value in values):
            computed = ", ".join(f"{value:.6g}" for value in values) or "no trap"
            yield f"a trap is {trap.value}, and the claim computes {computed}"


def _is_trap(written: float, value: float) -> bool:
    half_unit = _half_unit(written) if isinstance(written, float) else 0.0
    return abs(written - value) <= half_unit + ALMOST * max(1, abs(value))


def truth_problems(
    item: Item,
    backing: PredicateRun | AblationRun,
    claim: Claim,
    *,
    run_with: Mapping[str, Any] | None = None,
) -> tuple[str, ...]:
    """What speaks against the marked options.

    Args:
        run_with: the parameters of the claim; None for its usual ones.

    Raises:
        Broken: there is no seed to run on, the claim failed or does not fit the options (see
            `truths`), or the question does not fit a claim (see `statements`).
    """
    first, last = first_last(backing.seeds)
    if last < first:
        raise Broken(f"there is no seed in {backing.seeds}")
    options = statements(item, backing)
    runs = {}
    for seed in range(first, last + 1):
        given = run(claim, seed, run_with or {})
        if isinstance(item, Matching):
            given = _pair_truths(given, item)
        runs[seed] = truths(given, options)
    if isinstance(backing, PredicateRun):
        return tuple(_each_run(options, runs))
    return tuple(_over_runs(options, runs))


def statements(item: Item, backing: PredicateRun | AblationRun) -> tuple[ClaimedOption, ...]:
    """The options of a question, with what is claimed of each.

    Raises:
        Broken: `may` names no option, or the question is of a kind without options that are true
            or false.
    """
    may = backing.may if isinstance(backing, AblationRun) else ()
    some = isinstance(backing, AblationRun) and backing.holds == "some"
    match item:
        case Choice() | Choices():
            known = [option.id for option in item.options]
            for name in may:
                if name not in known:
                    raise Broken(f"`may` names no option: {name!r}. {did_you_mean(name, known)}")
            return tuple(
                ClaimedOption(
                    id=option.id,
                    is_right=option.correct,
                    says_may=option.id in may or (some and option.correct),
                )
                for option in item.options
            )
        case Matching():
            return tuple(
                ClaimedOption(id=as_pair(left.id, right.id), is_right=left.match == right.id)
                for left in item.left
                for right in item.right
            )
        case TrueFalse():
            return (ClaimedOption(id=STATEMENT, is_right=item.answer, says_may=some),)
        case Text():
            return (ClaimedOption(id=STATEMENT, is_right=True, says_may=some),)
    raise Broken(f"a claim of this kind cannot decide a question of kind `{item.kind()}`")


def run(claim: Claim, seed: int, run_with: Mapping[str, Any]) -> Truths:
    """What a claim gives on a seed, with these parameters.

    Raises:
        Broken: it raised.
    """
    try:
        return claim(seed, **run_with)
    # a claim runs the reference, and shall say so in a sentence where that is broken
    except Exception as error:
        raise Broken(f"the claim raised {type(error).__name__} on seed {seed}: {error}") from error


def truths(given: Truths, options: Iterable[ClaimedOption]) -> Mapping[str, bool]:
    """What a claim returned, by the ids of the options.

    Raises:
        Broken: it says nothing of an option, speaks of one that is not there, or gives something
            else than true or false.
    """
    wanted = [option.id for option in options]
    found: Mapping[str, object] = given if isinstance(given, Mapping) else {STATEMENT: given}
    for name in wanted:
        if name not in found:
            raise Broken(f"the claim says nothing of {_named(name)}")
    for name, value in found.items():
        if name not in wanted:
            raise Broken(f"the claim speaks of {name!r}. {did_you_mean(name, wanted)}")
        if not isinstance(value, bool):
            raise Broken(f"the claim gave {value!r} for {_named(name)}, not true or false")
    return {name: bool(value) for name, value in found.items()}


def _pair_truths(given: object, item: Matching) -> Mapping[str, bool]:
    """Of every pair whether it is true, where a claim gives each left item its right ones.

    Raises:
        Broken: it says nothing of a left item, or names none that is there.
    """
    lefts, rights = [one.id for one in item.left], {one.id for one in item.right}
    if not isinstance(given, Mapping) or {*given} != {*lefts}:
        raise Broken(f"the claim must give each of {', '.join(lefts)} its right item")
    found: dict[str, bool] = {}
    for left, named in given.items():
        true = {named} if isinstance(named, str) else {*named}
        if not true <= rights:
            unknown = ", ".join(map(repr, sorted(true - rights)))
            raise Broken(f"the claim gives {left!r} what is no right item: {unknown}")
        found |= {as_pair(left, right): right in true for right in rights}
    return found


Runs = Mapping[int, Mapping[str, bool]]


def _each_run(options: Iterable[ClaimedOption], runs: Runs) -> Iterator[str]:
    """On every seed the right options are true and the wrong ones false."""
    for option in options:
        differs = [seed for seed, found in runs.items() if found[option.id] != option.is_right]
        if differs:
            marked, came = ("right", "false") if option.is_right else ("wrong", "true")
            where = _seeds(differs, runs)
            yield f"{_named(option.id)} is marked {marked}, and is {came} on {where}"


def _over_runs(options: Iterable[ClaimedOption], runs: Runs) -> Iterator[str]:
    """A statement about all seeds is false if one speaks against it, one with «may» if all do."""
    for option in options:
        held = [seed for seed, found in runs.items() if found[option.id]]
        failed = [seed for seed in runs if seed not in held]
        is_true = bool(held) if option.says_may else not failed
        if is_true == option.is_right:
            continue
        name = _named(option.id)
        if option.is_right:
            yield (
                f"{name} is marked right, and held on no seed"
                if option.says_may
                else f"{name} is marked right, and did not hold on {_seeds(failed, runs)}"
            )
        elif option.says_may:
            yield f"{name} says «may» and is marked wrong, and held on {_seeds(held, runs)}"
        else:
            yield f"{name} is marked wrong, and held on {_seeds(held, runs)}"


def _named(option: str) -> str:
    return option if option == STATEMENT else f"option {option!r}"


def _seeds(seeds: list[int], runs: Runs) -> str:
    if len(seeds) == len(runs) and len(seeds) > 1:
        return f"all {len(seeds)} seeds"
    first = f"seed {seeds[0]}"
    return first if len(seeds) == 1 else f"{first} and {len(seeds) - 1} more of {len(runs)}"
