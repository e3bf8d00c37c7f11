"""Targets, batches and the training step do what the handout says by hand."""

import numpy as np

from reference.training_objective.contract import FUNCTIONS
from reference.training_objective.targets import batch_at, mask_targets, shift_targets
from reference.training_objective.training_step import TrainingStages, train_step


def test_a_target_follows_its_input():
    inputs, targets = shift_targets(np.array([[7, 3, 9, 0]]))
    assert (inputs.tolist(), targets.tolist()) == ([[7, 3, 9]], [[3, 9, 0]])


def test_the_answer_alone_counts():
    masked = mask_targets(np.array([[8, 2, 9, 0, 0]]), [2], [4], -100)
    assert masked.tolist() == [[-100, 2, 9, -100, -100]]


def test_rows_are_in_the_order_of_their_starts():
    inputs, targets = batch_at(np.array([7, 3, 9, 0, 4, 1]), [3, 0], 2)
    assert inputs.tolist() == [[0, 4], [7, 3]]
    assert targets.tolist() == [[4, 1], [3, 9]]


def test_shifting_a_text_gives_the_batch_at_its_beginning():
    text = np.arange(10, 17)
    shifted, batched = shift_targets(text[None]), batch_at(text, [0], 6)
    assert [a.tolist() for a in shifted] == [a.tolist() for a in batched]


def test_a_training_step_calls_its_stages_in_order_and_weighs_its_parts():
    called, losses = [], iter([2.0, 4.0])

    def note(name, returned=None):
        def call(*arguments):
            called.append((name, *arguments) if name in ("backward", "clip") else name)
            return returned() if returned else arguments[0] if arguments else None

        return call

    names = ("zero", "forward", "backward", "clip", "step", "schedule")
    stages = {name: note(name) for name in names} | {"loss": note("loss", lambda: next(losses))}
    parts = [[np.zeros((1, 4), int), np.array([[1, 2, 3, -1]])]]
    parts.append([np.zeros((1, 2), int), np.array([[-1, 5]])])
    assert train_step(parts, TrainingStages(**stages), 0.5, -1) == 2.5
    of_a_part = ["forward", "loss"]
    expected = ["zero", *of_a_part, ("backward", 1.5), *of_a_part, ("backward", 1.0)]
    assert called == [*expected, ("clip", 0.5), "step", "schedule"]


def test_no_stage_changes_what_it_is_given():
    ids, logits = np.array([[1, 2, 3], [4, 5, -1]]), np.ones((2, 3, 7))
    four = [np.full(3, 2.0) for _ in range(4)]
    given = {
        "batch_at": [ids[0], [1, 0], 1],
        "shift_targets": [ids],
        "mask_targets": [ids, [1, 1], [3, 2], -9],
        "cross_entropy": [logits, ids, -1],
        "cross_entropy_gradient": [logits, ids, -1],
        "perplexity": [logits, ids, -1],
        "accumulate": [[logits, logits], [3, 4]],
        "clip_by_global_norm": [[logits], 0.1],
        "adamw_step": [*four, 2, 0.1, [0.9, 0.9], 1e-3, 0.1],
    }
    for name, arguments in given.items():
        before = repr(arguments)
        FUNCTIONS[name](*arguments)
        assert repr(arguments) == before, name
