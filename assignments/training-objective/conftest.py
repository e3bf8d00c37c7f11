"""Inputs on which mistakes show, and the stages that `train_step` is given.

All sizes differ, within a check and from check to check: equal sizes hide swapped axes, rows of
equal length hide a mean of means, and a batch without ignored targets hides who divides by what.
Where a coincidence shows a mistake of its own, as one row does, it comes as one call of several.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.checks import (
    TOLERANCE,
    CallFailed,
    Mismatch,
    ScriptedFunctions,
    as_number,
    assert_close,
    assert_unchanged,
    call_table,
)

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

OF_A_BATCH = ("sequence", "position", "vocabulary entry")
VOCABULARY = 17  # of the model behind `train_step`
PRIMES = (11, 13, 17, 19, 23)


@dataclass(frozen=True)
class Sizes:
    """How long each axis is; no two of them are equal."""

    batch: int
    time: int
    vocabulary: int


@lru_cache
def _sizes_by(drawn: bytes) -> Sizes:
    numbers = np.frombuffer(drawn)
    return Sizes(
        batch=int(numbers[:3].argmin()) + 2,
        time=int(numbers[3:6].argmin()) + 5,
        vocabulary=PRIMES[int(numbers[6:].argmin())],
    )


class Probe:
    """Random inputs in float32, so that the reference sees exactly the same numbers."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.sizes = _sizes_by(rng.normal(0.0, 1.0, (11,)).tobytes())

    def floats(self, *shape: int, scale: float = 1.0, shift: float = 0.0) -> Floats:
        return self.rng.normal(shift, scale, shape).astype(np.float32)

    def ids(self, *shape: int, vocabulary: int | None = None) -> Ids:
        """Token ids, the first and the last of the vocabulary among them."""
        size = vocabulary or self.sizes.vocabulary
        ids = self.rng.integers(1, size - 1, size=shape)
        ids.flat[1 % ids.size], ids.flat[-2 % ids.size] = 0, size - 1
        return ids

    def scored(self, *, batch: int = 0, time: int = 0, scale: float = 2.0) -> tuple[Floats, Ids]:
        """Logits and targets that all count, (B, T, V) and (B, T)."""
        sizes = self.sizes
        shape = batch or sizes.batch, time or sizes.time
        return self.floats(*shape, sizes.vocabulary, scale=scale), self.ids(*shape)

    def lengths(self, batch: int, time: int) -> list[int]:
        """Different lengths from 1 on, the longest one first, as long as there are enough."""
        shorter = self.rng.permutation(np.arange(1, time))[: batch - 1]
        return [time, *(int(n) for n in shorter)]

    def padded(self, ignored: int, **sizes: int) -> tuple[Floats, Ids, int]:
        """The same where rows differ in how many targets count; some are ignored in between."""
        logits, targets = self.scored(**sizes)
        for row, length in enumerate(self.lengths(*targets.shape)):
            targets[row, length:] = ignored
        if targets.shape[1] > 3:
            targets[0, 2] = ignored
        return logits, targets, ignored

    def gradients(self, *shapes: tuple[int, ...], scale: float = 3.0) -> list[Floats]:
        return [self.floats(*shape, scale=scale * (k + 1)) for k, shape in enumerate(shapes)]


@pytest.fixture
def probe(rng: np.random.Generator) -> Probe:
    return Probe(rng)


def assert_ids(actual: Any, expected: Ids, *, name: str) -> None:
    """The answer is an array of integers of the expected shape, and all of them are right."""
    if not isinstance(actual, np.ndarray) or actual.dtype.kind != "i":
        came = f"{actual.dtype} numbers" if isinstance(actual, np.ndarray) else "no array"
        sentence = f"The {name} are {came}; an array of token ids (integers) is expected."
        raise Mismatch(sentence, discreet=f"The {name} are no array of integers.")
    if actual.shape != expected.shape:
        raise Mismatch(
            f"The {name} have shape {actual.shape}; {expected.shape} is expected.",
            discreet=f"The {name} have the wrong shape.",
        )
    wrong = np.argwhere(actual != expected)
    if len(wrong):
        row, position = wrong[0]
        raise Mismatch(
            f"{len(wrong)} of {expected.size} entries of the {name} are wrong. The first is at "
            f"sequence {row}, position {position}: got {actual[row, position]}, expected "
            f"{expected[row, position]}.",
            discreet=f"Some entries of the {name} are wrong.",
        )


def assert_several(actual: Any, number: int, *, name: str) -> None:
    """The answer is a tuple or list of so many arrays."""
    if not isinstance(actual, list) or len(actual) != number:
        came = f"{len(actual)} of them" if isinstance(actual, list) else "something else"
        discreet = f"The result is not a tuple or list of {number} arrays: {name}."
        raise Mismatch(f"{discreet[:-1]}, but {came}.", discreet=discreet)


