"""Claims about the initial representation, and about models without position embeddings."""

from collections.abc import Mapping

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention, embedding, generation
from reference.decoder.answers.trials import replaced, run, small_model, wrong
from reference.decoder.model import DecoderModel

TEXT, REARRANGED = [4, 9, 1, 6], [1, 4, 9, 6]


@claim
def one_entry(seed: int) -> float:
    """The tables of the stem, looked up by the embedding."""
    tokens = torch.tensor([[1.0, 4.0], [2.0, -3.0], [0.0, 5.0]])
    positions = torch.tensor([[0.5, 0.1], [0.2, 0.7], [-0.4, 0.3]])
    return float(embedding.embed(torch.tensor([2, 1]), tokens, positions)[1, 1])


@claim
def same_token_twice(seed: int) -> bool:
    """Whether the first and the third row of a random embedding of 8, 3, 8 are equal."""
    first, _, third = small_model(seed).stages().embed([8, 3, 8])
    return same(first, third)


@claim
def sliding_window(seed: int) -> Mapping[str, bool]:
    """Two step inputs in a row at a full window, and the summands of each vector."""
    model = small_model(seed, context_length=6)
    prompt = [3, 1, 4, 5, 9, 2]
    seen = run(generation.generate, model.stages(), prompt, tokens=2, context_length=6)
    (old, before), (new, after) = seen.of("embed")
    old_places, new_places = _positions(model, old, before), _positions(model, new, after)
    tokens = model.token_embedding
    moved = all(o != n for o, n in zip(old_places[1:], new_places[:-1], strict=True))
    kept = all(
        same(before[t + 1] - model.position_embedding[t + 1], tokens[new[t]])
        and same(after[t] - model.position_embedding[t], tokens[new[t]])
        for t in range(5)
    )
    return {
        "new-position": moved,
        "same-row": kept,
        "absolute": new_places[-1] == 6,
        "newest-zero": new_places[-1] == 0,
    }


def _positions(model: DecoderModel, ids: tuple[int, ...], vectors: Tensor) -> list[int | None]:
    """The row of the position embedding that stands in each vector."""
    rests = vectors - model.token_embedding[list(ids)]
    table = model.position_embedding
    return [next((n for n, row in enumerate(table) if same(rest, row)), None) for rest in rests]


@claim
def no_positions_one_layer(seed: int) -> Mapping[str, bool]:
    """One layer without positions, on the two step inputs of the stem."""
    logits, rearranged = _both(small_model(seed, positions=False, n_layers=1))
    changed = not same(logits, rearranged)
    hidden = _last_weights(seed, TEXT) == 0
    return {
        "same": not changed,
        "reading": changed,
        "mask": changed and bool(hidden.any()),
        "uniform": same(rearranged, rearranged.mean().expand(11)),
    }


@claim
def no_positions_two_layers(seed: int) -> Mapping[str, bool]:
    """Two layers without positions, with and without the mask, on both step inputs."""
    model = small_model(seed, positions=False)
    changed = not same(*_both(model))
    with replaced(self_attention=wrong("self_attention.no_mask")):
        changed_without_mask = not same(*_both(model))
    twice = _last_weights(seed, [4, 9, 4, 6])  # two equal keys, one nearer to the query
    prefers_near = not same(twice[:, 0], twice[:, 2])
    return {
        "change": changed and not changed_without_mask,
        "same": not changed,
        "distance": changed and prefers_near,
        "residual": not changed,
    }


@claim
def no_positions_no_mask(seed: int) -> bool:
    """Whether the last logits stay through rearranging, with neither positions nor mask."""
    with replaced(self_attention=wrong("self_attention.no_mask")):
        return same(*_both(small_model(seed, positions=False)))


def _both(model: DecoderModel) -> tuple[Tensor, Tensor]:
    """The last logits of the two step inputs."""
    logits = model(torch.tensor([TEXT, REARRANGED]))
    return logits[0, -1], logits[1, -1]


def _last_weights(seed: int, ids: list[int]) -> Tensor:
    """The last query's weights in each head of the first layer, without positions."""
    recorded: list[Tensor] = []

    def weights(queries: Tensor, keys: Tensor) -> Tensor:
        recorded.append(real(queries, keys))
        return recorded[-1]

    real = attention.attention_weights
    with replaced(attention_weights=weights):
        small_model(seed, positions=False)(torch.tensor([ids]))
    return recorded[0][0, :, -1]
