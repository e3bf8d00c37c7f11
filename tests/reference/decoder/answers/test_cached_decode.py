"""The decoder with a KV cache, by which claims about caching are judged."""

import pytest
import torch

from grader.keys.procedure import same
from reference.decoder import generation
from reference.decoder.answers.claims.cached_decode import CachedDecoder
from reference.decoder.answers.trials import run, small_model

IDS = [3, 1, 4, 1, 5, 9, 2, 6]


@pytest.mark.parametrize("pieces", [[8], [4, 1, 1, 1, 1], [3, 5], [1] * 8], ids=str)
def test_passes_over_pieces_give_the_logits_of_one_full_pass(pieces):
    model = small_model(seed=2, n_layers=3)
    decoder = CachedDecoder(model)
    ids = iter(IDS)
    rows = [decoder.run([next(ids) for _ in range(count)]) for count in pieces]
    assert same(torch.cat(rows), model(torch.tensor([IDS]))[0])
    assert decoder.length == len(IDS)


def test_the_cached_loop_generates_what_the_reference_generates():
    model = small_model(seed=4)
    decoder = CachedDecoder(model)
    tokens = decoder.generate(IDS[:4], 6)
    assert tokens == run(generation.generate, model.stages(), IDS[:4]).tokens
    assert decoder.positions_run == [4, 1, 1, 1, 1, 1]


def test_a_cleared_cache_forgets():
    model = small_model(seed=4)
    decoder = CachedDecoder(model)
    decoder.run(IDS[:4])
    decoder.clear()
    assert same(decoder.run(IDS[:2]), model(torch.tensor([IDS[:2]]))[0])
