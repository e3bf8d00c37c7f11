"""Claims about the layer and the whole model: what reads what, and where positions come in."""

from collections.abc import Mapping

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.llama.answers.trials import SIZES, normal, small_llama, wrong
from reference.llama.attention_sublayer import llama_attention
from reference.llama.decoder_layer import llama_layer
from reference.llama.gated_feed_forward import swiglu
from reference.llama.model import LlamaWeights, llama_logits
from reference.llama.normalization import rms_norm

_CONFIG = SIZES.settings


@claim
def layer_formula(seed: int) -> Mapping[str, bool]:
    """One layer, against formulas of its parts: A attention, F feed-forward, M and N the norms.

    pre: The layer gives a + F(N(a)) with a = x + A(M(x)).
    post: The layer gives N(a + F(a)) with a = M(x + A(x)).
    parallel: The layer gives x + A(M(x)) + F(N(x)).
    stale: The layer gives x + F(N(a)) with a = x + A(M(x)).
    """
    x, places = normal(seed, 1, 5, SIZES.width), torch.arange(5)[None]
    weights = small_llama(seed)["layers"][0]
    result = llama_layer(x, weights, places, _CONFIG)

    def first(states: Tensor) -> Tensor:
        return rms_norm(states, weights["attention_norm_gain"], _CONFIG["eps"])

    def second(states: Tensor) -> Tensor:
        return rms_norm(states, weights["feed_forward_norm_gain"], _CONFIG["eps"])

    def attend(states: Tensor) -> Tensor:
        return llama_attention(states, weights["attention"], places, _CONFIG)

    def feed(states: Tensor) -> Tensor:
        inner = weights["feed_forward"]
        return swiglu(states, inner["gate"], inner["up"], inner["down"])

    a = x + attend(first(x))
    normed = first(x + attend(x))
    return {
        "pre": same(result, a + feed(second(a))),
        "post": same(result, second(normed + feed(normed))),
        "parallel": same(result, a + feed(second(x))),
        "stale": same(result, x + feed(second(a))),
    }


def _ids(seed: int) -> Tensor:
    return (torch.arange(6) * 4 + seed)[None] % SIZES.vocabulary_size


@claim
def where_positions_enter(seed: int) -> Mapping[str, bool]:
    """Two layers on six tokens, each layer with the right positions or with zeros.

    each: Zeros in the first layer alone change the result, and so do zeros in the second alone.
    embedding: What enters the first layer is another vector for the same token at another place.
    first: Zeros in the second layer alone change nothing.
    nowhere: Zeros in both layers change nothing.
    """
    model, ids = small_llama(seed), _ids(seed)

    def result(*are_right: bool) -> Tensor:
        hidden = model["token_embedding"][ids]
        for weights, is_right in zip(model["layers"], are_right, strict=True):
            hidden = llama_layer(hidden, weights, is_right * torch.arange(6)[None], _CONFIG)
        return hidden

    right = result(True, True)
    twice = model["token_embedding"][torch.tensor([[3, 3]])][0]
    return {
        "each": not same(result(False, True), right) and not same(result(True, False), right),
        "embedding": not same(twice[0], twice[1]),
        "first": same(result(True, False), right),
        "nowhere": same(result(False, False), right),
    }


@claim
def what_is_projected(seed: int) -> Mapping[str, bool]:
    """The logits of a model with two layers, against other ways to them.

    normed: They are what the output projection makes of the final hidden states, normalized once.
    raw: They are what it makes of the final hidden states as they are.
    twice: They are what it makes of the final hidden states, normalized twice.
    tied: They are what the token embedding, transposed, makes of the normalized states.
    """
    model, ids = small_llama(seed), _ids(seed)
    result = llama_logits(ids, model, _CONFIG)
    hidden = model["token_embedding"][ids]
    for weights in model["layers"]:
        hidden = llama_layer(hidden, weights, torch.arange(6)[None], _CONFIG)
    normed = rms_norm(hidden, model["final_norm_gain"], _CONFIG["eps"])
    return {
        "normed": same(result, normed @ model["output_weight"]),
        "raw": _gives("no_final_norm", ids, model, result),
        "twice": _gives("norm_twice", ids, model, result),
        "tied": _gives("tied_weights", ids, model, result),
    }


def _gives(name: str, ids: Tensor, model: LlamaWeights, result: Tensor) -> bool:
    return same(wrong(f"llama_logits.{name}")(ids, model, _CONFIG), result)
