"""Claims about causal self-attention: the mask, the scale, and what moves between positions."""

import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim, prints
from reference.decoder import attention, decoder_stack, feed_forward, normalization, output, softmax
from reference.decoder.answers.trials import normal, prompts, replaced, small_model, wrong
from reference.decoder.model import DecoderModel


@claim
def which_stage_mixes(seed: int) -> Mapping[str, bool]:
    """One row of the input of each stage is changed: do other rows of its result change?

    attention: In causal self-attention other rows change if one row of its input does.
    feed-forward: In the feed-forward network other rows change if one row of its input does.
    normalization: In layer normalization other rows change if one row of its input does.
    map: In normalization and linear map to logits other rows change if one row of the input does.
    """
    weights = small_model(seed).weights
    layer, gain = weights["layers"][0], weights["final_norm_gain"]
    bias, to_logits = weights["final_norm_bias"], weights["output_weight"]

    def mixes(stage: Callable[[Tensor], Tensor]) -> bool:
        x = normal(seed, 1, 5, 12)
        changed = x.clone()
        changed[0, 1] = changed[0, 1].flip(0)
        return not same(stage(x)[0, [0, 2, 3, 4]], stage(changed)[0, [0, 2, 3, 4]])

    return {
        "attention": mixes(lambda x: attention.self_attention(x, layer["attention"], 3)),
        "feed-forward": mixes(lambda x: feed_forward.feed_forward(x, layer["feed_forward"])),
        "normalization": mixes(lambda x: normalization.layer_norm(x, gain, bias, 1e-5)),
        "map": mixes(lambda x: output.output_logits(x, gain, bias, 1e-5, to_logits)),
    }


@prints(lambda products, **_: {"keys": list(range(len(products)))})
@claim
def weight_of_one_key(
    seed: int,
    *,
    width: int = 4,
    query: int = 1,
    key: int = 1,
    products: Sequence[float] = (2, 4, 1),
) -> Mapping[str, float | list[float]]:
    """The attention weight of the query on the key in a head of this width and these products."""

    def weight(mistake: str = "", *, factor: float = 1) -> float:
        stage = wrong(f"attention_weights.{mistake}") if mistake else attention.attention_weights
        queries, keys = torch.zeros(2, 1, 1, len(products), width, dtype=torch.float64)
        queries[..., 0] = factor
        keys[..., 0] = torch.tensor(products)
        return float(stage(queries, keys)[0, 0, query, key])

    mistakes = ("no_scale", "no_mask", "scale_without_root", "mask_zero_fill")
    traps = {f"attention_weights.{mistake}": [weight(mistake)] for mistake in mistakes}
    # A query as many times longer undoes the scale: then mask and scale are missing.
    traps["attention_weights.no_mask"].append(weight("no_mask", factor=math.sqrt(width)))
    return {"answer": weight(), **traps}


def _matrices_printed(*, shown_seed: int) -> dict[str, list[list[list[float]]]]:
    """The rows of the four matrices as they stand side by side."""
    made = [matrix.tolist() for matrix in matrices(shown_seed).values()]
    return {"matrices": [list(rows) for rows in zip(*made, strict=True)]}


@prints(_matrices_printed)
@claim
def read_a_matrix(seed: int, *, shown_seed: int = 5) -> Mapping[str, bool]:
    """Each matrix: is it zero above the diagonal, and do its rows sum to one?

    a: Matrix A has zeros above the diagonal, and its rows sum to one.
    b: Matrix B has zeros above the diagonal, and its rows sum to one.
    c: Matrix C has zeros above the diagonal, and its rows sum to one.
    d: Matrix D has zeros above the diagonal, and its rows sum to one.
    """
    return {
        name: same(matrix, matrix.tril())
        and same(matrix.sum(-1), torch.ones(len(matrix), dtype=torch.float64))
        for name, matrix in matrices(seed).items()
    }


