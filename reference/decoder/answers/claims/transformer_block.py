"""Claims about one decoder layer: its sums, its norms and its feed-forward network."""

from collections.abc import Mapping

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention, decoder_layer, feed_forward, normalization
from reference.decoder.answers.trials import normal, prompts, replaced, small_model, wrong
from reference.decoder.decoder_layer import LayerWeights


@claim
def follow_the_numbers(seed: int) -> float:
    """A layer of width 2 whose sub-layers give what the stem says."""
    weights = small_model(seed, width=2, n_heads=1).weights["layers"][0]
    for norm in ("attention_norm", "feed_forward_norm"):
        weights[f"{norm}_gain"] = torch.ones(2).double()  # type: ignore[literal-required]
        weights[f"{norm}_bias"] = torch.zeros(2).double()  # type: ignore[literal-required]
    x = torch.tensor([[[4.0, 2.0]]], dtype=torch.float64)
    with replaced(
        self_attention=lambda *_: torch.tensor([[[2.0, 0.0]]]).double(),
        feed_forward=lambda normed, _: 3 * normed,
    ):
        return float(decoder_layer.decoder_layer(x, weights, 1, 1e-12)[0, 0, 0])


@claim
def layer_norm_entry(seed: int) -> float:
    """The norm of the vector of the stem."""
    x = torch.tensor([2.0, 4.0, 4.0, 6.0], dtype=torch.float64)
    return float(normalization.layer_norm(x, torch.ones(4), torch.zeros(4), 1e-12)[-1])


@claim
def no_residual(seed: int) -> Mapping[str, bool]:
    """Three layers without residuals, the second with an outer map of zeros; each id is changed.

    nothing: No id of the step input changes the last hidden state, and the layer hands on zeros.
    same: The last hidden state is that of a layer with its residual connections.
    newest: The newest id changes the last hidden state, and no other does.
    weaker: Each id changes the last hidden state.
    """
    model = small_model(seed, n_layers=3)
    outer = model.weights["layers"][1]["feed_forward"]
    outer["outer"].zero_()
    outer["outer_bias"].zero_()
    ids = prompts(seed)[0]
    right = _last_hidden(ids, model.weights["layers"], seed)
    with replaced(decoder_layer=wrong("decoder_layer.no_residual")):
        last = _last_hidden(ids, model.weights["layers"], seed)
        matters = {
            place
            for place in range(len(ids))
            if not same(last, _last_hidden(_changed(ids, place), model.weights["layers"], seed))
        }
        handed_on = _hidden(ids, model.weights["layers"][:2], seed)
    return {
        "nothing": not matters and same(handed_on, torch.zeros_like(handed_on)),
        "same": same(last, right),
        "newest": matters == {len(ids) - 1},
        "weaker": matters == set(range(len(ids))),
    }


def _changed(ids: list[int], place: int) -> list[int]:
    return [*ids[:place], (ids[place] + 1) % 11, *ids[place + 1 :]]


def _last_hidden(ids: list[int], layers: list[LayerWeights], seed: int) -> Tensor:
    return _hidden(ids, layers, seed)[-1]


def _hidden(ids: list[int], layers: list[LayerWeights], seed: int) -> Tensor:
    hidden = small_model(seed, n_layers=3).stages().embed(ids).unsqueeze(0)
    for weights in layers:
        hidden = decoder_layer.decoder_layer(hidden, weights, 3, 1e-5)
    return hidden[0]


@claim
def no_activation(seed: int) -> Mapping[str, bool]:
    """The network without GELU, beside one affine map of the same width and the real network.

    affine: The network is one affine map.
    same: The network gives the same as with its activation.
    wide: The network is no affine map, or its results span more directions than its input has.
    nothing: The network gives its bias for every input.
    """
    weights = small_model(seed).weights["layers"][0]["feed_forward"]
    x = normal(seed, 30, 12)
    linear = wrong("feed_forward.no_activation")(x, weights)
    matrix = weights["inner"] @ weights["outer"]
    bias = weights["inner_bias"] @ weights["outer"] + weights["outer_bias"]
    is_affine = same(linear, x @ matrix + bias)
    directions = int(torch.linalg.matrix_rank(linear - bias))
    return {
        "affine": is_affine,
        "same": same(linear, feed_forward.feed_forward(x, weights)),
        "wide": not is_affine or directions > x.shape[-1],
        "nothing": same(linear, weights["outer_bias"].expand_as(linear)),
    }