def assert_number(actual: Any, expected: float, *, name: str) -> None:
    """One number; 0 has no size that an error could be a part of."""
    number = as_number(actual, name=name)
    if expected:
        assert_close(np.array(number), np.array(expected), name=name)
    elif number != 0:
        said = f"{name[:1].upper()}{name[1:]} is wrong"
        raise Mismatch(f"{said}: got {number:.6g}, expected 0.", discreet=f"{said}.")


def assert_one(actual: Any, expected: Any, *, name: str, axes: Sequence[str] = ()) -> None:
    """An array of ids, an array of floats, or a number."""
    if not isinstance(expected, np.ndarray):
        assert_number(actual, expected, name=f"the {name}")
    elif expected.dtype.kind == "i":
        assert_ids(actual, expected, name=name)
    else:
        assert_close(actual, expected, name=f"the {name}", axes=axes[: expected.ndim])


@pytest.fixture
def assert_right(student: Any, reference: Any) -> Callable[..., None]:
    """Judges the student's answers to several calls of one stage.

    All calls are made before the first is judged: together they tell mistakes apart. `parts` says
    what the arrays are called where a stage returns several; `others` gives other right answers.
    """

    def judge(
        stage: str,
        *calls: tuple[Any, ...],
        name: str = "",
        parts: Sequence[str] = (),
        axes: Sequence[str] = (),
        others: Callable[..., Any] | None = None,
    ) -> None:
        answers = [getattr(student, stage)(*call) for call in calls]
        for call, answer in zip(calls, answers, strict=True):
            expected = getattr(reference, stage)(*call)
            if others is not None:
                expected = nearest(answer, [expected, others(*call)])
            try:
                if not isinstance(expected, list):
                    assert_one(answer, expected, name=name, axes=axes)
                    continue
                names = parts or [f"clipped array {k}" for k in range(len(expected))]
                assert_several(answer, len(expected), name=", ".join(names))
                for part, came, right in zip(names, answer, expected, strict=True):
                    assert_one(came, right, name=part, axes=axes)
            except Mismatch as mismatch:
                mismatch.answer = answer
                raise

    return judge


def nearest(answer: Any, expected: Sequence[list[Any]]) -> list[Any]:
    """The expected one whose first array is the nearest to that of the answer."""
    first = answer[0] if isinstance(answer, list) and answer else None
    if not isinstance(first, np.ndarray) or first.shape != expected[0][0].shape:
        return expected[0]
    return min(expected, key=lambda one: float(np.nan_to_num(np.abs(first - one[0])).max()))


@pytest.fixture
def assert_left_alone(student: Any) -> Callable[..., None]:
    """Judges whether a stage changes an argument in any of several calls."""

    def judge(stage: str, *calls: tuple[Any, ...]) -> None:
        seen = [student.observe(stage, *call) for call in calls]
        for observed, call in zip(seen, calls, strict=True):
            assert_unchanged(observed.arguments, call)

    return judge


# What `train_step` is given.


@lru_cache
def _table() -> NDArray[np.float64]:
    """The same in every check."""
    return np.random.default_rng(3).normal(size=(VOCABULARY, VOCABULARY))


def _ids(value: Any) -> Ids:
    if not isinstance(value, np.ndarray) or value.dtype.kind != "i" or value.ndim != 2:
        raise ValueError("takes an array of token ids, (B, T)")
    return value


def forward(inputs: Any) -> Floats:
    """No model: some function whose value at a position follows from all up to it."""
    ids = _ids(inputs)
    if not ids.size or ids.min() < 0 or ids.max() >= VOCABULARY:
        raise ValueError(f"takes token ids from 0 to {VOCABULARY - 1}")
    rows = _table()[ids]
    means = np.cumsum(rows, axis=1) / np.arange(1, ids.shape[1] + 1)[:, None]
    return (rows + means).astype(np.float32)


def mean_loss(logits: Any, targets: Any, ignore_index: int) -> float:
    """No cross-entropy: some mean over the targets that count."""
    ids = _ids(targets)
    if not isinstance(logits, np.ndarray) or logits.dtype.kind != "f" or logits.ndim != 3:
        raise ValueError("takes logits (B, T, V) first")
    if logits.shape[:2] != ids.shape or logits.shape[2] != VOCABULARY:
        raise ValueError(f"got logits of shape {logits.shape} and targets of shape {ids.shape}")
    chosen = np.take_along_axis(logits, ids[..., None] % VOCABULARY, axis=-1)[..., 0]
    losses = np.logaddexp(0, -chosen.astype(np.float64))[ids != ignore_index]
    return float(losses.mean()) if losses.size else 0.0


