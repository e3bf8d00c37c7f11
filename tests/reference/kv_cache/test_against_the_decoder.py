"""With a cache the same comes out as without: the reference against that of the decoder.

B batch, L layers; all equal by tolerance, since sums are taken in another order.
"""

import itertools

import pytest
import torch

from reference.decoder.model import ModelConfig
from reference.decoder.random_model import random_model
from reference.kv_cache.batches import batch_prefill, truncate
from reference.kv_cache.cache import cached_positions
from reference.kv_cache.generation import CachedStages, generate_cached
from reference.kv_cache.passes import decode, new_cache, next_logits, prefill

CONFIG = ModelConfig(
    vocabulary_size=23, context_length=14, width=12, n_heads=3, n_layers=3, inner_width=20
)
MODEL = random_model(CONFIG, 7)
CACHED = {**MODEL.weights, "n_heads": CONFIG.n_heads, "eps": CONFIG.eps}
IDS = torch.randint(23, (2, 12), generator=torch.Generator().manual_seed(3))


def full(ids):
    """The logits of the last position by a pass without a cache."""
    return MODEL(ids)[:, -1]


def close(a, b):
    return torch.allclose(a, b, rtol=0, atol=1e-9)


def same_caches(one, other):
    return all(
        close(a[name], b[name])
        for a, b in zip(one, other, strict=True)
        for name in ("keys", "values")
    )


@pytest.mark.parametrize("time", [1, 5, 12])
def test_prefill_gives_the_logits_of_the_last_position(time):
    logits, cache = prefill(IDS[:, :time], CACHED)
    assert close(logits, full(IDS[:, :time]))
    assert cached_positions(cache) == time


def test_seven_decode_steps_give_the_logits_of_full_passes():
    _, cache = prefill(IDS[:, :5], CACHED)
    for k in range(5, 12):
        logits, cache = decode(IDS[:, k], cache, CACHED)
        assert close(logits, full(IDS[:, : k + 1]))
    assert same_caches(cache, prefill(IDS, CACHED)[1])


@pytest.mark.parametrize("cuts", [(4,), (1, 2), (3, 4, 9), (5, 11)])
def test_a_prompt_in_chunks_leaves_the_cache_of_one_pass(cuts):
    cache, logits = new_cache(IDS, CACHED), None
    for begin, end in itertools.pairwise((0, *cuts, 12)):
        logits, cache = next_logits(IDS[:, begin:end], CACHED, cache)
    assert close(logits, full(IDS))
    assert same_caches(cache, prefill(IDS, CACHED)[1])


def test_a_call_leaves_its_cache_as_it_is_and_two_branches_do_not_meet():
    _, cache = prefill(IDS[:, :5], CACHED)
    for token in (3, 11):
        tokens = torch.full((2,), token)
        logits, _ = decode(tokens, cache, CACHED)
        assert close(logits, full(torch.cat([IDS[:, :5], tokens[:, None]], dim=1)))
    assert same_caches(cache, prefill(IDS[:, :5], CACHED)[1])


def test_a_cache_that_is_cut_back_is_that_of_the_shorter_text():
    _, cache = prefill(IDS, CACHED)
    for n in range(13):
        cut = truncate(cache, n)
        assert cached_positions(cut) == n
        assert n == 0 or same_caches(cut, prefill(IDS[:, :n], CACHED)[1])


@pytest.mark.parametrize("padding", [0, 22])
def test_each_padded_prompt_gives_what_it_gives_alone(padding):
    lengths, ids = [3, 7], IDS[:, :7].clone()
    ids[0, :4] = padding
    logits, cache = batch_prefill(ids, lengths, CACHED)
    for row, length in enumerate(lengths):
        alone, kept = prefill(ids[row : row + 1, 7 - length :], CACHED)
        assert close(logits[row], alone[0])
        for whole, part in zip(cache, kept, strict=True):
            assert close(whole["keys"][row, :, 7 - length :], part["keys"][0])
            assert not whole["keys"][row, :, : 7 - length].any()


def greedy():
    """The stages of a greedy generation with the model, and how many positions each pass had."""
    sizes = []

    def first(ids):
        sizes.append(len(ids))
        logits, cache = prefill(torch.tensor([ids]), CACHED)
        return logits[0], cache

    def later(token, cache):
        sizes.append(1)
        logits, cache = decode(torch.tensor([token]), cache, CACHED)
        return logits[0], cache

    return CachedStages(prefill=first, decode=later, select=lambda z: int(z.argmax())), sizes


def generated_without_cache(prompt, n):
    tokens = list(prompt)
    for _ in range(n):
        window = torch.tensor([tokens[-CONFIG.context_length :]])
        tokens.append(int(full(window)[0].argmax()))
    return tokens[len(prompt) :]


@pytest.mark.parametrize("prompt_length", [1, 4, 14, 17])
def test_generation_gives_the_tokens_of_generation_without_a_cache(prompt_length):
    prompt = torch.randint(23, (prompt_length,), generator=torch.Generator().manual_seed(1))
    prompt = prompt.tolist()
    stages, sizes = greedy()
    came = generate_cached(prompt, stages, 12, -1, CONFIG.context_length)
    assert came == generated_without_cache(prompt, 12)
    room = max(0, CONFIG.context_length - prompt_length)
    assert sizes == [min(prompt_length, 14), *[1] * min(11, room), *[14] * (11 - min(11, room))]


def test_generation_ends_after_the_end_of_sequence_token():
    stages, _ = greedy()
    first = generate_cached([5, 9], stages, 6, -1, 14)
    end = first[2]
    assert generate_cached([end, 5, 9][1:], stages, 6, end, 14) == first[: first.index(end) + 1]
    assert generate_cached([5, 9], stages, 0, -1, 14) == []
