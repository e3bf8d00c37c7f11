"""What a generation costs, beside the same one by the reference; from the record of its calls.

A right loop that computes too much gives the right tokens, so this is said and costs no points.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.generation.cached_stages import PASSES, number
from grader.generation.trace import is_selection, token_ids
from grader.observed_calls import Observation, StageCall
from grader.records import Report, RunCost, Spent

LOOPS = ("generate", "generate_cached")
_LAYERS, _WIDTH = 12, 768  # of GPT-2 small: the stages of a check have no sizes of their own
_ARGUMENTS = 5  # prompt, stages, most new tokens, end-of-sequence token, context length


@dataclass(frozen=True, slots=True)
class _Pass:
    """One forward pass: the ids that its last position stands for, and how many were cached."""

    ids: tuple[int, ...]
    cached: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A generation that made all tokens that were asked for."""

    seen: Observation
    prompt: list[int]
    tokens: list[int]
    context_length: int


def with_costs(report: Report, observations: Sequence[Observation]) -> Report:
    """The report with the cost of the longest visible run of each loop that ended as it should."""
    try:
        costs = [_cost(loop, observations) for loop in LOOPS]
    except (TypeError, ValueError, LookupError):  # the stages of a table that is not ours
        return report
    return replace(report, costs=tuple(cost for cost in costs if cost is not None))


def _cost(loop: str, observations: Sequence[Observation]) -> RunCost | None:
    seen = [o for o in observations if o.stage == loop and not o.hidden and not o.failure]
    runs = [run for one in seen if not one.stopped and (run := _run(one)) is not None]
    if not runs:
        return None
    run = max(runs, key=lambda one: len(one.tokens))  # the first of the longest
    right = _cached_passes(run) if loop == "generate_cached" else _whole_passes(run)
    return RunCost(
        stage=loop,
        tokens=len(run.tokens),
        own=_spent(list(_passes(run.seen.calls))),
        reference=_spent(list(right)),
    )


def _run(seen: Observation) -> _Run | None:
    """The run, if a right one would have ended after the same tokens."""
    if len(seen.arguments) != _ARGUMENTS:
        return None
    prompt, _, most, eos, length = seen.arguments
    ids = token_ids(prompt)
    if not ids or not isinstance(most, int) or not isinstance(length, int):
        return None
    tokens = [call.returned for call in seen.calls if is_selection(call)][: max(most, 0)]
    if eos in tokens:
        tokens = tokens[: tokens.index(eos) + 1]
    elif len(tokens) < most:
        return None
    if not tokens or length < 1:
        return None
    return _Run(seen=seen, prompt=ids, tokens=tokens, context_length=length)


def _passes(calls: Sequence[StageCall]) -> Iterator[_Pass]:
    """The forward passes of a record; what a stage refused is none."""
    held: dict[int | None, tuple[int, ...]] = {}  # by the number that stands for a cache
    for call in calls:
        if call.returned is None or call.stage not in ("stages.embed", *PASSES):
            continue
        if call.stage == "stages.decode":
            token, cache = map(number, call.received)
            before = held[cache]
            made = _Pass((*before, token if token is not None else -1), len(before))
        else:
            made = _Pass(tuple(token_ids(call.received)))
        if call.stage in PASSES:
            held[call.returned[1]] = made.ids
        yield made


def _whole_passes(run: _Run) -> Iterator[_Pass]:
    """Of the reference's `generate`: each step reads the whole window."""
    for n in range(len(run.tokens)):
        yield _Pass(tuple([*run.prompt, *run.tokens[:n]][-run.context_length :]))


def _cached_passes(run: _Run) -> Iterator[_Pass]:
    """Of the reference's `generate_cached`: one position a step, until the cache is full."""
    for n, ids in enumerate(one.ids for one in _whole_passes(run)):
        has_room = n > 0 and len(run.prompt) + n <= run.context_length
        yield _Pass(ids, len(ids) - 1 if has_room else 0)


def _spent(passes: Sequence[_Pass]) -> Spent:
    # A key follows from all ids up to its own, and from their places.
    keys = [one.ids[: n + 1] for one in passes for n in range(one.cached, len(one.ids))]
    # Four weights of the attention and eight of the feed-forward network, each d x d; then one
    # product of a query and a key, and one of a weight and a value, for each key that it sees.
    products = sum(12 * _WIDTH**2 + 2 * _WIDTH * len(key) for key in keys)
    return Spent(
        passes=len(passes),
        positions=len(keys),
        recomputed_keys=len(keys) - len(set(keys)),
        multiply_adds=_LAYERS * products,
    )
