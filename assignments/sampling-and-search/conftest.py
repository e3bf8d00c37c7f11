"""Inputs on which mistakes show, and the model that `beam_search` asks.

Sizes differ from check to check, and no value lies on a boundary: no ties, no `u` on the edge of a
token's interval, no probability at the threshold.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.checks import (
    CallFailed,
    Mismatch,
    ScriptedFunctions,
    as_tokens,
    assert_close,
    assert_unchanged,
)

Floats = NDArray[np.float32]
VOCABULARY = 13  # of the model behind `beam_search`
STEP = ("parents", "tokens", "scores", "finished")
_LONGEST = 64


class Probe:
    """Random inputs in float32, so that the reference sees exactly the same numbers."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def floats(self, *shape: int, scale: float = 1.0) -> Floats:
        return self.rng.normal(0.0, scale, shape).astype(np.float32)

    def distributions(self, *shape: int, scale: float = 1.5) -> Floats:
        """Over the last axis, above 0 everywhere."""
        powers = np.exp(self.rng.normal(0.0, scale, shape))
        return (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)

    def log_probs(self, beams: int, vocabulary: int) -> Floats:
        return np.log(self.distributions(beams, vocabulary)).astype(np.float32)

    def token(self, vocabulary: int) -> int:
        return int(self.rng.integers(0, vocabulary))


@pytest.fixture
def probe(rng: np.random.Generator) -> Probe:
    return Probe(rng)


@pytest.fixture
def assert_right(student: Any, reference: Any) -> Callable[..., None]:
    """Judges the student's answers to several calls of one stage, which returns an array.

    All calls are made before the first is judged: together they tell mistakes apart.
    """

    def judge(
        stage: str,
        *calls: tuple[Any, ...],
        name: str,
        axes: Sequence[str] = (),
        has_zeros: bool = False,
    ) -> None:
        answers = [getattr(student, stage)(*call) for call in calls]
        for call, answer in zip(calls, answers, strict=True):
            expected = getattr(reference, stage)(*call)
            assert_close(answer, expected, name=name, axes=axes[-expected.ndim :])
            if has_zeros and (answer[expected == 0] != 0).any():
                said = f"Some entries of {name} are nearly 0, where exactly 0 is expected."
                raise Mismatch(said, discreet=said, answer=answer)

    return judge


@pytest.fixture
def assert_left_alone(student: Any) -> Callable[..., None]:
    """Judges whether a stage changes an argument in any of several calls."""

    def judge(stage: str, *calls: tuple[Any, ...]) -> None:
        seen = [student.observe(stage, *call) for call in calls]
        for observed, call in zip(seen, calls, strict=True):
            assert_unchanged(observed.arguments, call)

    return judge


# Speculative sampling.


def middle_of(distribution: Any, token: int) -> float:
    """A number that draws this token, by the cumulative probabilities."""
    ends = np.cumsum(np.asarray(distribution, dtype=np.float64))
    return float(ends[token] - distribution[token] / 2)


@dataclass(frozen=True)
class Round:
    """A round of speculative sampling, and the tokens that it comes to."""

    arguments: tuple[Any, ...]
    expected: list[int]


@pytest.fixture
def rounds(probe: Probe, reference: Any) -> Callable[..., Round]:
    """Makes a round: `fates` says of each drafted token whether its number accepts it."""

    def make(fates: Sequence[bool], *, vocabulary: int) -> Round:
        k = len(fates)
        targets = probe.distributions(k + 1, vocabulary)
        drafts = probe.distributions(k, vocabulary)
        drafted: list[int] = []
        uniforms: list[float] = []
        for place, is_accepted in enumerate(fates):
            chances = reference.acceptance(targets[place], drafts[place])
            # A token that may be accepted and rejected, neither of them nearly always; or one that
            # is accepted for certain, though the draft gives it less than the target.
            likely = np.flatnonzero((chances > 0.1) & (chances < 0.9))
            certain = np.flatnonzero(drafts[place] < 0.7 * targets[place])
            is_certain = is_accepted and len(certain) and (place % 2 == 1 or not len(likely))
            among = certain if is_certain else likely if len(likely) else [chances.argmin()]
            token = int(among[probe.token(len(among))])
            chance = float(chances[token])
            part = float(probe.rng.uniform(*((0.8, 0.95) if is_certain else (0.2, 0.8))))
            drafted.append(token)
            uniforms.append(chance * part if is_accepted else chance + (1 - chance) * part)
        n = list(fates).index(False) if False in fates else k
        last = targets[k] if n == k else reference.residual(targets[n], drafts[n])
        large = np.flatnonzero(np.asarray(last) > 0.02)
        token = int(large[probe.token(len(large))])
        arguments = targets, drafts, drafted, uniforms, middle_of(last, token)
        return Round(arguments, [*drafted[:n], token])

    return make


