"""What people get wrong about the way from the last hidden states to the logits, with a cache."""

from typing import cast

import torch
from torch import Tensor

from grader.subject.misconception import misconception
from reference.decoder.normalization import layer_norm
from reference.decoder.softmax import softmax
from reference.kv_cache.cache import cached_positions
from reference.kv_cache.misconceptions.passes import Answer, Caches, states
from reference.kv_cache.passes import CachedModel, decode, logits_of, new_cache, prefill
from reference.kv_cache.positions import position_ids

_TIED = ["output-and-softmax.tied-tables"]


def _tied(model: CachedModel) -> CachedModel:
    return cast(CachedModel, {**model, "output_weight": model["token_embedding"].T})


def _scaled(model: CachedModel) -> CachedModel:
    table = model["token_embedding"]
    return cast(CachedModel, {**model, "token_embedding": table * table.shape[-1] ** 0.5})


@misconception(
    replaces=prefill,
    says="The hidden states of all positions are averaged before the output projection.",
    hint="Which position alone has seen the whole prompt?",
    questions=["kv-cache.order-prefill-decode"],
    differs_only="with more than one token",
)
def mean_of_positions(token_ids: Tensor, model: CachedModel) -> Answer:
    positions = position_ids(0, token_ids.shape[-1])
    hidden, cache = states(token_ids, model, new_cache(token_ids, model), positions)
    return logits_of(hidden.mean(dim=1), model), cache


@misconception(
    replaces=prefill,
    says="The token embeddings are multiplied by the square root of d.",
    hint="What does the handout add to the token embedding, and what does it multiply it by?",
    questions=["embedding-and-positions.one-entry"],
)
def scaled_embeddings(token_ids: Tensor, model: CachedModel) -> Answer:
    return prefill(token_ids, _scaled(model))


@misconception(
    replaces=prefill,
    says="The token embedding, transposed, is the output projection.",
    hint="Which entry of the model does your function never read?",
    questions=_TIED,
)
def tied_output(token_ids: Tensor, model: CachedModel) -> Answer:
    return prefill(token_ids, _tied(model))


@misconception(
    replaces=decode,
    says="The token embedding, transposed, is the output projection.",
    hint="Which entry of the model does your function never read?",
    questions=_TIED,
)
def tied_projection(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    return decode(token_ids, cache, _tied(model))


@misconception(
    replaces=decode,
    says="Decode returns probabilities.",
    hint="What do the numbers of one row sum to, and what should logits sum to?",
    questions=["output-and-softmax.add-seven"],
)
def decode_to_probabilities(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    logits, grown = decode(token_ids, cache, model)
    return softmax(logits), grown


@misconception(
    replaces=decode,
    says="The final normalization is applied twice.",
    hint="How often is a hidden state normalized on its way from the last layer to the logits?",
    questions=["output-and-softmax.no-final-norm"],
)
def final_norm_twice(token_ids: Tensor, cache: Caches, model: CachedModel) -> Answer:
    positions = position_ids(cached_positions(cache), 1)
    hidden, grown = states(token_ids[:, None], model, cache, torch.as_tensor(positions))
    gain, bias = model["final_norm_gain"], model["final_norm_bias"]
    return logits_of(layer_norm(hidden[:, -1], gain, bias, model["eps"]), model), grown
