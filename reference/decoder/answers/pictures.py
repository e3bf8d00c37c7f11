"""What the figures show: the reference as it was seen to run on a small random model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from reference.decoder import attention, generation
from reference.decoder.answers import trials
from reference.decoder.answers.claims.cached_decode import CachedDecoder

STEPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Boxes one after the other, and what goes from each to the next."""

    title: str
    boxes: tuple[str, ...]
    arrows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The attention weights of one head, a row for each query."""

    title: str
    tokens: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]


def forward_pass(seed: int) -> Flow:
    """One generation step: the stages in the order in which they were called, with the shapes."""
    run = _run(seed, tokens=1)
    boxes, arrows = ["Step input: prompt and generated tokens"], []
    for call in run.trace.calls:
        shape = call.input.shape if isinstance(call.input, Tensor) else (len(run.inputs[0]),)
        arrows.append(f"{' x '.join(map(str, shape))} {_RECEIVES[call.stage]}")
        boxes.append(_NAMES[call.stage].format(number=(call.layer or 0) + 1))
    return Flow(title="One generation step", boxes=tuple(boxes), arrows=tuple(arrows))


def generation_flow(seed: int) -> Flow:
    """What each step read, and which token it passed on."""
    run = _run(seed, tokens=STEPS)
    boxes = [f"Step {n} reads {ids}" for n, ids in enumerate(run.inputs, start=1)]
    arrows = [f"token {token} at the end" for token in run.tokens]
    return Flow(
        title=f"The generation of {STEPS} tokens",
        boxes=(*boxes, f"Generated: {run.tokens}"),
        arrows=tuple(arrows),
    )


def decoding_phase(seed: int) -> Flow:
    """With a KV cache: how many positions each pass ran, and how many keys it could see."""
    decoder = CachedDecoder(trials.small_model(seed))
    tokens = decoder.generate(_prompt(seed), STEPS)
    seen = 0
    boxes = []
    for number, count in enumerate(decoder.positions_run):
        seen += count
        phase = "Prefill" if number == 0 else f"Decode {number}"
        boxes.append(f"{phase}: {count} new, {seen} keys and values in the cache")
    return Flow(
        title="Prefill and decode with a KV cache",
        boxes=(*boxes, f"Generated: {tokens}"),
        arrows=tuple(f"token {token}" for token in tokens),
    )


def attention_matrix(seed: int) -> Matrix:
    """The first head of the first layer on a prompt."""
    kept: list[Tensor] = []
    compute = attention.attention_weights

    def recorded(queries: Tensor, keys: Tensor) -> Tensor:
        kept.append(compute(queries, keys))
        return kept[-1]

    prompt = _prompt(seed)
    stages = trials.small_model(seed).stages()
    with trials.replaced(attention_weights=recorded):
        stages.layers[0](stages.embed(prompt))
    rows = kept[0].reshape(-1, len(prompt), len(prompt))[0].tolist()
    return Matrix(
        title="Attention weights of one head, a row for each query",
        tokens=tuple(map(str, prompt)),
        weights=tuple(map(tuple, rows)),
    )


DRAWINGS: Mapping[str, Callable[[int], Flow | Matrix]] = {
    "attention-matrix": attention_matrix,
    "forward-pass": forward_pass,
    "generation-flow": generation_flow,
    "decoding-phase": decoding_phase,
}

_NAMES = {
    "embed": "Token and position embedding",
    "layer": "Decoder layer {number}",
    "output": "Final normalization and output projection",
    "softmax": "Softmax",
    "select": "Token selection",
}
_RECEIVES = {
    "embed": "token ids",
    "layer": "hidden states",
    "output": "final hidden states",
    "softmax": "logits of the last position",
    "select": "probabilities",
}


def _prompt(seed: int) -> list[int]:
    return trials.prompts(seed, 1)[0]


def _run(seed: int, *, tokens: int) -> trials.Run:
    stages = trials.small_model(seed).stages()
    return trials.run(generation.generate, stages, _prompt(seed), tokens=tokens)