@pytest.fixture
def assert_rounds(student: Any) -> Callable[..., None]:
    """Judges the tokens of several rounds; all are made before the first is judged."""

    def judge(*made: Round) -> None:
        answers = [student.speculative_step(*one.arguments) for one in made]
        for one, answer in zip(made, answers, strict=True):
            came = as_tokens(answer, name="the tokens of the round")
            if came != one.expected:
                raise Mismatch(
                    f"The round has the tokens {came}; {one.expected} are expected. Drafted were "
                    f"{one.arguments[2]}.",
                    discreet="The tokens of a round are wrong.",
                    answer=answer,
                )

    return judge


# Beam search.


def assert_step(answer: Any, expected: Sequence[Any]) -> None:
    """Parents, tokens, scores and whether each beam is finished."""
    if not isinstance(answer, list) or len(answer) != len(STEP):
        said = f"The result is not a tuple or list of {', '.join(STEP)}"
        raise Mismatch(f"{said}.", discreet=f"{said}.", answer=answer)
    parents, tokens, scores, finished = answer
    for name, came, right in (("parents", parents, expected[0]), ("tokens", tokens, expected[1])):
        found = _whole_numbers(came, name)
        if found != right.tolist():
            raise Mismatch(
                f"The {name} should be {right.tolist()}; they are {found}.",
                discreet=f"The {name} are wrong.",
                answer=answer,
            )
    assert_close(as_array(scores), expected[2], name="the scores", axes=("beam",))
    came = [bool(one) for one in np.ravel(finished)] if _are_flags(finished) else None
    if came != expected[3].tolist():
        raise Mismatch(
            f"Finished should be {expected[3].tolist()}; it is {came or 'no list of booleans'}.",
            discreet="Which beams are finished is wrong.",
            answer=answer,
        )


def _whole_numbers(value: Any, name: str) -> list[int]:
    try:
        return as_tokens(value, name=f"the {name}")
    except Mismatch:
        of = "numbers of beams" if name == "parents" else "token ids"
        said = f"The {name} are not a list of {of} (ints)."
        raise Mismatch(said, discreet=said, answer=value) from None


def as_array(value: Any) -> Any:
    """A list of numbers as an array; anything else stays."""
    are_floats = isinstance(value, list) and all(type(one) is float for one in value)
    return np.array(value) if are_floats else value


