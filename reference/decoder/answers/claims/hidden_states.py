"""Claims about the final hidden states, and about where a layer normalizes."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim, prints
from reference.decoder import decoder_layer, embedding, generation
from reference.decoder.answers.trials import CONFIG, run, small_model, wrong
from reference.decoder.model import DecoderModel


def _final(model: DecoderModel, ids: Sequence[int]) -> Tensor:
    """The final hidden states of a step input, (T, d)."""
    hidden: Tensor = run(generation.generate, model.stages(), ids, tokens=1).of("output")[0][0]
    return hidden


@claim
def rows_that_change(
    seed: int, *, length: int = 6, position: int = 2, first: int = 0, last: int = 5
) -> Mapping[str, bool]:
    """The id at one position is replaced: which rows of the final hidden states are others?

    later: Exactly the rows 2 to 5 change.
    own: Exactly row 2 changes.
    every: All rows from 0 to 5 change.
    last: Exactly row 5 changes.
    """
    model = small_model(seed)
    ids = [3, 1, 4, 0, 5, 9][:length]
    other = [*ids[:position], 7, *ids[position + 1 :]]
    before, after = _final(model, ids), _final(model, other)
    changed = [row for row in range(length) if not same(before[row], after[row])]
    return {
        "later": changed == list(range(position, last + 1)),
        "own": changed == [position],
        "every": changed == list(range(first, last + 1)),
        "last": changed == [last],
    }


@claim
def final_states_count(
    seed: int, *, sequences: int = 2, tokens: int = 5, layers: int = 3, width: int = 12
) -> Mapping[str, float]:
    """How many numbers the final hidden states of a batch are."""
    model = small_model(seed, n_layers=layers, width=width)
    seen: list[int] = []
    model.layers[-1].register_forward_hook(lambda _, __, result: seen.append(result.numel()))
    hidden = embedding.embed(
        torch.ones(sequences, tokens, dtype=torch.int64),
        model.token_embedding,
        model.position_embedding,
    )
    for layer in model.layers:
        hidden = layer(hidden)
    [count] = seen
    return {
        "answer": count,
        "stack.one_row_per_layer": count * layers,
        "final_hidden_states.last_row_only": count / tokens,
        "final_hidden_states.one_sequence": count / sequences,
    }


@claim
def tenfold_states(seed: int, *, factor: float = 10) -> Mapping[str, bool]:
    """The final hidden states are multiplied before the final normalization.

    same: The logits are those from before, to a thousandth of the largest one.
    tenfold: The logits are ten times those from before, to a tenth of the largest one.
    order: In some row the order of the tokens by their logits is another one.
    zero: The logits are all 0, to a thousandth of the largest one from before.
    """
    model = small_model(seed)
    hidden = _final(model, [3, 1, 4, 0, 5])
    before, after = model.output(hidden), model.output(factor * hidden)
    near = 1e-3 * float(before.abs().max())
    return {
        "same": float((after - before).abs().max()) < near,
        "tenfold": float((after - factor * before).abs().max()) < factor * 100 * near,
        "order": not torch.equal(before.argsort(-1), after.argsort(-1)),
        "zero": float(after.abs().max()) < near,
    }


@claim
def what_output_reads(seed: int) -> Mapping[str, str | list[str]]:
    """By their shapes: what the last decoder layer gives to the final normalization, and others."""
    model = small_model(seed)
    seen = run(generation.generate, model.stages(), [3, 1, 4, 0, 5], tokens=1)
    names = {(5, CONFIG.width): "final hidden states", (5, CONFIG.vocabulary_size): "logits"}
    last_layer, (read, logits) = seen.of("layer")[-1][1], seen.of("output")[0]
    name = names[tuple(read.shape)] if same(last_layer, read) else ""
    of_logits = names[tuple(logits.shape)]
    return {
        "answer": [name, name.removesuffix("s"), f"the {name}", "last hidden states"],
        "final_hidden_states.any_layer": [name.partition(" ")[2], "hidden state"],
        "logits.keep_the_width": [of_logits, f"the {of_logits}"],
        "stack.sub_layers_read_embedding": ["embeddings", "token embeddings"],
    }


def _sizes(layer: Callable[..., Tensor], *, layers: int, seed: int) -> list[float]:
    """The root mean square of the hidden states after each layer; all gains are 1, all biases 0."""
    model = small_model(seed, n_layers=layers)
    for name, parameter in model.layers.named_parameters():
        if "norm_gain" in name or "norm_bias" in name:
            parameter.fill_(float("gain" in name))
    hidden = model.stages().embed([3, 1, 4, 0, 5])
    sizes = []
    for weights in model.weights["layers"]:
        hidden = layer(hidden, weights, CONFIG.n_heads, CONFIG.eps)
        sizes.append(float(hidden.pow(2).mean().sqrt()))
    return sizes


def _norms_printed(*, layers: int, shown_seed: int) -> Mapping[str, list[float]]:
    """Root mean squares of a pre-norm model and of a post-norm model, layer by layer."""
    post = wrong("decoder_layer.post_norm")
    return {
        "layer_numbers": [float(number) for number in range(1, layers + 1)],
        "pre": _sizes(decoder_layer.decoder_layer, layers=layers, seed=shown_seed),
        "post": _sizes(post, layers=layers, seed=shown_seed),
    }


@prints(_norms_printed)
@claim
def pre_or_post(seed: int, *, layers: int = 4, shown_seed: int = 3) -> Mapping[str, bool]:
    """Pre-norm and post-norm layers run on random models: can they give the sizes of the table?

    b-post: Pre-norm layers give the sizes of A, and post-norm layers those of B.
    a-post: Post-norm layers give the sizes of A, and pre-norm layers those of B.
    both-pre: Pre-norm layers give the sizes of A, and with other weights those of B.
    both-post: Post-norm layers give the sizes of B, and with other weights those of A.
    """
    shown = _norms_printed(layers=layers, shown_seed=shown_seed)

    def near(layer: Callable[..., Tensor], sizes: Sequence[float], start: int) -> bool:
        found = _sizes(layer, layers=layers, seed=start)
        return all(abs(a - b) < 0.005 for a, b in zip(found, sizes, strict=True))

    pre, post = decoder_layer.decoder_layer, wrong("decoder_layer.post_norm")
    a, b = shown["pre"], shown["post"]
    others = [shown_seed + 1000 * seed + number for number in range(5)]
    pre_gives_b = any(near(pre, b, start) for start in others)
    post_gives_a = any(near(post, a, start) for start in others)
    return {
        "b-post": near(pre, a, shown_seed) and all(near(post, b, start) for start in others),
        "a-post": post_gives_a and pre_gives_b,
        "both-pre": near(pre, a, shown_seed) and pre_gives_b,
        "both-post": near(post, b, shown_seed) and post_gives_a,
    }