def one_number(value: Any) -> None:
    """What `backward` and `clip` take."""
    try:
        as_number(value, name="it")
    except Mismatch:
        raise ValueError("takes one number") from None


@dataclass(frozen=True)
class Part:
    """One part of a batch."""

    inputs: Ids
    targets: Ids
    share: float  # of the counted targets of the batch


@dataclass
class Step:
    """One training step, which several checks may judge."""

    parts: list[Part]
    max_norm: float
    calls: list[Any]
    returned: Any = None
    arguments: Any = None
    loss: float = 0.0  # the right one


def _given(parts: Sequence[Part]) -> list[list[Ids]]:
    return [[part.inputs, part.targets] for part in parts]


@pytest.fixture
def stepped(student: Any, probe: Probe) -> Callable[..., Step]:
    """Makes a training step on parts of these lengths: of each, the targets that count by row."""

    def make(
        counts: Sequence[Sequence[int]], *, max_norm: float, ignored: int, spare: int = 1
    ) -> Step:
        parts = _parts(probe, counts, ignored, spare)
        stages = ScriptedFunctions(
            "stages",
            {
                "zero": lambda: None,
                "forward": forward,
                "loss": lambda logits, targets: mean_loss(logits, targets, ignored),
                "backward": one_number,
                "clip": one_number,
                "step": lambda: None,
                "schedule": lambda: None,
            },
            most_calls=8 * len(parts) + 8,
        )
        step = Step(parts, max_norm, stages.calls)
        step.loss = sum(
            part.share * mean_loss(forward(part.inputs), part.targets, ignored) for part in parts
        )
        try:
            seen = student.observe("train_step", _given(parts), stages, max_norm, ignored)
        except CallFailed:
            # If it breaks on what it handed on, that is the better sentence.
            assert_flow(step)
            raise
        step.returned, step.arguments = seen.value, seen.arguments
        return step

    return make


def _parts(probe: Probe, counts: Sequence[Sequence[int]], ignored: int, spare: int) -> list[Part]:
    total, parts = sum(map(sum, counts)), []
    for lengths in counts:
        shape = len(lengths), max(lengths) + spare
        inputs, targets = (probe.ids(*shape, vocabulary=VOCABULARY) for _ in range(2))
        for row, length in enumerate(lengths):
            targets[row, length:] = ignored
        parts.append(Part(inputs, targets, sum(lengths) / total))
    return parts


_WRONG_ORDER = "The stages are not called in the right order, as often as they should be."
_WRONG_FLOW = "A stage received something else than it should."


def assert_order(step: Step) -> None:
    """Zero before the first backward; each part in turn; then clip, step and schedule."""
    names = [call.stage for call in step.calls]
    if not names:
        raise Mismatch("train_step called none of its stages.", discreet=_WRONG_ORDER)
    of_a_part = ["stages.forward", "stages.loss", "stages.backward"]
    expected = [*of_a_part * len(step.parts), "stages.clip", "stages.step", "stages.schedule"]
    try:
        _assert_zero(names)
        _assert_turns([name for name in names if name != "stages.zero"], expected)
    except Mismatch as error:
        error.look = partial(_first_wrong_call, names, expected)
        raise


def _first_wrong_call(names: list[str], expected: list[str]) -> Any:
    """The calls beside the expected ones; zero is expected where it is, if it may be there."""
    zero = names.index("stages.zero") if "stages.zero" in names else 0
    place = 0 if "stages.backward" in names[:zero] else zero
    return call_table(names, [*expected[:place], "stages.zero", *expected[place:]])


def _assert_turns(others: list[str], expected: list[str]) -> None:
    for place, name in enumerate(expected):
        after = f" after {others[place - 1]}" if place else ""
        if place >= len(others):
            said = f"It ended{after}; {name} is expected next."
        elif others[place] != name:
            said = f"It called {others[place]}{after}, where {name} is expected"
            n_parts = len(expected) // 3 - 1
            said += f" (part {place // 3 + 1} of {n_parts})." if place < 3 * n_parts else "."
        else:
            continue
        raise Mismatch(said, discreet=_WRONG_ORDER)
    if len(others) > len(expected):
        said = f"It called {others[len(expected)]} after stages.schedule, which comes last."
        raise Mismatch(said, discreet=_WRONG_ORDER)


def _assert_zero(names: list[str]) -> None:
    """Before the first backward; further ones do no harm but between that and the last step."""
    if "stages.zero" not in names:
        said = "stages.zero was never called: backward adds to the gradients of earlier steps."
        raise Mismatch(said, discreet=_WRONG_ORDER)
    first = names.index("stages.backward") if "stages.backward" in names else len(names)
    last = len(names) - names[::-1].index("stages.step") if "stages.step" in names else len(names)
    if "stages.zero" in names[first:last]:
        said = "stages.zero was called after stages.backward, and takes those gradients away."
        raise Mismatch(said, discreet=_WRONG_ORDER)
    if "stages.zero" not in names[:first]:
        said = "stages.zero was called at the end alone: the gradients are not zero before it."
        raise Mismatch(said, discreet=_WRONG_ORDER)


