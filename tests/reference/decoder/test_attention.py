import torch

from reference.decoder.attention import (
    SelfAttention,
    attention_weights,
    causal_mask,
    self_attention,
)


def normals(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def layer_weights(model):
    return model.layers[0].attention.weights


def test_the_mask_shows_each_position_itself_and_the_earlier_ones():
    assert causal_mask(3).tolist() == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_rows_sum_to_one_and_later_positions_get_exactly_zero():
    weights = attention_weights(normals(2, 3, 5, 4) * 5, normals(2, 3, 5, 4, seed=1))
    assert weights.shape == (2, 3, 5, 5)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 3, 5, dtype=torch.float64))
    assert torch.equal(weights, weights.tril())
    assert (weights[causal_mask(5).expand_as(weights)] > 0).all()


def test_huge_scores_stay_finite():
    weights = attention_weights(normals(1, 2, 4, 3) * 1e6, normals(1, 2, 4, 3, seed=1) * 1e6)
    assert weights.isfinite().all()


def test_it_equals_the_causal_attention_of_torch():
    queries, keys, values = (normals(2, 3, 5, 4, seed=seed) * 2 for seed in range(3))
    expected = torch.nn.functional.scaled_dot_product_attention(
        queries, keys, values, is_causal=True
    )
    torch.testing.assert_close(
        attention_weights(queries, keys) @ values, expected, rtol=1e-10, atol=1e-10
    )


def test_future_tokens_do_not_reach_the_past(model):
    x = normals(1, 6, 12).requires_grad_()
    self_attention(x, layer_weights(model), 4)[0, 2].sum().backward()
    reach = x.grad[0].abs().sum(-1)
    assert (reach[:3] > 0).all()
    assert torch.equal(reach[3:], torch.zeros(3, dtype=torch.float64))


def test_a_head_owns_adjacent_columns(model):
    """A change in columns 0 to 2 of the queries reaches rows 0 to 2 of the output matrix alone."""
    x, weights = normals(2, 5, 12), layer_weights(model)
    query = weights["query"].clone()
    query[:, :3] += 1  # 12 columns and 4 heads: head 0
    first_rows = (torch.arange(12) < 3).double().diag()

    def change(output):
        changed = self_attention(x, {**weights, "query": query, "output": output}, 4)
        return (changed - self_attention(x, {**weights, "output": output}, 4)).abs().max()

    assert change(first_rows) > 0.1
    assert change(torch.eye(12).double() - first_rows) == 0


def test_the_module_equals_the_function(model):
    x = normals(2, 5, 12)
    weights = layer_weights(model)
    assert torch.equal(SelfAttention(weights, 4)(x), self_attention(x, weights, 4))


def test_one_sequence_needs_no_batch_axis(model):
    x = normals(5, 12)
    weights = layer_weights(model)
    torch.testing.assert_close(
        self_attention(x, weights, 4), self_attention(x[None], weights, 4)[0]
    )