def matrices(seed: int) -> dict[str, Tensor]:
    """The weights of one head, right and by three misconceptions."""
    queries, keys = normal(seed, 2, 1, 1, 3, 4)
    wrong_ones = {"a": "mask_after_softmax", "b": "softmax_over_queries", "d": "mask_transposed"}
    made = {
        name: wrong(f"attention_weights.{id_}")(queries, keys) for name, id_ in wrong_ones.items()
    }
    made["c"] = attention.attention_weights(queries, keys)
    return {name: matrix[0, 0] for name, matrix in sorted(made.items())}


@claim
def no_mask_one_layer(seed: int) -> Mapping[str, bool]:
    """The next-token distributions of a model of one layer, with the mask and without.

    same: The distribution stays, and the mask hides no key from the last query.
    cheating: The distribution changes, and attention has a key beyond the step input.
    breaks: The distribution is uniform, and rows of weights do not sum to one.
    slightly: The distribution changes, and the last row of weights spreads over more keys than
        before.
    """
    pairs = with_and_without_mask(seed, n_layers=1)
    changed = any(not same(one, other) for one, other in pairs)
    uniform = all(same(other, other.mean().expand_as(other)) for _, other in pairs)
    queries, keys = normal(seed, 2, 1, 1, 6, 4)
    masked = attention.attention_weights(queries, keys)
    unmasked = wrong("attention_weights.no_mask")(queries, keys)
    more_keys = bool(((unmasked > 0).sum(-1) > (masked > 0).sum(-1))[..., -1].all())
    whole = same(unmasked.sum(-1), torch.ones(1, 1, 6, dtype=torch.float64))
    return {
        "same": not changed and bool((masked[..., -1, :] > 0).all()),
        "cheating": changed and any(_keys_beyond_the_input(seed)),
        "breaks": uniform and not whole,
        "slightly": changed and more_keys,
    }


@claim
def no_mask_two_layers(seed: int) -> Mapping[str, bool]:
    """The same for two layers, and with the mask missing in the last layer alone.

    changes: The distribution changes, and stays if the last layer alone, whose other rows are
        unused, lacks the mask.
    same: The distribution stays for some step input.
    future: The distribution changes, and attention has a key beyond the step input.
    token: The greedy token changes for every step input.
    """
    pairs = with_and_without_mask(seed, n_layers=2)
    changed = all(not same(one, other) for one, other in pairs)
    return {
        "changes": changed and _last_layer_does_not_need_the_mask(seed),
        "same": any(same(one, other) for one, other in pairs),
        "future": changed and any(_keys_beyond_the_input(seed)),
        "token": all(one.argmax() != other.argmax() for one, other in pairs),
    }


def with_and_without_mask(seed: int, *, n_layers: int) -> list[tuple[Tensor, Tensor]]:
    """The next-token distributions of some prompts, each with the mask and without."""
    model = small_model(seed, n_layers=n_layers)
    texts = [torch.tensor([text]) for text in prompts(seed, 8)]
    right = [softmax.softmax(model(text)[0, -1]) for text in texts]
    with replaced(self_attention=wrong("self_attention.no_mask")):
        unmasked = [softmax.softmax(model(text)[0, -1]) for text in texts]
    return list(zip(right, unmasked, strict=True))


def _last_layer_does_not_need_the_mask(seed: int) -> bool:
    """Whether the last row stays if the last layer alone, whose other rows are unused, lacks it."""
    x, layers = normal(seed, 1, 5, 12), small_model(seed).weights["layers"]
    below = decoder_stack.decoder_stack(x, layers[:1], 3, 1e-5)
    right = decoder_stack.decoder_stack(below, layers[1:], 3, 1e-5)
    with replaced(self_attention=wrong("self_attention.no_mask")):
        unmasked = decoder_stack.decoder_stack(below, layers[1:], 3, 1e-5)
    return same(right[0, -1], unmasked[0, -1])


def _keys_beyond_the_input(seed: int) -> list[bool]:
    """For each call of attention without a mask: has it more keys than the step input has ids?"""
    text = prompts(seed)[0]
    longer: list[bool] = []

    def weights(queries: Tensor, keys: Tensor) -> Tensor:
        longer.append(keys.shape[-2] > len(text))
        unmasked: Tensor = wrong("attention_weights.no_mask")(queries, keys)
        return unmasked

    with replaced(attention_weights=weights):
        small_model(seed)(torch.tensor([text]))
    return longer


