"""Claims about the initial representation, and about models without position embeddings."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim, prints
from reference.decoder import attention, embedding, generation
from reference.decoder.answers.trials import normal, replaced, run, small_model, wrong
from reference.decoder.model import DecoderModel

TEXT, REARRANGED = (4, 9, 1, 6), (1, 4, 9, 6)
Table = Sequence[Sequence[float]]


@prints(lambda **given: _one_entry_printed(**given))
@claim
def one_entry(
    seed: int,
    *,
    tokens: Table = ((1, 4), (2, -3), (0, 5)),
    positions: Table = ((0.5, 0.1), (0.2, 0.7), (-0.4, 0.3)),
    ids: Sequence[int] = (2, 1),
    position: int = 1,
) -> Mapping[str, float]:
    """The second component of a vector, looked up in these tables by the embedding."""
    tables = torch.tensor(tokens).double(), torch.tensor(positions).double()
    mistakes = (
        "positions_start_at_one",
        "no_positions",
        "multiplies_positions",
        "id_off_by_one",
        "positions_all_zero",
    )
    versions = {f"embed.{name}": wrong(f"embed.{name}") for name in mistakes}
    versions["answer"] = embedding.embed
    # a wrong version may look further than the table for the first id; the one asked for counts
    given = torch.tensor([[min(ids), *ids[1:]]])
    return {name: float(embed(given, *tables)[0, position, 1]) for name, embed in versions.items()}


def _one_entry_printed(
    *, tokens: Table, positions: Table, **_: object
) -> Mapping[str, list[list[float]]]:
    """The rows of both tables side by side, each with its number."""
    both = enumerate(zip(tokens, positions, strict=True))
    rows = [[float(row), *one, row, *other] for row, (one, other) in both]
    return {"width": [[len(tokens[0])]], "tables": rows}


@claim
def same_token_twice(seed: int, *, ids: Sequence[int] = (8, 3, 8)) -> bool:
    """Whether the first and the third row of a random embedding of these ids are equal."""
    if ids[0] != ids[2]:
        raise ValueError("the first and the third id are not the same")
    first, _, third = small_model(seed).stages().embed(ids)
    return same(first, third)


@claim
def sliding_window(seed: int, *, context_length: int = 6) -> Mapping[str, bool]:
    """Two step inputs in a row at a full window, and the summands of each vector.

    new-position: Each id that stays has another row of the position embedding in its vector.
    same-row: Each id that stays has the same row of the token embedding in its vector.
    absolute: The newest id has row 6 of the position embedding in its vector.
    newest-zero: The newest id has row 0 of the position embedding in its vector.
    """
    model = small_model(seed, context_length=context_length)
    prompt = [(3 * place + 2) % 11 for place in range(context_length)]
    seen = run(generation.generate, model.stages(), prompt, tokens=2, context_length=context_length)
    (old, before), (new, after) = seen.of("embed")
    old_places, new_places = _positions(model, old, before), _positions(model, new, after)
    tokens = model.token_embedding
    moved = all(o != n for o, n in zip(old_places[1:], new_places[:-1], strict=True))
    kept = all(
        same(before[t + 1] - model.position_embedding[t + 1], tokens[new[t]])
        and same(after[t] - model.position_embedding[t], tokens[new[t]])
        for t in range(context_length - 1)
    )
    return {
        "new-position": moved,
        "same-row": kept,
        "absolute": new_places[-1] == context_length,
        "newest-zero": new_places[-1] == 0,
    }


def _positions(model: DecoderModel, ids: tuple[int, ...], vectors: Tensor) -> list[int | None]:
    """The row of the position embedding that stands in each vector."""
    rests = vectors - model.token_embedding[list(ids)]
    table = model.position_embedding
    return [next((n for n, row in enumerate(table) if same(rest, row)), None) for rest in rests]


@claim
def no_positions_one_layer(
    seed: int, *, text: Sequence[int] = TEXT, rearranged: Sequence[int] = REARRANGED
) -> Mapping[str, bool]:
    """One layer without positions, on the two step inputs of the stem.

    same: The last logits stay, and so does the last row of attention if its keys and values are
        rearranged.
    reading: The last logits change.
    mask: The last logits change, and the mask hides some of the keys from the last query.
    uniform: All logits of the last row are equal.
    """
    logits, other = _both(small_model(seed, positions=False, n_layers=1), text, rearranged)
    changed = not same(logits, other)
    hidden = _last_weights(seed, text) == 0
    return {
        "same": not changed and _sum_knows_no_order(seed, len(text)),
        "reading": changed,
        "mask": changed and bool(hidden.any()),
        "uniform": same(other, other.mean().expand(11)),
    }


def _sum_knows_no_order(seed: int, length: int) -> bool:
    """Whether the last query's weighted sum stays if the pairs of key and value change places."""
    queries, keys, values = normal(seed, 3, 1, 1, length, 4)
    moved = torch.randperm(length, generator=torch.Generator().manual_seed(seed))
    sums = [
        (attention.attention_weights(queries, keys[..., order, :]) @ values[..., order, :])[0, 0]
        for order in (torch.arange(length), moved)
    ]
    return same(sums[0][-1], sums[1][-1])


@claim
def no_positions_two_layers(
    seed: int, *, text: Sequence[int] = TEXT, rearranged: Sequence[int] = REARRANGED
) -> Mapping[str, bool]:
    """Two layers without positions, with and without the mask, on both step inputs.

    change: The last logits change, and stay if the causal mask is left out.
    same: The last logits stay, as those of a model that sees a bag of tokens do.
    distance: The last logits change, and of two equal keys the last query prefers the nearer one.
    residual: The last logits stay if an earlier id is exchanged for another one.
    """
    model = small_model(seed, positions=False)
    changed = not same(*_both(model, text, rearranged))
    with replaced(self_attention=wrong("self_attention.no_mask")):
        changed_without_mask = not same(*_both(model, text, rearranged))
    twice = _last_weights(seed, [4, 9, 4, 6])  # two equal keys, one nearer to the query
    prefers_near = not same(twice[:, 0], twice[:, 2])
    return {
        "change": changed and not changed_without_mask,
        "same": not changed,
        "distance": changed and prefers_near,
        "residual": same(*model(torch.tensor([list(text), [7, *text[1:]]]))[:, -1]),
    }


@claim
def no_positions_no_mask(seed: int) -> bool:
    """Whether the last logits stay through rearranging, with neither positions nor mask."""
    with replaced(self_attention=wrong("self_attention.no_mask")):
        return same(*_both(small_model(seed, positions=False), TEXT, REARRANGED))


def _both(
    model: DecoderModel, text: Sequence[int], rearranged: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """The last logits of two step inputs, the second with earlier ids in other places."""
    if sorted(text) != sorted(rearranged) or text[-1] != rearranged[-1]:
        raise ValueError("the second step input has not the same ids with the last in its place")
    logits = model(torch.tensor([list(text), list(rearranged)]))
    return logits[0, -1], logits[1, -1]


def _last_weights(seed: int, ids: Sequence[int]) -> Tensor:
    """The last query's weights in each head of the first layer, without positions."""
    recorded: list[Tensor] = []

    def weights(queries: Tensor, keys: Tensor) -> Tensor:
        recorded.append(real(queries, keys))
        return recorded[-1]

    real = attention.attention_weights
    with replaced(attention_weights=weights):
        small_model(seed, positions=False)(torch.tensor([list(ids)]))
    return recorded[0][0, :, -1]
