"""Inputs on which mistakes show, and the model that `beam_search` asks.

Sizes differ from check to check, and no value lies on a boundary: no ties, no `u` on the edge of a
token's interval, no probability at the threshold.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

    def judge(stage: str, *calls: tuple[Any, ...], name: str, axes: Sequence[str] = ()) -> None:
        answers = [getattr(student, stage)(*call) for call in calls]
        for call, answer in zip(calls, answers, strict=True):
            expected = getattr(reference, stage)(*call)
            assert_close(answer, expected, name=name, axes=axes[-expected.ndim :])

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
            # A token that may be accepted and rejected, neither of them nearly always.
            likely = np.flatnonzero((chances > 0.1) & (chances < 0.9))
            token = int(likely[probe.token(len(likely))]) if len(likely) else int(chances.argmin())
            chance = float(chances[token])
            part = float(probe.rng.uniform(0.2, 0.8))
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
        found = as_tokens(came, name=f"the {name}")
        if found != right.tolist():
            raise Mismatch(
                f"The {name} are {found}; {right.tolist()} are expected.",
                discreet=f"The {name} are wrong.",
                answer=answer,
            )
    assert_close(as_array(scores), expected[2], name="the scores")
    came = [bool(one) for one in np.ravel(finished)] if _are_flags(finished) else None
    if came != expected[3].tolist():
        raise Mismatch(
            f"Finished are {came}; {expected[3].tolist()} is expected.",
            discreet="Which beams are finished is wrong.",
            answer=answer,
        )


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


@dataclass(frozen=True)
class Model:
    """Log-probabilities that follow from all tokens of a sequence; as an argument it is its name.

    `ends` is added to the logit of EOS.
    """

    seed: int
    eos_id: int
    ends: float

    def log_probs(self, sequences: Any) -> Floats:
        """One row for each sequence, (their number, V)."""
        return np.array([self._row(ids) for ids in _sequences(sequences)], dtype=np.float32)

    def _row(self, ids: Sequence[int]) -> NDArray[np.float64]:
        logits = np.random.default_rng([self.seed, *ids]).normal(0.0, 1.5, VOCABULARY)
        logits[self.eos_id] += self.ends
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
def searched(student: Any, reference: Any) -> Callable[[Case], Search]:
    """Makes a beam search by the student's code."""

    def make(given: Case) -> Search:
        model, prompt = given.model, list(given.prompt)
        limits = given.n_beams, given.n, model.eos_id, given.alpha
        functions = {"log_probs": model.log_probs}
        stages = ScriptedFunctions("stages", functions, most_calls=given.n + 3)
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
        if wrong := _wrong_step(number, came, before, given):
            raise Mismatch(
                f"Step {number} {wrong}: it asked for {came[:6] or 'something else'}.",
                discreet=f"A step {wrong}.",
            )
        before = came


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
