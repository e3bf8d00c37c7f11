"""The whole model against Llama of `transformers`, on the same random weights in float64."""

import torch

from reference.decoder.generation import Stages, generate
from reference.decoder.selection import select_token
from reference.decoder.softmax import softmax
from reference.llama.decoder_layer import llama_layer
from reference.llama.normalization import rms_norm


def random_ids(sizes, *, rows, time, seed):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(sizes.vocabulary_size, (rows, time), generator=generator)
    ids[0, 0], ids[0, 1] = 0, sizes.vocabulary_size - 1
    return ids


def test_logits_agree_but_for_their_rounding_of_angles(peer):
    ids = random_ids(peer.sizes, rows=5, time=19, seed=1)
    theirs, ours = peer.theirs(ids).logits, peer.ours(ids)
    assert ours.shape == theirs.shape
    assert ours.dtype == torch.float64
    # They turn by angles in float32: 1e-6 at position 18; the smallest mistake is at 1e-2.
    assert (ours - theirs).abs().max() <= 1e-5 * theirs.abs().max()


def test_hidden_states_agree_layer_by_layer(peer):
    ids = random_ids(peer.sizes, rows=2, time=7, seed=2)
    theirs = peer.theirs(ids, output_hidden_states=True).hidden_states
    hidden, positions = peer.weights["token_embedding"][ids], torch.arange(7).expand(2, 7)
    torch.testing.assert_close(hidden, theirs[0], rtol=0, atol=0)
    # Their last entry is already normalized, so the last layer is seen in the logits alone.
    for weights, expected in zip(peer.weights["layers"], theirs[1:-1], strict=False):
        hidden = llama_layer(hidden, weights, positions, peer.sizes.settings)
        torch.testing.assert_close(hidden, expected, rtol=1e-5, atol=1e-5)


def test_positions_with_gaps_agree(peer):
    """Rows of one batch that stand at other places, as after left padding or a cut."""
    ids = random_ids(peer.sizes, rows=2, time=6, seed=3)
    positions = torch.tensor([[3, 4, 5, 9, 10, 30], [0, 1, 2, 7, 8, 9]])
    theirs = peer.theirs(ids, position_ids=positions).logits
    hidden = peer.weights["token_embedding"][ids]
    for weights in peer.weights["layers"]:
        hidden = llama_layer(hidden, weights, positions, peer.sizes.settings)
    normed = rms_norm(hidden, peer.weights["final_norm_gain"], peer.sizes.eps)
    ours = normed @ peer.weights["output_weight"]
    assert (ours - theirs).abs().max() <= 1e-5 * theirs.abs().max()


def stages_of(peer):
    """The table with which `generate` continues one sequence greedily."""

    def layer(weights):
        def call(hidden):
            positions = torch.arange(len(hidden))[None]
            return llama_layer(hidden[None], weights, positions, peer.sizes.settings)[0]

        return call

    def output(hidden):
        normed = rms_norm(hidden, peer.weights["final_norm_gain"], peer.sizes.eps)
        return normed @ peer.weights["output_weight"]

    return Stages(
        embed=lambda ids: peer.weights["token_embedding"][torch.tensor(ids)],
        layers=[layer(weights) for weights in peer.weights["layers"]],
        output=output,
        softmax=softmax,
        select=select_token,
    )


def test_greedy_continuations_are_identical(peer):
    prompt = random_ids(peer.sizes, rows=1, time=4, seed=4)
    mask = torch.ones_like(prompt)
    whole = peer.theirs.generate(prompt, attention_mask=mask, do_sample=False, max_new_tokens=9)
    # Row t of the logits chose token t + 1: where the two best are close, agreement proves nothing.
    best, second = peer.theirs(whole).logits[0, 3:-1].topk(2, dim=-1).values.T
    assert (best - second).min() > 1e-4 * best.abs().max()
    tokens = generate(prompt[0].tolist(), stages_of(peer), 9, None, 64)
    assert tokens == whole[0, 4:].tolist()
