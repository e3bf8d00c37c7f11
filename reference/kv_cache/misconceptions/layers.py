"""What people get wrong about a decoder layer and a decoder stack with caches."""

from collections.abc import Sequence
from functools import reduce

from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.decoder_layer import LayerWeights
from reference.decoder.feed_forward import feed_forward
from reference.decoder.normalization import layer_norm
from reference.kv_cache.attention import cached_attention
from reference.kv_cache.cache import LayerCache
from reference.kv_cache.layers import cached_layer, cached_stack

Answer = tuple[Tensor, LayerCache]
Answers = tuple[Tensor, list[LayerCache]]
Layers = Sequence[LayerWeights]
Caches = Sequence[LayerCache]
_MORE = "with more than one layer"
_OWN = ["kv-cache.size", "kv-cache.one-cache-for-all-layers"]


def _first_norm(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    return layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)


def _second_norm(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    return layer_norm(x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps)


def _after_attention(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    return x + feed_forward(_second_norm(x, weights, eps), weights["feed_forward"])


@misconception(
    replaces=cached_layer,
    says="Attention reads the hidden states as they are, without the first normalization.",
    hint="Of what are keys and values computed in a pre-norm layer?",
    questions=["kv-cache.turned-on"],
)
def not_normalized(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    attended, cache = cached_attention(x, weights["attention"], n_heads, past)
    return _after_attention(x + attended, weights, eps), cache


@misconception(
    replaces=cached_layer,
    says="The output of the attention goes on without the residual connection.",
    hint="What reaches the feed-forward network besides the output of the attention?",
    questions=["kv-cache.turned-on"],
)
def no_residual(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    normed = _first_norm(x, weights, eps)
    attended, cache = cached_attention(normed, weights["attention"], n_heads, past)
    return _after_attention(attended, weights, eps), cache


@misconception(
    replaces=cached_layer,
    says="The residual connection carries the normalized hidden states.",
    hint="If attention returned zeros, what should reach the second normalization?",
    questions=["kv-cache.turned-on"],
)
def residual_from_normalized(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    normed = _first_norm(x, weights, eps)
    attended, cache = cached_attention(normed, weights["attention"], n_heads, past)
    return _after_attention(normed + attended, weights, eps), cache


@misconception(
    replaces=cached_layer,
    says="Each normalization comes after its residual connection, as in a post-norm layer.",
    hint="What does attention read in a pre-norm layer?",
    questions=["kv-cache.turned-on"],
)
def normalized_afterwards(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    attended, cache = cached_attention(x, weights["attention"], n_heads, past)
    x = _first_norm(x + attended, weights, eps)
    return _second_norm(x + feed_forward(x, weights["feed_forward"]), weights, eps), cache


@misconception(
    replaces=cached_layer,
    says="The first normalization's gain and bias serve the second one, too.",
    hint="Which entries of the weights does your function never read?",
    questions=["kv-cache.turned-on"],
)
def one_norm_for_both(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    normed = _first_norm(x, weights, eps)
    attended, cache = cached_attention(normed, weights["attention"], n_heads, past)
    x = x + attended
    return x + feed_forward(_first_norm(x, weights, eps), weights["feed_forward"]), cache


@misconception(
    replaces=cached_layer,
    says="The output of the feed-forward network goes on without the residual connection.",
    hint="If the feed-forward network returned zeros, what should the layer give?",
    questions=["kv-cache.turned-on"],
)
def no_second_residual(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    normed = _first_norm(x, weights, eps)
    attended, cache = cached_attention(normed, weights["attention"], n_heads, past)
    return _after_attention(x + attended, weights, eps) - (x + attended), cache


@misconception(
    replaces=cached_layer,
    says="The feed-forward network reads the layer's input, beside the attention.",
    hint="What does the feed-forward network know of what the attention found?",
    questions=["kv-cache.turned-on"],
)
def side_by_side(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    normed = _first_norm(x, weights, eps)
    attended, cache = cached_attention(normed, weights["attention"], n_heads, past)
    return _after_attention(x, weights, eps) + attended, cache


@misconception(
    replaces=cached_layer,
    says="With a cache a layer is its attention; the feed-forward network ran in the prefill.",
    hint="Which parts of a layer has the new token been through?",
    questions=["kv-cache.two-phases"],
)
def no_feed_forward(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    normed = _first_norm(x, weights, eps)
    attended, cache = cached_attention(normed, weights["attention"], n_heads, past)
    return x + attended, cache


@misconception(
    replaces=cached_layer,
    says="The layer begins a new cache in every pass.",
    hint="Where do the keys of the prompt come from in the first decode?",
    questions=["kv-cache.order-prefill-decode"],
    differs_only="with cached positions",
)
def cache_begun_anew(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    empty: LayerCache = {"keys": past["keys"][..., :0, :], "values": past["values"][..., :0, :]}
    return cached_layer(x, weights, n_heads, eps, empty)


@misconception(
    replaces=cached_layer,
    says="The layer returns the cache that came in; the attention's new one is dropped.",
    hint="What do you do with the second value that your attention returns?",
    questions=["kv-cache.order-prefill-decode", "kv-cache.decode-disagrees"],
)
def old_cache_returned(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    hidden, _ = cached_layer(x, weights, n_heads, eps, past)
    return hidden, {"keys": past["keys"].clone(), "values": past["values"].clone()}


@misconception(
    replaces=cached_layer,
    says="I use an eps of 1e-5, whichever eps is given.",
    hint="Call the layer with a large eps. Does anything change?",
    questions=["kv-cache.turned-on"],
)
def eps_fixed(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    return cached_layer(x, weights, n_heads, 1e-5, past)


@misconception(
    replaces=cached_layer,
    says="I put what the attention returned into the cache that was handed in.",
    hint="Two tokens are tried after one prompt. What does the second find in the cache?",
    questions=["kv-cache.two-branches"],
)
def changes_its_cache(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float, past: LayerCache
) -> Answer:
    hidden, cache = cached_layer(x, weights, n_heads, eps, past)
    past.update(cache)
    return hidden, past


@misconception(
    replaces=cached_stack,
    says="One cache, that of the first layer, serves all layers.",
    hint="Change the cache of the second layer. Does your result change?",
    questions=_OWN,
    differs_only=_MORE,
)
def one_cache_for_all(
    x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches
) -> Answers:
    return cached_stack(x, layers, n_heads, eps, [cache[0]] * len(layers))


@misconception(
    replaces=cached_stack,
    says="The cache that a layer returns is handed to the next layer.",
    hint="Whose keys does the second layer find in its cache?",
    questions=_OWN,
    differs_only=_MORE,
)
def handed_to_the_next(
    x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches
) -> Answers:
    past, grown = cache[0], []
    for weights in layers:
        x, past = cached_layer(x, weights, n_heads, eps, past)
        grown.append(past)
    return x, grown


@misconception(
    replaces=cached_stack,
    says="Each layer reads the cache of the layer before it.",
    hint="Which cache does layer 0 get in your loop?",
    questions=_OWN,
    differs_only=_MORE,
)
def one_off(x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches) -> Answers:
    return cached_stack(x, layers, n_heads, eps, [*cache[-1:], *cache[:-1]])


@misconception(
    replaces=cached_stack,
    says="The caches stand from the last layer to the first.",
    hint="Which entry of the list belongs to the layer that reads the embedded tokens?",
    questions=_OWN,
    differs_only=_MORE,
)
def caches_reversed(x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches) -> Answers:
    return cached_stack(x, layers, n_heads, eps, cache[::-1])


@misconception(
    replaces=cached_stack,
    says="The cache of the last layer is the one that is returned.",
    hint="What does the first layer read in the next pass?",
    questions=_OWN,
    differs_only=_MORE,
)
def last_cache_alone(x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches) -> Answers:
    hidden, grown = cached_stack(x, layers, n_heads, eps, cache)
    return hidden, grown[-1:]


@misconception(
    replaces=cached_stack,
    says="The caches come back as they came in.",
    hint="Where do you keep what each layer returns beside its hidden states?",
    questions=["kv-cache.order-prefill-decode"],
)
def old_caches_returned(
    x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches
) -> Answers:
    hidden, _ = cached_stack(x, layers, n_heads, eps, cache)
    return hidden, [{"keys": c["keys"].clone(), "values": c["values"].clone()} for c in cache]


@misconception(
    replaces=cached_stack,
    says="Every layer reads the embedded tokens.",
    hint="What does the second layer know of the first one's work?",
    questions=["decoder-stack.input-of-layer-two"],
    differs_only=_MORE,
)
def same_input(x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches) -> Answers:
    passes = [
        cached_layer(x, weights, n_heads, eps, past)
        for weights, past in zip(layers, cache, strict=True)
    ]
    return passes[-1][0], [grown for _, grown in passes]


@misconception(
    replaces=cached_stack,
    says="The layers run from the last to the first.",
    hint="Which layer sees the embedded tokens first?",
    questions=["decoder-stack.swapped-layers"],
    differs_only=_MORE,
)
def layers_reversed(x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches) -> Answers:
    hidden, grown = cached_stack(x, layers[::-1], n_heads, eps, cache[::-1])
    return hidden, grown[::-1]


@misconception(
    replaces=cached_stack,
    says="I put the grown caches into the list that was handed in.",
    hint="Two tokens are tried after one prompt. What does the second find in the list?",
    questions=["kv-cache.two-branches"],
)
def changes_the_list(
    x: Tensor, layers: Layers, n_heads: int, eps: float, cache: list[LayerCache]
) -> Answers:
    hidden, grown = cached_stack(x, layers, n_heads, eps, cache)
    cache[:] = grown
    return hidden, cache


@equivalent(replaces=cached_stack, says="The layers are folded over the pairs of state and caches.")
def folded(x: Tensor, layers: Layers, n_heads: int, eps: float, cache: Caches) -> Answers:
    def step(state: Answers, one: tuple[LayerWeights, LayerCache]) -> Answers:
        hidden, grown = cached_layer(state[0], one[0], n_heads, eps, one[1])
        return hidden, [*state[1], grown]

    start: Answers = x, []
    return reduce(step, zip(layers, cache, strict=True), start)
