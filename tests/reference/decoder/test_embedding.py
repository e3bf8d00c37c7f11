import pytest
import torch

from reference.decoder.embedding import embed

TOKENS = torch.arange(12.0, dtype=torch.float64).reshape(4, 3)  # V = 4, d = 3
POSITIONS = torch.arange(100.0, 106.0, dtype=torch.float64).reshape(2, 3)  # C = 2


def test_each_id_adds_its_row_and_its_position():
    hidden = embed(torch.tensor([[0, 3], [3, 0], [1, 1]]), TOKENS, POSITIONS)
    assert hidden.shape == (3, 2, 3)
    assert torch.equal(hidden[0, 1], TOKENS[3] + POSITIONS[1])
    assert torch.equal(hidden[1, 0], TOKENS[3] + POSITIONS[0])
    assert not torch.equal(hidden[2, 0], hidden[2, 1])


def test_one_sequence_needs_no_batch_axis():
    ids = torch.tensor([2, 0])
    assert torch.equal(embed(ids, TOKENS, POSITIONS), embed(ids[None], TOKENS, POSITIONS)[0])


@pytest.mark.parametrize("context_length", [1, 2])
def test_more_ids_than_positions_are_refused(context_length):
    with pytest.raises(IndexError):
        embed(torch.tensor([[0, 1, 2]]), TOKENS, POSITIONS[:context_length])
