"""Claims about one decoder layer: its sums, its norms and its feed-forward network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention, decoder_layer, feed_forward, normalization
from reference.decoder.answers.trials import normal, prompts, replaced, small_model, wrong
from reference.decoder.decoder_layer import LayerWeights
from reference.decoder.misconceptions import decoder_layer as wrong_layers


@claim
def follow_the_numbers(
    seed: int,
    *,
    x: Sequence[float] = (4, 2),
    gain: float = 1,
    bias: float = 0,
    attended: Sequence[float] = (2, 0),
    factor: float = 3,
) -> Mapping[str, float]:
    """The first component of what a layer gives whose sub-layers give what the stem says."""
    weights = small_model(seed, width=2, n_heads=1).weights["layers"][0]
    for norm in ("attention_norm", "feed_forward_norm"):
        weights[f"{norm}_gain"] = torch.full((2,), gain).double()  # type: ignore[literal-required]
        weights[f"{norm}_bias"] = torch.full((2,), bias).double()  # type: ignore[literal-required]
    mistakes = (
        "no_norm",
        "no_residual",
        "residual_from_normalized",
        "stale_residual",
        "post_norm",
    )
    versions = {f"decoder_layer.{name}": wrong(f"decoder_layer.{name}") for name in mistakes}
    versions["answer"] = decoder_layer.decoder_layer
    given = torch.tensor([[x]]).double()
    with replaced(
        wrong_layers,
        self_attention=lambda *_: torch.tensor([[attended]]).double(),
        feed_forward=lambda normed, _: factor * normed,
    ):
        return {n: float(layer(given, weights, 1, 1e-12)[0, 0, 0]) for n, layer in versions.items()}


@claim
def layer_norm_entry(
    seed: int, *, gain: float = 1, bias: float = 0, x: Sequence[float] = (2, 4, 4, 6)
) -> Mapping[str, float]:
    """The last component of the norm of the vector."""
    given = torch.tensor(x, dtype=torch.float64)
    settings = torch.full_like(given, gain), torch.full_like(given, bias), 1e-12
    mistakes = ("unbiased_variance", "variance_not_root", "no_centring")
    versions = {f"layer_norm.{name}": wrong(f"layer_norm.{name}") for name in mistakes}
    versions["answer"] = normalization.layer_norm
    return {name: float(norm(given, *settings)[-1]) for name, norm in versions.items()}


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

    affine: The network is one affine map, with a matrix of full rank.
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
        "affine": is_affine and int(torch.linalg.matrix_rank(matrix)) == x.shape[-1],
        "same": same(linear, feed_forward.feed_forward(x, weights)),
        "wide": not is_affine or directions > x.shape[-1],
        "nothing": same(linear, weights["outer_bias"].expand_as(linear)),
    }


@claim
def feed_forward_data(seed: int, *, position: int = 5) -> Mapping[str, bool]:
    """Which rows of its input move one row of the network's result, in the second layer.

    own: Row 5 of the result changes with row 5 of the normalized input, and with no other.
    past: Row 5 of the result changes with the rows 0 to 5 of its input.
    all: Row 5 of the result changes with each row of its input.
    embedding: What the network is given at position 5 is the token embedding of its token.
    """
    weights = small_model(seed).weights
    layer = weights["layers"][1]
    x = normal(seed, 1, 8, 12)
    result = feed_forward.feed_forward(x, layer["feed_forward"])[0, position]
    reads = set()
    for row in range(8):
        changed = x.clone()
        changed[0, row] = changed[0, row].flip(0)
        if not same(feed_forward.feed_forward(changed, layer["feed_forward"])[0, position], result):
            reads.add(row)
    return {
        "own": reads == {position} and _reads_normalized(seed),
        "past": reads == set(range(position + 1)),
        "all": reads == set(range(8)),
        "embedding": _reads_token_embedding(seed),
    }


def _reads_normalized(seed: int) -> bool:
    """Whether what a network in the model is given is normalized, before gain and bias."""
    layers = small_model(seed).weights["layers"]
    for x, weights in zip(_given_to_networks(seed, [3, 1, 4, 5, 9, 2]), layers, strict=True):
        plain = (x - weights["feed_forward_norm_bias"]) / weights["feed_forward_norm_gain"]
        if not (_near_number(plain.mean(-1), 0) and _near_number(plain.var(-1, correction=0), 1)):
            return False
    return True


def _near_number(numbers: Tensor, number: float) -> bool:
    return bool((numbers - number).abs().max() < 1e-3)


def _reads_token_embedding(seed: int) -> bool:
    """Whether what a network in the model is given is the token embedding of its position."""
    model, ids = small_model(seed), [3, 1, 4, 5, 9, 2]
    rows = (x[0, 5] for x in _given_to_networks(seed, ids))
    return any(same(row, model.token_embedding[ids[5]]) for row in rows)


def _given_to_networks(seed: int, ids: list[int]) -> list[Tensor]:
    """What the feed-forward network of each layer is given, (1, T, d)."""
    given: list[Tensor] = []

    def recorded(x: Tensor, weights: feed_forward.FeedForwardWeights) -> Tensor:
        given.append(x)
        return real(x, weights)

    real = feed_forward.feed_forward
    with replaced(feed_forward=recorded):
        small_model(seed)(torch.tensor([ids]))
    return given


@claim
def norm_statistics(seed: int) -> bool:
    """Whether a changed row changes the norm of other rows."""
    x = normal(seed, 1, 5, 12)
    longer = torch.cat([x, normal(seed + 1, 1, 1, 12)], dim=1)
    ones, zeros = torch.ones(12).double(), torch.zeros(12).double()
    normed = normalization.layer_norm(x, ones, zeros, 1e-5)
    return not same(normed, normalization.layer_norm(longer, ones, zeros, 1e-5)[:, :-1])


@claim
def hundredfold_input(seed: int, *, factor: int = 100) -> Mapping[str, bool]:
    """What attention gives in a layer, for an input and for so many times as much.

    same: The result hardly changes, and neither does the normalized input that the sub-layer reads.
    hundred: The result is a hundred times as large.
    sharp: Each row of weights comes to one single key, and did not before.
    small: The result is a hundredth.
    """
    layer = small_model(seed).weights["layers"][0]
    x = normal(seed, 1, 5, 12)
    before, after = (_attention(times * x, layer) for times in (1, factor))
    sharp = bool((after.weights.amax(-1) > 0.99).all())
    return {
        "same": _near(after.result, before.result) and _near(after.given, before.given),
        "hundred": _near(after.result, factor * before.result),
        "sharp": sharp and not _near(before.weights, after.weights),
        "small": _near(after.result, before.result / factor),
    }


@dataclass(frozen=True, slots=True)
class _Attended:
    """What the attention sub-layer of a layer was given, its weights, and its result."""

    given: Tensor
    weights: Tensor
    result: Tensor


def _attention(x: Tensor, layer: LayerWeights) -> _Attended:
    """One pass through the attention sub-layer of a real layer."""
    given: list[Tensor] = []
    results: list[Tensor] = []
    used: list[Tensor] = []

    def weights_of(queries: Tensor, keys: Tensor) -> Tensor:
        used.append(real_weights(queries, keys))
        return used[-1]

    def recorded(x: Tensor, weights: attention.AttentionWeights, n_heads: int) -> Tensor:
        given.append(x)
        results.append(real(x, weights, n_heads))
        return results[-1]

    real, real_weights = attention.self_attention, attention.attention_weights
    with replaced(self_attention=recorded, attention_weights=weights_of):
        decoder_layer.decoder_layer(x, layer, 3, 1e-5)
    return _Attended(given[0], used[0], results[0])


def _near(one: Tensor, other: Tensor) -> bool:
    """Equal up to what eps makes of the difference: a thousandth of the largest entry."""
    return bool((one - other).abs().max() < 1e-3 * other.abs().max())
