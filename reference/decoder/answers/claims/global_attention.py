"""Claims about the reach of attention and what it costs."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention, feed_forward, normalization
from reference.decoder.answers.claims.cached_decode import CachedDecoder
from reference.decoder.answers.trials import CONFIG, small_model
from reference.decoder.decoder_layer import LayerWeights

WIDTH, HEADS = CONFIG.width, CONFIG.n_heads


def _normal(seed: int, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def _work(compute: Callable[[], object]) -> int:
    """How many operations the matrix products in a computation take."""
    with FlopCounterMode(display=False) as counter:
        compute()
    return int(counter.get_total_flops())


@claim
def visible_pairs(seed: int) -> float:
    """How many attention weights of one head on six tokens are not zero."""
    weights = attention.attention_weights(_normal(seed, 1, 1, 6, 4), _normal(seed + 1, 1, 1, 6, 4))
    return int((weights > 0).sum())


@claim
def layers_to_reach(seed: int) -> float:
    """The first token is exchanged, in models of more and more layers, until the end notices."""
    ids = torch.randint(11, (1, 64), generator=torch.Generator().manual_seed(seed))
    other = ids.clone()
    other[0, 0] = (ids[0, 0] + 1) % 11
    for layers in range(65):
        model = small_model(seed, n_layers=layers, context_length=64)
        if not same(model(ids)[0, -1], model(other)[0, -1]):
            return layers
    raise AssertionError("no model lets the first token reach the last position")


@claim
def double_length(seed: int) -> Mapping[str, bool]:
    """Sizes and operations are counted in models that are made for 8 and for 16 tokens."""

    def measured(length: int) -> dict[str, int]:
        model = small_model(seed, context_length=length)
        layer = model.weights["layers"][0]
        hidden = _normal(seed, 1, length, WIDTH)
        heads = _normal(seed, 1, HEADS, length, WIDTH // HEADS)
        decoder = CachedDecoder(model)
        decoder.run([1] * length)
        weights = attention.attention_weights(heads, heads)
        return {
            "scores": weights.numel(),
            "feed-forward": _work(lambda: feed_forward.feed_forward(hidden, layer["feed_forward"])),
            "cache": sum(kept.numel() for kept in (*decoder.keys, *decoder.values)),
            "weights": layer["attention"]["query"].numel() + layer["attention"]["key"].numel(),
            "linear": _work(lambda: weights @ heads),
        }

    short, long = measured(8), measured(16)
    return {name: long[name] == (4 if name == "scores" else 2) * short[name] for name in short}


@claim
def decode_cost(seed: int) -> Mapping[str, bool]:
    """The operations that attention takes in one decode pass, at 8, 16 and 32 keys."""
    model = small_model(seed, context_length=32)

    def work(keys: int) -> int:
        decoder = CachedDecoder(model)
        decoder.run([1] * (keys - 1))
        with FlopCounterMode(display=False) as counter:
            decoder.run([2])
        # Only attention multiplies batches of matrices, one matrix a head.
        return int(counter.get_flop_counts()["Global"][torch.ops.aten.bmm])

    short, middle, long = (work(keys) for keys in (8, 16, 32))
    return {
        "linear": (middle, long) == (2 * short, 4 * short),
        "square": (middle, long) == (4 * short, 16 * short),
        "constant": short == middle == long,
        "logarithm": middle > short and long - middle == middle - short,
    }


@claim
def distance(seed: int) -> bool:
    """The same key stands at seven positions: does the last query prefer the nearer ones?"""
    queries = _normal(seed, 1, 1, 7, 4)
    keys = _normal(seed + 1, 1, 1, 1, 4).expand(1, 1, 7, 4)
    weights = attention.attention_weights(queries, keys)[0, 0, -1]
    return bool((weights.diff() > 1e-12).all())


def _windowed_layer(x: Tensor, weights: LayerWeights, window: int) -> Tensor:
    """A decoder layer on (T, d) in which each query sees so many keys, its own included."""
    normed = normalization.layer_norm(
        x, weights["attention_norm_gain"], weights["attention_norm_bias"], CONFIG.eps
    )
    seen = (normed[max(0, t - window + 1) : t + 1] for t in range(len(x)))
    x = x + torch.stack(
        [attention.self_attention(rows, weights["attention"], HEADS)[-1] for rows in seen]
    )
    normed = normalization.layer_norm(
        x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], CONFIG.eps
    )
    return x + feed_forward.feed_forward(normed, weights["feed_forward"])


@claim
def window_of_three(seed: int) -> float:
    """The furthest row of the input on which the logits of the last position depend."""
    model = small_model(seed, n_layers=4)
    embedded = _normal(seed, 20, WIDTH).requires_grad_()
    hidden: Tensor = embedded
    for weights in model.weights["layers"]:
        hidden = _windowed_layer(hidden, weights, window=3)
    model.output(hidden)[-1].sum().backward()  # type: ignore[no-untyped-call]
    assert embedded.grad is not None
    reached = embedded.grad.abs().sum(dim=-1) > 0
    return len(reached) - 1 - int(reached.nonzero().min())