def _are_flags(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return bool(value.ndim == 1 and value.dtype.kind == "b")
    return isinstance(value, list) and all(
        type(one) is bool
        or (isinstance(one, np.ndarray) and one.dtype.kind == "b" and not one.ndim)
        for one in value
    )


@pytest.fixture
def assert_steps(student: Any, reference: Any) -> Callable[..., None]:
    """Judges several steps; all are made before the first is judged."""

    def judge(*calls: tuple[Any, ...]) -> None:
        answers = [student.beam_step(*call) for call in calls]
        for call, answer in zip(calls, answers, strict=True):
            assert_step(answer, reference.beam_step(*call))

    return judge


@pytest.fixture
def beams(probe: Probe) -> Callable[..., tuple[Any, ...]]:
    """Makes the arguments of a step. Scores are near each other, so that several beams go on."""

    def draw(finished: Sequence[bool], vocabulary: int, eos_id: int, comes_out: int | None) -> Any:
        scores = probe.floats(len(finished), scale=0.7) - np.float32(2)
        log_probs = probe.log_probs(len(finished), vocabulary)
        open_ = (scores[:, None] + log_probs)[~np.array(finished)]
        if comes_out is not None:  # between the continuations of the others
            ends = [0.5, *np.sort(open_, axis=None)[::-1]]
            scores[list(finished).index(True)] = (ends[comes_out] + ends[comes_out + 1]) / 2
        totals = np.sort([*open_.ravel(), *scores[np.array(finished)]])[::-1]
        return scores, log_probs, totals

    def make(
        finished: Sequence[bool],
        *,
        vocabulary: int,
        n_beams: int,
        eos_id: int,
        comes_out: int | None = None,
        ruled_out: bool = False,
    ) -> tuple[Any, ...]:
        """`comes_out`: the rank of the first finished beam; `ruled_out`: its row is -inf."""
        while True:
            scores, log_probs, totals = draw(finished, vocabulary, eos_id, comes_out)
            # What would change places by rounding is drawn again.
            if np.diff(-totals[: n_beams + 1]).min(initial=1.0) > 1e-3:
                break
        if ruled_out:
            log_probs[np.array(finished)] = -np.inf
        return scores, log_probs, np.array(finished), n_beams, eos_id

    return make


@dataclass(frozen=True)
class Model:
    """Log-probabilities that follow from all tokens of a sequence; as an argument it is its name.

    `ends` is added to the logit of EOS.
    """

    seed: int
    eos_id: int
    ends: float
    shaken: int = 0  # above 0 each number is a little larger or smaller

    def log_probs(self, sequences: Any) -> Floats:
        """One row for each sequence, (their number, V)."""
        return np.array([self._row(ids) for ids in _sequences(sequences)], dtype=np.float32)

    def _row(self, ids: Sequence[int]) -> NDArray[np.float64]:
        logits = np.random.default_rng([self.seed, *ids]).normal(0.0, 1.5, VOCABULARY)
        logits[self.eos_id] += self.ends
        if self.shaken:
            logits += 1e-4 * np.random.default_rng([self.shaken, *ids]).normal(0.0, 1.0, VOCABULARY)
        return logits - np.log(np.exp(logits).sum())


def _sequences(value: Any) -> list[list[int]]:
    """A list of lists of token ids, or an array of them."""
    rows = value.tolist() if isinstance(value, np.ndarray) and value.ndim == 2 else value
    if not isinstance(rows, list) or not rows or len(rows) > _LONGEST:
        raise ValueError("takes a list of sequences, one for each beam that is not finished")
    found = []
    for row in rows:
        ids = row.tolist() if isinstance(row, np.ndarray) and row.ndim == 1 else row
        if not isinstance(ids, list) or not all(type(i) is int for i in ids):
            raise ValueError("takes sequences of token ids (ints)")
        if len(ids) > _LONGEST or not all(0 <= i < VOCABULARY for i in ids):
            raise ValueError(f"takes token ids from 0 to {VOCABULARY - 1}")
        found.append(ids)
    return found


@dataclass(frozen=True)
class Case:
    """What a search is asked for."""

    prompt: tuple[int, ...]
    model: Model
    n_beams: int
    n: int
    alpha: float


@dataclass
class Search:
    """One beam search, which several checks may judge."""

    case: Case
    calls: list[Any]
    expected: list[int]
    returned: Any = None
    prompt_afterwards: Any = None


@pytest.fixture
def case() -> Callable[..., Case]:
    """Makes what a search is asked for."""

    def make(
        prompt: Sequence[int],
        *,
        seed: int,
        n_beams: int,
        n: int,
        alpha: float,
        eos_id: int,
        ends: float,
    ) -> Case:
        return Case(tuple(prompt), Model(seed, eos_id, ends), n_beams, n, alpha)

    return make


@pytest.fixture
def steady_case(reference: Any) -> Callable[..., Case]:
    """Draws what a search is asked for, so that rounding cannot change its text."""

    def text(given: Case, shaken: int) -> Any:
        model = replace(given.model, shaken=shaken)
        limits = given.n_beams, given.n, model.eos_id, given.alpha
        return reference.beam_search(list(given.prompt), model, *limits)

    def make(rng: np.random.Generator, *, n_beams: int, n: int, alpha: float, ends: float) -> Case:
        while True:
            prompt = rng.integers(0, VOCABULARY, size=int(rng.integers(1, 5))).tolist()
            seed, eos_id = int(rng.integers(0, 1 << 30)), int(rng.integers(0, VOCABULARY))
            given = Case(tuple(prompt), Model(seed, eos_id, ends), n_beams, n, alpha)
            if text(given, 0) == text(given, 1) == text(given, 2):
                return given

    return make


@pytest.fixture
def searched(student: Any, reference: Any) -> Callable[[Case], Search]:
    """Makes a beam search by the student's code."""

    def make(given: Case) -> Search:
        model, prompt = given.model, list(given.prompt)
        limits = given.n_beams, given.n, model.eos_id, given.alpha
        functions = {"log_probs": model.log_probs}
        stages = ScriptedFunctions("stages", functions, most_calls=given.n * given.n_beams + 3)
        expected = reference.beam_search(prompt, model, *limits)
        search = Search(given, stages.calls, expected)
        try:
            seen = student.observe("beam_search", prompt, stages, *limits)
        except CallFailed:
            assert_asked(search)  # if it breaks on what it asked, that says more
            raise
        search.returned, search.prompt_afterwards = seen.value, seen.arguments[0]
        return search

    return make


def assert_asked(search: Search) -> None:
    """Each step asks for the beams that are not finished, each with the prompt before it."""
    given, before = search.case, [list(search.case.prompt)[:-1]]
    if not search.calls:
        said = "beam_search never called stages.log_probs."
        raise Mismatch(said, discreet=said)
    for number, call in enumerate(search.calls, start=1):
        try:
            came = _sequences(call.received[0])
        except (ValueError, IndexError, TypeError):
            came = []
        step = number
        if number > 1 and _asks_again(search.calls, number, given.prompt):
            step, wrong = number - 1, "should ask once, for all beams that are not finished"
            also = " besides"
        else:
            wrong, also = _wrong_step(number, came, before, given), ""
        if wrong:
            raise Mismatch(
                f"Step {step} {wrong}: it asked for {_shown(call, came)}{also}.",
                discreet=f"A step {wrong}.",
            )
        before = came


def _shown(call: Any, came: list[list[int]]) -> str:
    is_empty = isinstance(call.received[0], list) and not call.received[0]
    return str(came[:6]) if came or is_empty else "something else"


def _asks_again(calls: Sequence[Any], number: int, prompt: Sequence[int]) -> bool:
    """Whether a call asks for texts as long as those of the call before; later ones are longer."""
    lengths = []
    for call in calls:
        try:
            lengths.append({len(ids) for ids in _sequences(call.received[0])})
        except (ValueError, IndexError, TypeError):
            lengths.append(set())
    now = {len(prompt) + number - 2}
    return lengths[number - 1] == now and any(max(n, default=0) > max(now) for n in lengths)


def _wrong_step(number: int, came: list[list[int]], before: list[list[int]], given: Case) -> str:
    """What is wrong in what a step asked for; empty if nothing is."""
    prompt, eos_id = list(given.prompt), given.model.eos_id
    length = len(prompt) + number - 1
    if number > given.n:
        return "is one more than were asked for"
    if number == 1:
        return "should ask for the prompt, once" if came != [prompt] else ""
    faults = {
        "asked for no sequences": not came,
        "asked for more sequences than there are beams": len(came) > given.n_beams,
        "asked for a sequence that does not begin with the prompt": any(
            ids[: len(prompt)] != prompt for ids in came
        ),
        "should ask for the prompt and every token of a beam so far": any(
            len(ids) != length for ids in came
        ),
        "asked for a finished beam": any(eos_id in ids[len(prompt) :] for ids in came),
        "asked for a sequence twice": len({tuple(ids) for ids in came}) < len(came),
        "goes on from a sequence that it did not ask for before": any(
            ids[:-1] not in before for ids in came
        ),
    }
    return next((fault for fault, is_there in faults.items() if is_there), "")


@pytest.fixture
def judges() -> dict[str, Callable[[Search], None]]:
    """What a search is judged by."""

    def returned(search: Search) -> None:
        came = as_tokens(search.returned, name="the result of beam_search")
        if came != search.expected:
            raise Mismatch(
                f"beam_search returned {came}; {search.expected} is expected.",
                discreet="beam_search returned other tokens than it should.",
            )

    return {
        "asked": assert_asked,
        "returned": returned,
        "left alone": lambda s: assert_unchanged(s.prompt_afterwards, list(s.case.prompt)),
    }
