"""The stages that a student's `generate` gets: what they take, answer, record and refuse."""

import tracemalloc

import numpy as np
import pytest

from grader.generation.trace import SPARE_STEPS, token_ids
from grader.sandbox.child.wire import Remote
from grader.sandbox.contract import Refused, Stop

HIDDEN = np.ones((2, 4), dtype=np.float32)


@pytest.fixture
def stages(scripted):
    return scripted([17, 4], context_length=4)


def test_the_student_sees_every_stage_by_its_name(stages):
    table = stages.table()
    assert set(table) == {"embed", "layers", "output", "softmax", "select"}
    assert all(isinstance(remote, Remote) for remote in [table["embed"], *table["layers"]])
    assert [remote.name for remote in table["layers"]] == [
        "stages.layers[0]",
        "stages.layers[1]",
        "stages.layers[2]",
    ]


def test_calls_are_recorded_with_what_came_and_what_went_back(stages):
    states = stages.answer("stages.embed", [[5, 9]])
    logits = stages.answer("stages.output", [states])
    token = stages.answer("stages.select", [logits[-1]])
    calls = stages.trace.calls
    assert [call.stage for call in calls] == ["stages.embed", "stages.output", "stages.select"]
    assert calls[0].received == [5, 9]
    assert calls[1].received is states
    assert calls[1].returned is logits
    assert token == calls[2].returned == 17
    assert stages.trace.selected == [17]


def test_select_follows_the_script_and_then_repeats_its_end(stages):
    assert [stages.answer("stages.select", [HIDDEN]) for _ in range(4)] == [17, 4, 4, 4]


def test_steps_begin_where_embed_is_called(stages):
    for name in ("output", "embed", "output", "embed"):
        stages.answer(f"stages.{name}", [[1] if name == "embed" else HIDDEN])
    steps = [[call.stage for call in step] for step in stages.trace.steps()]
    assert steps == [["stages.output"], ["stages.embed", "stages.output"], ["stages.embed"]]


@pytest.mark.parametrize("ids", [[5, 9], [np.array(5), 9], np.array([5, 9])])
def test_one_row_of_ids_gives_states_without_a_batch_axis(stages, ids):
    states = stages.answer("stages.embed", [ids])
    assert (states.shape, states.dtype) == ((2, 4), np.float32)


@pytest.mark.parametrize("ids", [[[5, 9]], np.array([[5, 9]])])
def test_a_batch_axis_of_one_is_kept(stages, ids):
    assert stages.answer("stages.embed", [ids]).shape == (1, 2, 4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_answer_has_the_precision_of_the_question(stages, dtype):
    for name in ("layers[0]", "output", "softmax"):
        assert stages.answer(f"stages.{name}", [HIDDEN.astype(dtype)]).dtype == dtype


IDS = "stages.embed takes token ids from 0 to 36, one list a call"
FLOATS = "stages.output takes an array of floating-point numbers"
REFUSED = {
    "an id that is too large": ("embed", [[5, 37]], IDS),
    "an id below zero": ("embed", [[5, -1]], IDS),
    "no ids": ("embed", [[]], IDS),
    "floats for ids": ("embed", [np.array([5.0])], IDS),
    "floats in a list": ("embed", [[5.0]], IDS),
    "booleans for ids": ("embed", [[True, False]], IDS),
    "text for ids": ("embed", ["5 9"], IDS),
    "None for ids": ("embed", [None], IDS),
    "two rows of ids": ("embed", [[[5], [9]]], IDS),
    "two rows of ids in an array": ("embed", [np.array([[5], [9]])], IDS),
    "ids with three axes": ("embed", [np.array([[[5]]])], IDS),
    "more ids than the window": (
        "embed",
        [[1, 2, 3, 4, 5]],
        "stages.embed got 5 tokens; the context length is 4",
    ),
    "two arguments": ("embed", [[5], [9]], "stages.embed takes one argument, not 2"),
    "no argument": ("output", [], "stages.output takes one argument, not 0"),
    "a list for an array": ("output", [[1.0, 2.0]], FLOATS),
    "integers for floats": ("output", [np.ones((2, 4), dtype=int)], FLOATS),
    "None for an array": ("output", [None], FLOATS),
    "text for a distribution": (
        "select",
        ["best"],
        "stages.select takes an array of floating-point numbers",
    ),
    "another width": (
        "output",
        [np.ones((2, 5), dtype=np.float32)],
        "stages.output cannot work on an array of shape (2, 5)",
    ),
    "an array without axes": (
        "layers[0]",
        [np.array(1.0)],
        "stages.layers[0] cannot work on an array of shape ()",
    ),
}


@pytest.mark.parametrize(("stage", "arguments", "sentence"), REFUSED.values(), ids=REFUSED)
def test_other_arguments_are_refused_and_recorded(stages, stage, arguments, sentence):
    with pytest.raises(Refused) as raised:
        stages.answer(f"stages.{stage}", arguments)
    assert str(raised.value) == sentence
    assert [call.returned for call in stages.trace.calls] == [None]


@pytest.mark.parametrize("stage", ["layers[3]", "attention", "\x1b[2J"])
def test_the_name_of_a_stage_that_is_not_there_is_not_kept(stages, stage):
    """It is the student's own text, and a report would show it."""
    with pytest.raises(Refused, match=r"^there is no such stage$"):
        stages.answer(f"stages.{stage}", [HIDDEN])
    assert not stages.trace.calls


@pytest.mark.parametrize("shape", [(5, 4), (1, 5, 4), (2, 4, 4)])
def test_more_rows_than_the_window_are_refused(stages, shape):
    """Otherwise a student's code could have us compute anything."""
    with pytest.raises(Refused, match=r"got \d rows; the context length is 4"):
        stages.answer("stages.layers[0]", [np.ones(shape, dtype=np.float32)])


def test_a_generation_that_goes_on_is_stopped(stages):
    def step():
        for name in ("embed", "layers[0]", "layers[1]", "layers[2]", "output", "softmax"):
            stages.answer(f"stages.{name}", [[5] if name == "embed" else HIDDEN])
        stages.answer("stages.select", [HIDDEN])

    for _ in range(2 + SPARE_STEPS):
        step()
    with pytest.raises(Stop):
        step()


@pytest.mark.parametrize("call", ["embed", "output", "nonsense"])
def test_refused_calls_count_towards_the_end(stages, call):
    endings = set()
    for _ in range(100):
        with pytest.raises((Refused, Stop)) as raised:
            stages.answer(f"stages.{call}", [None])
        endings.add(raised.type)
    assert endings == {Refused, Stop}


@pytest.mark.parametrize(
    ("received", "ids"),
    [
        ([1, 2], [1, 2]),
        ([[1, 2]], [1, 2]),
        (np.array([1, 2], dtype=np.int32), [1, 2]),
        (np.array([[1, 2]]), [1, 2]),
        ([np.array(1), 2], [1, 2]),
        ([True], []),
        ([1.0], []),
        (np.array([1.0]), []),
        (np.array([[1], [2]]), []),
        (np.array(1), []),
        (7, []),
        ({}, []),
        ([[[1]]], []),
    ],
)
def test_token_ids(received, ids):
    assert token_ids(received) == ids


@pytest.mark.parametrize("shape", [(1 << 26, 0), (1 << 26, 1), (1, 1 << 26)])
def test_a_giant_is_no_list_of_token_ids(shape):
    giant = np.broadcast_to(np.int8(0), shape)
    tracemalloc.start()
    assert token_ids(giant) == []
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
