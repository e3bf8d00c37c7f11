"""The generation loop, judged by what it does with the stages it is given.

`stages.select` returns tokens from a script. The end-of-sequence token differs from run to run.
"""

from contextlib import suppress

import pytest

from grader.checks import (
    CallFailed,
    as_tokens,
    assert_data_flow,
    assert_stage_order,
    assert_step_inputs,
    assert_unchanged,
    needs,
    points,
    stage,
)

pytestmark = stage("generate")

LAYERS, STEPS = 4, 3


@pytest.fixture
def run(probe, generated):
    """One generation of three tokens by four layers, which several checks judge."""
    tokens = probe.tokens(7)
    return generated(tokens[:3], tokens[3:6], eos=tokens[6], n_layers=LAYERS, once="three tokens")


@pytest.fixture
def full_windows(probe, generated):
    """Makes generations whose tokens do not fit into the window.

    The first prompt alone is too long; the second fills the window on the way; the last answer
    alone is longer than the window.
    """

    def one(n_prompt, n, length):
        tokens = probe.tokens(n_prompt + n + 1)
        prompt, script = tokens[:n_prompt], tokens[n_prompt:-1]
        sizes = {"context_length": length, "n_layers": 1, "once": f"{n} in a window of {length}"}
        return generated(prompt, script, eos=tokens[-1], **sizes)

    return lambda: [one(*sizes) for sizes in ((7, 1, 5), (4, 3, 5), (2, 2, 1), (2, 4, 3))]


def assert_right_steps(run):
    """Step i reads what it should, and no later step is missing."""
    assert_step_inputs(run.trace, prompt=run.prompt, context_length=run.context_length)
    asked, steps = len(run.script), len(run.trace.selected)
    assert steps >= asked, f"Tokens asked for: {asked}; calls of stages.select: {steps}."


def assert_returned(run):
    came = as_tokens(run.returned, name="the result of generate")
    assert came == run.script, (
        f"Asked for {run.asked} tokens after the prompt {run.prompt}, generate returned {came}; "
        f"stages.select chose {run.trace.selected}, and the end-of-sequence token is {run.eos}, so "
        f"{run.script} is expected."
    )


@points(1)
def test_stage_order(run):
    """Each step runs embed, every layer in order, output, softmax and select, once each."""
    assert_stage_order(run.trace, n_layers=LAYERS, n_steps=STEPS)


@points(1)
def test_data_flow(run):
    """Each stage receives what the one before returned in this step; softmax the last row."""
    assert run.trace.calls, "generate returned without calling any of its stages."
    assert_data_flow(run.trace)


@points(3)
def test_step_inputs(run):
    """Step i reads the prompt followed by every token selected before it."""
    assert_right_steps(run)


@points(1)
def test_full_window(full_windows):
    """When prompt and generated tokens no longer fit, the newest ones are read."""
    for run in full_windows():
        assert_right_steps(run)


@points(1)
def test_returned_tokens(run, full_windows, generated):
    """The generated tokens alone come back, as many as asked for, and none if none are."""
    runs = [run]
    with suppress(CallFailed, AssertionError):  # steps that are not made are another check's matter
        runs += [made for made in full_windows() if made.trace.selected == made.script]
    for made in runs:
        assert_returned(made)
    assert_returned(generated([5, 9], [], eos=7))


@points(1)
def test_eos_ends(probe, generated):
    """Generation stops after the end-of-sequence token was generated, which is in the result."""
    first, second, other, eos = probe.tokens(4)
    # Also as the very first token, after a prompt that begins or ends with it, and as id 0.
    cases = [([first, second, eos], [0, other, eos]), ([0, first], [0])]
    for run in [generated(*case, n=5, eos=case[1][-1], n_layers=1) for case in cases]:
        assert_returned(run)


@points(1)
@needs("returned_tokens")
def test_arguments_are_left_alone(run, full_windows):
    """The prompt that was handed in is not changed, also when the window is full."""
    runs = [run]
    with suppress(CallFailed, AssertionError):  # another check's matter
        runs += full_windows()
    for made in runs:
        assert_unchanged(made.prompt_afterwards, made.prompt)
