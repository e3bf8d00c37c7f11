"""The whole model against GPT-2 of `transformers`, on the same random weights in float64."""

import pytest
import torch

from reference.decoder.generation import generate


def random_ids(config, *, rows, seed):
    generator = torch.Generator().manual_seed(seed)
    shape = (rows, config.context_length)
    ids = torch.randint(config.vocabulary_size, shape, generator=generator)
    ids[0, 0], ids[0, 1] = 0, config.vocabulary_size - 1
    return ids


def test_logits_agree_to_a_billionth_of_the_largest(peer):
    ids = random_ids(peer.ours.config, rows=5, seed=1)
    theirs, ours = peer.theirs(ids).logits, peer.ours(ids)
    assert ours.shape == theirs.shape
    assert ours.dtype == torch.float64
    assert (ours - theirs).abs().max() <= 1e-9 * theirs.abs().max()


def test_final_hidden_states_agree_stage_by_stage(peer):
    ids = random_ids(peer.ours.config, rows=1, seed=2)
    theirs = peer.theirs(ids, output_hidden_states=True).hidden_states
    stages = peer.ours.stages()
    hidden = stages.embed(ids[0].tolist())
    torch.testing.assert_close(hidden, theirs[0][0], rtol=1e-12, atol=1e-12)
    # Their last entry is already normalized, so the last layer is seen in the logits alone.
    for layer, expected in zip(stages.layers, theirs[1:-1], strict=False):
        hidden = layer(hidden)
        torch.testing.assert_close(hidden, expected[0], rtol=1e-9, atol=1e-9)


@pytest.fixture
def greedy_pair(peer):
    """A prompt, and their greedy continuation of it up to the context length."""
    config = peer.ours.config
    prompt = random_ids(config, rows=1, seed=3)[:, :3]
    whole = peer.theirs.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        do_sample=False,
        max_new_tokens=config.context_length - 3,
    )
    # Row t of the logits chose token t + 1: where the two best are close, agreement proves nothing.
    best, second = peer.theirs(whole).logits[0, 2:-1].topk(2, dim=-1).values.T
    assert (best - second).min() > 1e-6 * best.abs().max()
    return prompt[0].tolist(), whole[0, 3:].tolist()


def test_greedy_continuations_are_identical(peer, greedy_pair):
    prompt, expected = greedy_pair
    length = peer.ours.config.context_length
    assert generate(prompt, peer.ours.stages(), len(expected), None, length) == expected


def test_generation_ends_where_theirs_ends(peer, greedy_pair):
    prompt, tokens = greedy_pair
    eos = tokens[len(tokens) // 2]
    theirs = peer.theirs.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.int64),
        do_sample=False,
        max_new_tokens=len(tokens),
        eos_token_id=eos,
        pad_token_id=eos,
    )
    length = peer.ours.config.context_length
    ours = generate(prompt, peer.ours.stages(), len(tokens), eos, length)
    assert ours == theirs[0, len(prompt) :].tolist()
