"""Claims about diagrams: what stands between two boxes, and where an arrow must lead."""

from collections.abc import Mapping

from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import attention, decoder_layer, feed_forward, generation, normalization
from reference.decoder.answers.trials import forcing, normal, prompts, run, small_model, wrong


@claim
def missing_box(seed: int) -> Mapping[str, bool]:
    """The calls between embedding and output, and what else the results of layers depend on."""
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
    """A token is forced, and the second step is searched for it."""
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
    """A real layer gets one feature of the diagram at a time: does its result become wrong?"""
    weights = small_model(seed).weights["layers"][0]
    x = normal(seed, 1, 5, 12)
    right = decoder_layer.decoder_layer(x, weights, 3, 1e-5)

    def is_wrong(name: str) -> bool:
        return not same(wrong(f"decoder_layer.{name}")(x, weights, 3, 1e-5), right)

    return {
        "first": is_wrong("first_residual_from_normalized"),
        "second": is_wrong("stale_residual"),
        "norms": not same(_drawn(x, weights), right),
        "cross": not same(_drawn(x, weights), right),
    }


def _drawn(x: Tensor, weights: decoder_layer.LayerWeights) -> Tensor:
    """The layer of the diagram, its boxes as drawn, with both residual connections put right."""
    norm, attend = normalization.layer_norm, attention.self_attention
    first = weights["attention_norm_gain"], weights["attention_norm_bias"], 1e-5
    second = weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], 1e-5
    u = x + attend(norm(x, *first), weights["attention"], 3)
    return u + feed_forward.feed_forward(norm(u, *second), weights["feed_forward"])


@claim
def decode_arrows(seed: int) -> Mapping[str, bool]:
    """The keys to which query 3 gives weight, and whether its row needs any other query."""
    queries, keys = normal(seed, 2, 1, 1, 4, 4)
    last = attention.attention_weights(queries, keys)[0, 0, 3]
    seen = {key for key, weight in enumerate(last) if weight > 0}
    other_queries = queries.clone()
    other_queries[..., :3, :] = 0
    needs_others = not same(attention.attention_weights(other_queries, keys)[0, 0, 3], last)
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