def assert_flow(step: Step) -> None:
    """The model reads the inputs of each part; its logits and the targets go to the loss."""
    logits: list[Any] = []
    number = {"stages.forward": 0, "stages.loss": 0}
    for call in step.calls:
        if call.stage not in number:
            continue
        number[call.stage] += 1
        turn = number[call.stage]
        if turn > len(step.parts):
            return  # the order is wrong, which another check says
        part = step.parts[turn - 1]
        if call.stage == "stages.forward":
            _assert_received(call, 0, part.inputs, f"the inputs of part {turn}", part)
            logits.append(call.returned)
        else:
            made = logits[turn - 1] if turn <= len(logits) else None
            _assert_received(call, 0, made, f"the logits of part {turn}", part)
            _assert_received(call, 1, part.targets, f"the targets of part {turn}", part)


def _assert_received(call: Any, place: int, expected: Any, what: str, part: Part) -> None:
    received = call.received[place] if len(call.received) > place else None
    if _equal(received, expected):
        return
    came = "something else"
    for known, name in ((part.inputs, "the inputs"), (part.targets, "the targets")):
        if _equal(received, known):
            came = f"{name} of the part"
    shape = f", of shape {expected.shape}" if isinstance(expected, np.ndarray) else ""
    if came == "something else" and isinstance(received, np.ndarray):
        came = f"an array of shape {received.shape}"
        if isinstance(expected, np.ndarray) and received.shape == expected.shape:
            came, shape = "other numbers", ", as they are"
    said = f"{call.stage} received {came}; it should receive {what}{shape}."
    raise Mismatch(said, discreet=_WRONG_FLOW)


def _equal(a: Any, b: Any) -> bool:
    both = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
    return both and a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-7)


def _turns(step: Step) -> list[int]:
    """Which part each turn is about: the one that the model read, or else the next."""
    numbers = range(len(step.parts))
    reads = [call.received for call in step.calls if call.stage == "stages.forward"]
    turns = list(numbers)
    for turn, received in zip(numbers, reads, strict=False):
        of_the_same = [k for k in numbers if received and _equal(received[0], step.parts[k].inputs)]
        if of_the_same and turn not in of_the_same:
            turns[turn] = of_the_same[0]
    return turns


def assert_shares(step: Step) -> None:
    """backward gets the loss of each part times its share; clip gets the norm."""
    losses = [call.returned for call in step.calls if call.stage == "stages.loss"]
    received = [c.received[0] for c in step.calls if c.stage == "stages.backward" and c.received]
    if len(received) != len(step.parts):
        times = {0: "never called", 1: "called once"}.get(
            len(received), f"called {len(received)} times"
        )
        parts = "one part" if len(step.parts) == 1 else f"{len(step.parts)} parts"
        said = f"stages.backward was {times}, for {parts}."
        raise Mismatch(said, discreet="stages.backward is not called once for each part.")
    for number, (turn, loss) in enumerate(zip(_turns(step), losses, strict=False), start=1):
        part = step.parts[turn]
        came = as_number(received[number - 1], name="what stages.backward received")
        if not np.isclose(came, loss * part.share, rtol=TOLERANCE, atol=1e-7):
            raise Mismatch(
                f"stages.backward received {came:.5g} for part {turn + 1}. Its loss is {loss:.5g}, "
                f"and it has {part.share:.4g} of the counted targets of the batch, so "
                f"{loss * part.share:.5g} is expected.",
                discreet="stages.backward received another number than it should.",
            )
    for call in step.calls:
        if call.stage == "stages.clip" and call.returned is not None:
            came = as_number(call.received[0], name="what stages.clip received")
            if not np.isclose(came, step.max_norm, rtol=TOLERANCE):
                raise Mismatch(
                    f"stages.clip received {came:.5g}; max_norm is {step.max_norm:.5g}.",
                    discreet="stages.clip received another number than it should.",
                )


def assert_returned(step: Step) -> None:
    """The mean loss of the whole batch comes back."""
    assert_number(step.returned, step.loss, name="the returned loss")


@pytest.fixture
def judges() -> dict[str, Callable[[Step], None]]:
    """What a training step is judged by."""
    return {
        "order": assert_order,
        "flow": assert_flow,
        "shares": assert_shares,
        "returned": assert_returned,
        "left alone": lambda step: assert_unchanged(step.arguments[0], _given(step.parts)),
    }
