"""What is printed in questions, and not filled in by a run, is what their claims compute."""

import re

import pytest

from grader.quiz.bank.topics import load_topic
from grader.settings import shipped
from reference.decoder.answers.claims import (
    ablations,
    diagnosis,
    embedding_and_positions,
    self_attention,
)
from reference.decoder.answers.trials import replaced, wrong


def item(name):
    return load_topic(shipped("questions"), name.partition(".")[0]).item(name)


def numbers(name):
    """The decimal numbers of each line of the code block in a stem, lines without any left out."""
    block = re.search(r"```text\n(.*?)```", item(name).stem, re.DOTALL)[1]
    rows = [re.findall(r"-?\d+\.\d\d", line) for line in block.splitlines()]
    return [row for row in rows if row]


def printed(row):
    return [f"{value:.2f}" for value in row.tolist()]


def test_the_four_matrices_come_from_one_head():
    made = self_attention.matrices(5)
    rows = zip(*(made[name] for name in "abcd"), strict=True)
    assert numbers("self-attention.read-a-matrix") == [
        [number for row in parts for number in printed(row)] for parts in rows
    ]


def test_the_changes_come_from_attention_without_a_mask():
    no_mask = wrong("attention_weights.no_mask")
    assert numbers("diagnosis.future-leak") == [
        printed(row) for row in diagnosis.changes(1, attention_weights=no_mask)
    ]


def test_the_log_of_the_layers_comes_from_layers_that_read_the_embedding():
    rows = diagnosis.layer_rows(1, "generate.layers_read_embedding")
    assert numbers("diagnosis.layer-log") == [
        printed(before[:3]) + printed(after[:3]) for before, after in rows
    ]


def test_the_results_come_from_a_loop_that_stops_at_an_eos_in_the_prompt():
    lines = re.findall(r"\[.*\]", item("diagnosis.empty-results").stem)
    printed_results = [re.findall(r"\[[^]]*\]", line)[1:] for line in lines if line.count("[") == 3]
    right, faulty = diagnosis.results(1710), diagnosis.results(1710, "generate.prompt_eos_stops")
    assert printed_results == [
        [str(one), str(other)] for one, other in zip(right, faulty, strict=True)
    ]


def test_about_a_quarter_of_sixty_right_programs_repeats_one_token():
    assert "about a quarter of sixty" in item("ablations.repetition-as-proof").explanation
    assert sum(ablations.right_programs_that_repeat(0)) == pytest.approx(15, abs=2)


def test_without_a_mask_fewer_than_half_of_sixty_models_change_their_greedy_token():
    pairs = [self_attention.with_and_without_mask(seed, n_layers=2)[0] for seed in range(60)]
    changed = sum(bool(one.argmax() != other.argmax()) for one, other in pairs)
    assert 0 < changed < 30


def test_an_embedding_that_knows_the_order_turns_a_claim_over():
    assert embedding_and_positions.no_positions_no_mask(0)
    with replaced(embed=lambda ids, tokens, _: tokens[ids] * ids.argsort().unsqueeze(-1)):
        assert not embedding_and_positions.no_positions_no_mask(0)
