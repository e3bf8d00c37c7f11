"""Claims about diagrams: what stands between two boxes, and where an arrow must lead."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention, decoder_layer, feed_forward, generation, normalization
from reference.decoder.answers.trials import (
    forcing,
    normal,
    prompts,
    replaced,
    run,
    small_model,
    wrong,
)


@claim
def missing_box(seed: int) -> Mapping[str, bool]:
    """The calls between embedding and output, and what else the results of layers depend on.

    stack: Between embedding and output the decoder layers are called, as many as the model has, and
        nothing else.
    encoder: What reaches the output depends on later tokens, as the rows of an encoder do.
    cross: A layer gives another result after another prompt was run, as with cross-attention to a
        prompt.
    selection: A token is selected between embedding and output.
    """
    model = small_model(seed, n_layers=3)
    text, other_start = [3, 1, 4, 5], [7, 1, 4, 5]
    seen = run(generation.generate, model.stages(), text, tokens=1)
    names = [call.stage for call in seen.trace.calls]
    between = names[names.index("embed") + 1 : names.index("output")]
    (given, result), *_ = seen.of("layer")
    hidden, _ = seen.of("output")[0]
    longer = run(generation.generate, model.stages(), [*text, 2], tokens=1).of("output")[0][0]
    run(generation.generate, model.stages(), other_start, tokens=1)
    return {
        "stack": between == ["layer"] * 3,
        "encoder": not same(hidden, longer[:-1]),  # an encoder's rows see later tokens
        "cross": not same(model.stages().layers[0](given), result),
        "selection": "select" in between,
    }


@claim
def arrow_back(seed: int) -> Mapping[str, bool]:
    """A token is forced, and the second step is searched for it.

    input: The step input of step 2 is the prompt and the selected token.
    stack: The first layer of step 2 is given something else than the embedded step input.
    softmax: Softmax in step 2 is given something else than the last row of logits.
    nowhere: The selected token changes nothing in step 2.
    """
    stages = small_model(seed).stages()
    prompt = prompts(seed)[0]
    one = run(generation.generate, forcing(stages, [1, 0]), prompt, tokens=2)
    other = run(generation.generate, forcing(stages, [2, 0]), prompt, tokens=2)
    embedded = [result for _, result in one.of("embed")][1]
    first_layer = one.of("layer")[2][0]
    logits = one.of("output")[1][1]
    return {
        "input": one.inputs[1] == [*prompt, 1],
        "stack": not same(first_layer, embedded),
        "softmax": not same(one.of("softmax")[1][0], logits[-1]),
        "nowhere": same(one.distributions[1], other.distributions[1]),
    }


@claim
def faulty_layer(seed: int) -> Mapping[str, bool]:
    """A real layer gets one feature of the diagram at a time: does its result become wrong?

    first: A layer whose first residual connection starts behind the norm gives another result.
    second: A layer whose second residual connection starts at x gives another result.
    norms: A right pre-norm layer gives its sub-layers something else than normalized vectors.
    cross: A right layer adds something else to x than the results of self-attention and
        feed-forward network.
    """
    weights = small_model(seed).weights["layers"][0]
    x = normal(seed, 1, 5, 12)
    (attended, mixed), (read, changed), right = _sub_layers(x, weights)
    norm = normalization.layer_norm
    first = norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], 1e-5)
    second = norm(
        x + mixed, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], 1e-5
    )

    def is_wrong(name: str) -> bool:
        return not same(wrong(f"decoder_layer.{name}")(x, weights, 3, 1e-5), right)

    return {
        "first": is_wrong("first_residual_from_normalized"),
        "second": is_wrong("stale_residual"),
        "norms": not (same(attended, first) and same(read, second)),
        "cross": not same(x + mixed + changed, right),
    }


def _sub_layers(
    x: Tensor, weights: decoder_layer.LayerWeights
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor], Tensor]:
    """Input and result of both sub-layers of a right layer, and what the layer gives."""
    seen: list[tuple[Tensor, Tensor]] = []

    def recorded(stage: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def run_stage(given: Tensor, *others: Any) -> Tensor:
            seen.append((given, stage(given, *others)))
            return seen[-1][1]

        return run_stage

    with replaced(
        self_attention=recorded(attention.self_attention),
        feed_forward=recorded(feed_forward.feed_forward),
    ):
        result = decoder_layer.decoder_layer(x, weights, 3, 1e-5)
    first, second = seen
    return first, second, result


@claim
def decode_arrows(
    seed: int, *, cached: Sequence[int] = (0, 1, 2), fed: int = 3
) -> Mapping[str, bool]:
    """The keys to which the fed query gives weight, and whether its row needs another query.

    four: Query 3 gives weight to the keys 0, 1, 2 and 3, and its row needs no other query.
    three: Query 3 gives weight to the keys 0, 1 and 2 alone.
    itself: Query 3 gives weight to key 3 alone.
    all: The row of query 3 needs the other queries, too.
    """
    queries, keys = normal(seed, 2, 1, 1, len(cached) + 1, 4)
    last = attention.attention_weights(queries, keys)[0, 0, fed]
    seen = {key for key, weight in enumerate(last) if weight > 0}
    other_queries = queries.clone()
    other_queries[..., list(cached), :] = 0
    needs_others = not same(attention.attention_weights(other_queries, keys)[0, 0, fed], last)
    return {
        "four": seen == {0, 1, 2, 3} and not needs_others,
        "three": seen == {0, 1, 2},
        "itself": seen == {3},
        "all": needs_others,
    }


@claim
def describe_two_steps(seed: int) -> bool:
    """The model answer: the stages, what flows between them, and what joins two steps."""
    text, width, vocabulary = [3, 1, 4, 5], 12, 11
    seen = run(generation.generate, small_model(seed).stages(), text, tokens=2)
    one_step = ["embed", "layer", "layer", "output", "softmax", "select"]
    shapes = [
        (ids, embedded.shape, logits.shape, distribution.shape)
        for (ids, embedded), (_, logits), (_, distribution) in zip(
            seen.of("embed"), seen.of("output"), seen.of("softmax"), strict=True
        )
    ]
    joined = [*text, seen.tokens[0]]
    reads_last_row = all(
        same(row, logits[-1])
        for (row, _), (_, logits) in zip(seen.of("softmax"), seen.of("output"), strict=True)
    )
    return (
        [call.stage for call in seen.trace.calls] == one_step * 2
        and shapes
        == [
            (tuple(ids), (len(ids), width), (len(ids), vocabulary), (vocabulary,))
            for ids in (text, joined)
        ]
        and reads_last_row
    )