@claim
def no_scale(seed: int, *, width: int = 16) -> Mapping[str, bool]:
    """The weights of heads of width 16, with and without the division.

    sharper: The entropy of every row falls, if it has more than one key, and the largest weight
        stays where it is.
    flatter: The entropy of every row rises, if it has more than one key.
    constant: The weights stay.
    sum: The rows no longer sum to what they did.
    """
    queries, keys = normal(seed, 2, 1, 2, 6, width)
    right = attention.attention_weights(queries, keys)
    unscaled = wrong("attention_weights.no_scale")(queries, keys)
    rise = (_entropy(unscaled) - _entropy(right))[..., 1:]  # row 0 has one key alone
    same_largest = bool((right.argmax(-1) == unscaled.argmax(-1)).all())
    return {
        "sharper": bool((rise < 0).all()) and same_largest,
        "flatter": bool((rise > 0).all()),
        "constant": same(right, unscaled),
        "sum": not same(unscaled.sum(-1), right.sum(-1)),
    }


def _entropy(weights: Tensor) -> Tensor:
    entropy: Tensor = -torch.special.xlogy(weights, weights).sum(-1)
    return entropy


@claim
def mask_after_softmax(seed: int) -> Mapping[str, bool]:
    """Softmax of random scores, then zeros at later keys: the rows that sum to one.

    last: The last row sums to one, and no other.
    all: All rows sum to one.
    first: The first row sums to one, and no other.
    none: No row sums to one.
    """
    weights = softmax.softmax(normal(seed, 5, 5))
    sums = weights.masked_fill(~attention.causal_mask(5), 0).sum(-1)
    whole = {row for row, total in enumerate(sums) if math.isclose(total, 1, rel_tol=1e-9)}
    return {
        "last": whole == {4},
        "all": whole == set(range(5)),
        "first": whole == {0},
        "none": not whole,
    }


@claim
def no_key_bias(seed: int) -> bool:
    """Whether the logits stay if every key bias is set to zero."""
    model = small_model(seed)
    ids = torch.tensor([[3, 1, 4, 5, 9]])
    right = model(ids)
    for layer in model.weights["layers"]:
        layer["attention"]["key_bias"].zero_()
    return same(model(ids), right)


@claim
def why_causal(seed: int) -> Mapping[str, bool]:
    """Ids are changed or appended at the end of a text, and earlier logits are compared.

    training: The logits before the last id of a text stay if that id is exchanged.
    stable: The hidden states of all positions stay if an id is appended.
    cheaper: The last query gives weight to fewer keys than there are.
    order: In a model of one layer without position embeddings the last logits change with the order
        of earlier ids.
    """
    model = small_model(seed)
    text, other_end = torch.tensor([[3, 1, 4, 5, 9]]), torch.tensor([[3, 1, 4, 5, 2]])
    logits, hidden = model(text), _hidden_states(model, [3, 1, 4, 5, 9])
    queries, keys = normal(seed, 2, 1, 1, 8, 4)
    seen_by_last = int((attention.attention_weights(queries, keys)[0, 0, -1] > 0).sum())
    without = small_model(seed, positions=False, n_layers=1)
    one, other = without(torch.tensor([[4, 9, 1, 6], [1, 4, 9, 6]]))[:, -1]
    return {
        "training": same(logits[0, :-1], model(other_end)[0, :-1]),
        "stable": same(hidden, _hidden_states(model, [3, 1, 4, 5, 9, 2])[:, :-1]),
        "cheaper": seen_by_last < 8,
        "order": not same(one, other),
    }


def _hidden_states(model: DecoderModel, ids: list[int]) -> Tensor:
    """What leaves each layer, (L, T, d)."""
    stages = model.stages()
    states = [stages.embed(ids)]
    for layer in stages.layers:
        states.append(layer(states[-1]))
    return torch.stack(states[1:])