@claim
def feed_forward_data(seed: int) -> Mapping[str, bool]:
    """Which rows of its input move row 5 of the network's result, in the second layer.

    own: Row 5 of the result changes with row 5 of the normalized input, and with no other.
    past: Row 5 of the result changes with the rows 0 to 5 of its input.
    all: Row 5 of the result changes with each row of its input.
    embedding: What the network is given at position 5 is the token embedding of its token.
    """
    weights = small_model(seed).weights
    layer = weights["layers"][1]
    x = normal(seed, 1, 8, 12)
    result = feed_forward.feed_forward(x, layer["feed_forward"])[0, 5]
    reads = set()
    for row in range(8):
        changed = x.clone()
        changed[0, row] = changed[0, row].flip(0)
        if not same(feed_forward.feed_forward(changed, layer["feed_forward"])[0, 5], result):
            reads.add(row)
    return {
        "own": reads == {5},
        "past": reads == set(range(6)),
        "all": reads == set(range(8)),
        "embedding": _reads_token_embedding(seed),
    }


def _reads_token_embedding(seed: int) -> bool:
    """Whether what a network in the model is given is the token embedding of its position."""
    model, ids = small_model(seed), [3, 1, 4, 5, 9, 2]
    given: list[Tensor] = []

    def recorded(x: Tensor, weights: feed_forward.FeedForwardWeights) -> Tensor:
        given.append(x)
        return real(x, weights)

    real = feed_forward.feed_forward
    with replaced(feed_forward=recorded):
        model(torch.tensor([ids]))
    return any(same(x[0, 5], model.token_embedding[ids[5]]) for x in given)


@claim
def norm_statistics(seed: int) -> bool:
    """Whether a changed row changes the norm of other rows."""
    x = normal(seed, 1, 5, 12)
    longer = torch.cat([x, normal(seed + 1, 1, 1, 12)], dim=1)
    ones, zeros = torch.ones(12).double(), torch.zeros(12).double()
    normed = normalization.layer_norm(x, ones, zeros, 1e-5)
    return not same(normed, normalization.layer_norm(longer, ones, zeros, 1e-5)[:, :-1])


@claim
def hundredfold_input(seed: int) -> Mapping[str, bool]:
    """What attention gives in a layer, for an input and for a hundred times as much.

    same: The result hardly changes, and neither does the normalized input that the sub-layer reads.
    hundred: The result is a hundred times as large.
    sharp: Each row of weights comes to one single key, and did not before.
    small: The result is a hundredth.
    """
    layer = small_model(seed).weights["layers"][0]
    x = normal(seed, 1, 5, 12)
    (before, weights), (after, new_weights) = (_attention(factor * x, layer) for factor in (1, 100))
    return {
        "same": _near(after, before),
        "hundred": _near(after, 100 * before),
        "sharp": bool((new_weights.amax(-1) > 0.99).all()) and not _near(weights, new_weights),
        "small": _near(after, before / 100),
    }


def _attention(x: Tensor, layer: LayerWeights) -> tuple[Tensor, Tensor]:
    """The result of the attention sub-layer of a real layer, and its weights."""
    results: list[Tensor] = []
    used: list[Tensor] = []

    def weights_of(queries: Tensor, keys: Tensor) -> Tensor:
        used.append(real_weights(queries, keys))
        return used[-1]

    def recorded(x: Tensor, weights: attention.AttentionWeights, n_heads: int) -> Tensor:
        results.append(real(x, weights, n_heads))
        return results[-1]

    real, real_weights = attention.self_attention, attention.attention_weights
    with replaced(self_attention=recorded, attention_weights=weights_of):
        decoder_layer.decoder_layer(x, layer, 3, 1e-5)
    return results[0], used[0]


def _near(one: Tensor, other: Tensor) -> bool:
    """Equal up to what eps makes of the difference: a thousandth of the largest entry."""
    return bool((one - other).abs().max() < 1e-3 * other.abs().max())
