"""The loop, with scripted stages: the tokens of a model would prove little."""

import dataclasses

import pytest
import torch

from reference.decoder.distribution import next_token_distribution
from reference.decoder.generation import Stages, generate
from reference.decoder.selection import select_token


def scripted(tokens, seen):
    """Stages that carry the ids through as numbers; `select` gives the tokens of a script."""
    script = iter(tokens)

    def embed(ids):
        seen.append(list(ids))
        return torch.tensor(ids, dtype=torch.float64)[:, None]

    return Stages(
        embed=embed,
        layers=[lambda hidden: hidden * 10, lambda hidden: hidden + 1],
        output=lambda hidden: hidden.expand(-1, 3),
        softmax=lambda row: row,
        select=lambda distribution: next(script),
    )


def test_each_step_reads_the_prompt_and_all_generated_tokens():
    seen = []
    assert generate([5, 9], scripted([17, 4, 8], seen), 3, None, 10) == [17, 4, 8]
    assert seen == [[5, 9], [5, 9, 17], [5, 9, 17, 4]]


def test_the_window_keeps_the_last_ids():
    seen = []
    generate([5, 9, 2], scripted([17, 4, 8], seen), 3, None, 3)
    assert seen == [[5, 9, 2], [9, 2, 17], [2, 17, 4]]


def test_a_generated_end_of_sequence_ends_the_loop_and_is_returned():
    seen = []
    assert generate([5, 9], scripted([17, 3, 8], seen), 5, 3, 10) == [17, 3]
    assert len(seen) == 2


def test_an_end_of_sequence_in_the_prompt_ends_nothing():
    assert generate([3, 9, 3], scripted([17, 4, 8], []), 3, 3, 10) == [17, 4, 8]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_no_more_tokens_than_asked(count):
    seen = []
    assert generate([5], scripted([1, 1, 1, 1, 1], seen), count, 3, 10) == [1] * count
    assert len(seen) == count


def test_the_last_row_of_the_logits_is_softmaxed_and_its_result_selected_from():
    rows, given = [], []
    stages = dataclasses.replace(
        scripted([], []),
        softmax=lambda row: rows.append(row.tolist()) or row + 0.5,
        select=lambda distribution: given.append(distribution.tolist()) or 6,
    )
    generate([5, 9], stages, 2, None, 10)
    assert rows == [[91, 91, 91], [61, 61, 61]]  # each id times 10, plus 1
    assert given == [[91.5] * 3, [61.5] * 3]


def test_the_prompt_is_not_changed():
    prompt = [5, 9]
    generate(prompt, scripted([17, 4], []), 2, None, 10)
    assert prompt == [5, 9]


def test_a_replaced_selection_samples_from_the_filtered_distribution(model):
    numbers = iter([0.1, 0.9, 0.5, 0.99])
    stages = dataclasses.replace(
        model.stages(),
        softmax=lambda row: next_token_distribution(row[None], 1.5, 4, 0.95)[0],
        select=lambda distribution: select_token(distribution, next(numbers)),
    )
    sampled = generate([0, 30, 7], stages, 4, None, 9)
    assert sampled != generate([0, 30, 7], model.stages(), 4, None, 9)
    ids = [0, 30, 7]
    for token in sampled:
        best_four = model(torch.tensor([ids]))[0, -1].topk(4).indices.tolist()
        assert token in best_four
        ids.append(token)
