"""Claims about the reach of attention and what it costs."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention, feed_forward, normalization
from reference.decoder.answers.claims.cached_decode import CachedDecoder
from reference.decoder.answers.trials import CONFIG, small_model, wrong
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
def visible_pairs(seed: int, *, tokens: int = 6) -> Mapping[str, float | list[int]]:
    """How many attention weights of one head on so many tokens are not zero."""
    heads = _normal(seed, 1, 1, tokens, 4), _normal(seed + 1, 1, 1, tokens, 4)

    def pairs(stage: Callable[..., Tensor], *, keys: int = tokens) -> int:
        """How many pairs get some weight, with the nearest keys of each query alone."""
        return int((stage(*heads).triu(1 - keys) > 0).sum())

    right = attention.attention_weights
    return {
        "answer": pairs(right),
        "attention_weights.no_mask": pairs(wrong("attention_weights.no_mask")),
        "attention_weights.mask_strict": pairs(wrong("attention_weights.mask_strict")),
        "mask.limits_the_distance": [pairs(right, keys=1), pairs(right, keys=2)],
    }


@claim
def layers_to_reach(seed: int, *, tokens: int = 64) -> Mapping[str, float | list[int]]:
    """The first token is exchanged, in models of more and more layers, until the end notices."""
    ids = torch.randint(11, (1, tokens), generator=torch.Generator().manual_seed(seed))
    other = ids.clone()
    other[0, 0] = (ids[0, 0] + 1) % 11
    for layers in range(tokens + 1):
        model = small_model(seed, n_layers=layers, context_length=tokens)
        if not same(model(ids)[0, -1], model(other)[0, -1]):
            break
    else:
        raise AssertionError("no model lets the first token reach the last position")
    doublings = next(n for n in range(tokens) if 2**n >= tokens)
    return {
        "answer": layers,
        "attention.one_place_per_layer": [tokens - 1, tokens],  # a step for each place, or token
        "attention.doubles_reach_per_layer": doublings,
    }


@claim
def double_length(seed: int) -> Mapping[str, bool]:
    """Sizes and operations are counted in models that are made for 8 and for 16 tokens.

    scores: Attention weights have four times as many entries.
    feed-forward: The feed-forward network takes twice as many operations.
    cache: The cache of the whole step input holds twice as many numbers.
    weights: The query and key projections hold twice as many numbers.
    linear: The weighted sums of the values take twice as many operations.
    """

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
    """The operations that attention takes in one decode pass, at 8, 16 and 32 keys.

    linear: From 8 to 16 and to 32 keys the operations grow two and four times.
    square: From 8 to 16 and to 32 keys the operations grow four and sixteen times.
    constant: At 8, 16 and 32 keys the operations are as many.
    logarithm: From 8 to 16 keys the operations grow by as much as from 16 to 32.
    """
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
def window_of_three(seed: int, *, layers: int = 4, own: int = 0) -> Mapping[str, float]:
    """The furthest row of the input on which the logits of the last position depend.

    Each query sees three keys, its own and two before it; the last row counts as `own`.
    """
    return {
        "answer": own + _places_back(seed, layers, window=3),
        "global_attention.window_limits_all_layers": own + _places_back(seed, 1, window=3),
        "global_attention.window_counts_itself": own + _places_back(seed, layers, window=4),
        "attention.doubles_reach_per_layer": own + 2**layers,
    }


def _places_back(seed: int, layers: int, *, window: int) -> int:
    """How far back the last row still depends on the input."""
    model = small_model(seed, n_layers=layers)
    embedded = _normal(seed, 20, WIDTH).requires_grad_()
    hidden: Tensor = embedded
    for weights in model.weights["layers"]:
        hidden = _windowed_layer(hidden, weights, window=window)
    model.output(hidden)[-1].sum().backward()  # type: ignore[no-untyped-call]
    assert embedded.grad is not None
    reached = embedded.grad.abs().sum(dim=-1) > 0
    return len(reached) - 1 - int(reached.nonzero().min())
