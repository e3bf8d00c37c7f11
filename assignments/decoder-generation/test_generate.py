"""The generation loop, judged by what it does with the stages it is given.

`stages.select` returns tokens from a script. Token 0 is the end-of-sequence token.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from grader.checks import (
    CallFailed,
    GenerationTrace,
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

EOS = 0
LAYERS = 3


def generate(student, stages, prompt, max_new_tokens):
    """Run the student's loop; if it breaks on a wrong step input, that is the better sentence."""
    try:
        return student.observe(
            "generate", prompt, stages, max_new_tokens, EOS, stages.context_length
        )
    except CallFailed:
        if stages.trace.calls:
            assert_step_inputs(stages.trace, prompt=prompt, context_length=stages.context_length)
        raise


@dataclass(frozen=True)
class Run:
    """One generation of four tokens, which several checks judge."""

    prompt: list[int]
    script: list[int]
    trace: GenerationTrace
    returned: Any
    prompt_afterwards: list[int]


@pytest.fixture
def run(student, probe, scripted):
    def generate_four():
        tokens = probe.tokens(14)
        prompt, stages = tokens[:3], scripted(tokens[3:])
        observed = generate(student, stages, prompt, 4)
        return Run(prompt, tokens[3:7], stages.trace, observed.value, observed.arguments[0])

    return student.once("four tokens", generate_four)


def assert_enough_steps(trace, asked):
    """A loop that ends early has not shown its later steps."""
    steps = len(trace.selected)
    assert steps >= asked, (
        f"{asked} tokens were asked for, and stages.select was called {steps} times."
    )


@points(1)
def test_stage_order(run):
    """Each step runs embed, every layer in order, output, softmax and select, once each."""
    assert_stage_order(run.trace, n_layers=LAYERS, n_steps=4)


@points(1)
def test_data_flow(run):
    """Each stage receives what the one before returned in this step; softmax the last row."""
    assert run.trace.calls, "generate returned without calling any of its stages."
    assert_data_flow(run.trace)


@points(4)
def test_step_inputs(run):
    """Step i reads the prompt followed by every token selected before it."""
    assert_step_inputs(run.trace, prompt=run.prompt, context_length=16)
    assert_enough_steps(run.trace, 4)


@points(2)
def test_full_window(student, probe, scripted):
    """When prompt and generated tokens no longer fit, the newest ones are read."""
    tokens = probe.tokens(16)
    runs = [(tokens[:7], 2), (tokens[:4], 3)]  # the first prompt alone is too long
    tables = [scripted(tokens[7:], context_length=5, n_layers=1) for _ in runs]
    for (prompt, n), stages in zip(runs, tables, strict=True):
        generate(student, stages, prompt, n)
    for (prompt, n), stages in zip(runs, tables, strict=True):
        assert_step_inputs(stages.trace, prompt=prompt, context_length=5)
        assert_enough_steps(stages.trace, n)


@points(1)
def test_returned_tokens(run):
    """The generated tokens alone come back, as many as asked for."""
    came = as_tokens(run.returned, name="the result of generate")
    assert came == run.script, (
        f"Asked for 4 tokens after the prompt {run.prompt}, generate returned {came}; "
        f"stages.select chose {run.trace.selected}, so {run.script} is expected."
    )


@points(1)
def test_eos_ends(student, probe, scripted):
    """Generation stops after the end-of-sequence token, which is part of the result."""
    tokens = probe.tokens(14)
    stages = scripted([tokens[3], EOS, *tokens[5:]], n_layers=1)
    came = as_tokens(generate(student, stages, tokens[:3], 4).value, name="the result of generate")
    expected = [tokens[3], EOS]
    assert came == expected, (
        f"generate returned {came}; stages.select chose the end-of-sequence token {EOS} "
        f"in step 2, so {expected} is expected."
    )


@points(1)
@needs("returned_tokens")
def test_arguments_are_left_alone(run):
    """The prompt that was handed in is not changed."""
    assert_unchanged(run.prompt_afterwards, run.prompt)
