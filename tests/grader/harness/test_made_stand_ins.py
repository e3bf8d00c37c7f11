"""What code of a student's may ask of a right object while an outer one is checked, and no more."""

from types import SimpleNamespace

import numpy as np
import pytest

from grader.harness.made_stand_ins import made_stand_in
from grader.sandbox.contract import NoAnswer, StudentCall
from reference.decoder_modules.subject import SUBJECT

CONFIG = {"n_embd": 4, "resid_pdrop": 0.0}
CALL = StudentCall("Block", [CONFIG, []], makes="Block")
REFERENCE = SimpleNamespace(**SUBJECT.over_arrays())
X = np.ones((1, 2, 4), np.float32)
PARAMETERS = [["state_dict", [], "answer"]]


def asked(given, call=CALL):
    return made_stand_in(REFERENCE, "MLP", given, call=call)


def forward(**changed):
    state = {name: a.astype(np.float32) for name, a in asked([CONFIG, PARAMETERS]).items()}
    steps = {
        "state": ["load_state_dict", [state], "answer"],
        "mode": ["train", [False], "answer"],
        "pass": ["", [X], "answer"],
    }
    return list((steps | changed).values())


def test_its_parameters_are_told():
    state = asked([CONFIG, PARAMETERS])
    shapes = {name: array.shape for name, array in state.items()}
    assert shapes["c_fc.weight"] == (4, 16)
    assert len(shapes) == 4


def test_a_forward_pass_is_answered_in_the_precision_of_what_came():
    came = asked([CONFIG, forward()])
    assert came.shape == X.shape
    assert came.dtype == np.float32


def test_a_method_that_is_a_stage_has_its_config_in_its_first_argument():
    call = StudentCall("generate", [[CONFIG, []], 1], makes="DecoderModel")
    assert asked([CONFIG, PARAMETERS], call)
    with pytest.raises(NoAnswer):
        asked([CONFIG | {"n_embd": 6}, PARAMETERS], call)


@pytest.mark.parametrize(
    "steps",
    [
        [],
        None,
        "state_dict",
        [["state_dict", [], "value"]],
        [[X, [], "answer"]],
        [["c_fc.forward.__globals__.clear", [], "answer"]],
        [["__init__.__globals__.update", [{"a": 1}], "answer"]],
        [["register_forward_hook", [1], "answer"]],
        [["state_dict", [], "answer"], ["state_dict", [], "answer"]],
        [["", [X], "answer"]],
        [[], [], []],
        [["", "", ""], 1, 2],
    ],
)
def test_nothing_else_is_done_for_it(steps):
    with pytest.raises(NoAnswer):
        asked([CONFIG, steps])


@pytest.mark.parametrize(
    "changed",
    [
        {"state": ["load_state_dict", [{"c_fc.weight": X}], "answer"]},
        {"state": ["load_state_dict", [{"c_fc.weight": "no array"}], "answer"]},
        {"state": ["load_state_dict", [X], "answer"]},
        {"state": ["__setattr__", [{}], "answer"]},
        {"state": [X, [{}], "answer"]},
        {"mode": ["train", [1], "answer"]},
        {"mode": ["train", [], "answer"]},
        {"mode": ["__init__.__globals__.clear", [False], "answer"]},
        {"pass": ["", [X, X], "answer"]},
        {"pass": ["", ["text"], "answer"]},
        {"pass": ["c_fc", [X], "answer"]},
        {"pass": ["", [X], "shapes"]},
        {"pass": ["", [X], X]},
        {"pass": ["", [X[..., :3]], "answer"]},
    ],
)
def test_a_forward_pass_has_one_form(changed):
    with pytest.raises(NoAnswer):
        asked([CONFIG, forward(**changed)])


@pytest.mark.parametrize(
    "config",
    [
        CONFIG | {"n_embd": 10**9},
        CONFIG | {"n_embd": 4.0},
        {},
        None,
        [CONFIG],
        CONFIG | {"more": 1},
    ],
)
def test_an_inner_object_is_made_as_the_outer_one_is(config):
    """Otherwise code could have our side make one that is far too large."""
    with pytest.raises(NoAnswer):
        asked([config, PARAMETERS])


@pytest.mark.parametrize("given", [[], [CONFIG], [CONFIG, PARAMETERS, 1]])
def test_other_arguments_are_not_looked_at(given):
    with pytest.raises(NoAnswer):
        asked(given)
