"""Claims about cross-attention, which a decoder-only model does without.

T positions of the decoder, S of the encoder's output, d width.
"""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention, feed_forward, softmax
from reference.decoder.answers.trials import CONFIG, small_model
from reference.decoder.attention import AttentionWeights


def cross_attention(x: Tensor, memory: Tensor, weights: AttentionWeights) -> Tensor:
    """Queries of x (T, d); keys and values of memory (S, d), all visible; no biases -> (T, d)."""

    def heads(projected: Tensor) -> Tensor:
        return projected.reshape(len(projected), CONFIG.n_heads, -1).transpose(0, 1)

    queries, keys = heads(x @ weights["query"]), heads(memory @ weights["key"])  # (h, T or S, D)
    scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])  # (h, T, S)
    mixed = softmax.softmax(scores) @ heads(memory @ weights["value"])
    return mixed.transpose(0, 1).flatten(-2) @ weights["output"]


def _rows(seed: int, count: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, CONFIG.width, generator=generator, dtype=torch.float64)


def _works(sub_layer: Callable[[], Tensor]) -> bool:
    """Whether a sub-layer gives finite numbers."""
    try:
        return bool(sub_layer().isfinite().all())
    except (IndexError, RuntimeError):
        return False


@claim
def which_sub_layer(seed: int) -> Mapping[str, bool]:
    """Each sub-layer runs on one sequence, with no row of a second one: which of them cannot?

    cross: Cross-attention gives no finite numbers without a second sequence.
    self: Masked self-attention gives no finite numbers on one sequence alone.
    feed-forward: The feed-forward network gives no finite numbers on one sequence alone.
    none: Each of the three gives finite numbers on one sequence alone.
    """
    layer = small_model(seed).weights["layers"][0]
    x, nothing = _rows(seed, 4), torch.zeros(0, CONFIG.width, dtype=torch.float64)
    fails = {
        "cross": not _works(lambda: cross_attention(x, nothing, layer["attention"])),
        "self": not _works(lambda: attention.self_attention(x, layer["attention"], CONFIG.n_heads)),
        "feed-forward": not _works(lambda: feed_forward.feed_forward(x, layer["feed_forward"])),
    }
    return {**fails, "none": not any(fails.values())}


@claim
def why_necessary(seed: int) -> Mapping[str, bool]:
    """The sub-layer runs without a second sequence, with one, and with more and other tokens.

    no-source: Cross-attention gives no finite numbers if no row of a second sequence is there.
    duplicate: With a second sequence, cross-attention gives what self-attention gives.
    no-mask: A row of cross-attention changes if a later token of the decoder's own sequence does.
    speed: A row of cross-attention has to be computed anew when the decoder's sequence grows.
    """
    weights = small_model(seed).weights["layers"][0]["attention"]
    x, memory = _rows(seed, 5), _rows(seed + 1, 3)
    result = cross_attention(x, memory, weights)
    other_end = torch.cat([x[:-1], -x[-1:]])
    return {
        "no-source": not _works(lambda: cross_attention(x, memory[:0], weights)),
        "duplicate": same(result, attention.self_attention(x, weights, CONFIG.n_heads)),
        "no-mask": not same(cross_attention(other_end, memory, weights)[:-1], result[:-1]),
        "speed": not same(cross_attention(x[:-1], memory, weights), result[:-1]),
    }


@claim
def prompt_without_it(seed: int) -> bool:
    """Each prompt token is exchanged in a model of one layer: do all later rows notice?"""
    model, prompt, generated = small_model(seed, n_layers=1), [1, 2, 3], [4, 5]
    rows = model(torch.tensor([prompt + generated]))[0, len(prompt) :]
    for place in range(len(prompt)):
        ids = [*prompt[:place], 9, *prompt[place + 1 :], *generated]
        changed = model(torch.tensor([ids]))[0, len(prompt) :]
        if any(same(one, two) for one, two in zip(rows, changed, strict=True)):
            return False
    return True


@claim
def prompt_reached_without_cross_attention(seed: int) -> bool:
    """What the model answer says: the sub-layer has no keys, and self-attention has the prompt."""
    return which_sub_layer(seed)["cross"] and prompt_without_it(seed)


@claim
def zero_memory(seed: int) -> Mapping[str, bool]:
    """Cross-attention without biases reads five rows of zeros; then the prompt is exchanged.

    nothing: What cross-attention adds is zero, so its input comes out as it was.
    nan: What cross-attention adds holds NaN.
    prompt: What cross-attention adds to the last row changes if the earlier tokens of its own
        sequence do.
    noise: Cross-attention adds the same vector to each row, and that vector is not zero.
    """
    weights = small_model(seed).weights["layers"][0]["attention"]
    x, memory = _rows(seed, 4), torch.zeros(5, CONFIG.width, dtype=torch.float64)
    added = cross_attention(x, memory, weights)
    other_prompt = torch.cat([-x[:-1], x[-1:]])
    return {
        "nothing": same(x + added, x),
        "nan": bool(added.isnan().any()),
        "prompt": not same(cross_attention(other_prompt, memory, weights)[-1], added[-1]),
        "noise": same(added, added[:1].expand_as(added)) and bool(added.abs().max() > 1e-9),
    }
