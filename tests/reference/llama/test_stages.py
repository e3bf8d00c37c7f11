"""The stages of the Llama family on numbers that can be worked out by hand, and their laws."""

import math

import pytest
import torch

from reference.decoder.attention import causal_mask
from reference.decoder.attention import self_attention as multi_head
from reference.llama.gated_feed_forward import swiglu
from reference.llama.grouped_attention import grouped_attention, visible
from reference.llama.normalization import rms_norm
from reference.llama.rotation import rotate


def doubles(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def normal(*shape, seed=0):
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=draw, dtype=torch.float64)


def near(came, *numbers, within=5e-5):
    torch.testing.assert_close(came.flatten(), doubles(*numbers), rtol=0, atol=within)


def test_rms_norm_of_three_and_four_is_that_of_the_handout():
    near(rms_norm(doubles(3, 4), doubles(1, 2), 1e-5), 0.8485, 2.2627)


def test_rms_norm_of_zeros_is_zero():
    near(rms_norm(doubles(0, 0), doubles(1, 2), 1e-5), 0, 0)


def test_rotations_are_those_of_the_handout():
    def at(position, *numbers):
        return rotate(doubles(*numbers).reshape(1, 1, 1, 4), torch.tensor([[position]]), 100.0)

    near(at(1, 1, 0, 0, 0), math.cos(1), 0, math.sin(1), 0)
    near(at(2, 1, 2, 3, 4), -3.1440, 1.1655, -0.3391, 4.3176)
    near(at(0, 1, 2, 3, 4), 1, 2, 3, 4)


@pytest.mark.parametrize("shift", [1, 7])
def test_products_of_rotated_vectors_know_only_the_distance(shift):
    queries, keys = normal(2, 3, 5, 6), normal(2, 3, 5, 6, seed=1)
    places = torch.tensor([[0, 1, 4, 5, 9], [2, 3, 8, 9, 10]])

    def products(positions):
        turned = [rotate(x, positions, 50.0) for x in (queries, keys)]
        return turned[0] @ turned[1].transpose(-2, -1)

    torch.testing.assert_close(products(places + shift), products(places))


def test_each_row_turns_by_its_own_positions():
    x, places = normal(2, 2, 3, 4), torch.tensor([[0, 1, 2], [5, 6, 9]])
    for row in range(2):
        alone = rotate(x[[row]], places[[row]], 100.0)
        torch.testing.assert_close(rotate(x, places, 100.0)[[row]], alone)


def test_grouped_attention_is_that_of_the_handout():
    queries = doubles(0, 1).reshape(1, 2, 1, 1)
    keys, values = (doubles(*n).reshape(1, 1, 2, 1) for n in ((0, 1), (2, 4)))
    near(grouped_attention(queries, keys, values), 3, 3.4621)


def test_a_group_for_each_head_is_multi_head_attention():
    x, eye, none = normal(2, 5, 12), torch.eye(12).double(), torch.zeros(12).double()
    names = ("query", "key", "value", "output")
    weights = {n: eye for n in names} | {f"{n}_bias": none for n in names}
    heads = x.reshape(2, 5, 3, 4).transpose(1, 2)
    mixed = grouped_attention(heads, heads, heads).transpose(1, 2).flatten(-2)
    torch.testing.assert_close(mixed, multi_head(x, weights, 3))


def test_new_queries_get_what_they_get_among_all():
    queries, keys, values = normal(1, 6, 7, 4), normal(1, 2, 7, 4, seed=1), normal(1, 2, 7, 4)
    whole = grouped_attention(queries, keys, values)
    torch.testing.assert_close(
        grouped_attention(queries[:, :, -3:], keys, values), whole[:, :, -3:]
    )


def test_what_is_visible_without_earlier_keys_is_the_causal_mask():
    assert torch.equal(visible(4, 4), causal_mask(4))
    assert visible(2, 5).sum(dim=1).tolist() == [4, 5]


def test_swiglu_is_that_of_the_handout():
    x, gate, up, down = (doubles(n).reshape(1, 1) for n in (2, 1.5, 0.5, 1))
    near(swiglu(x, gate, up, down), 2.8577)
