"""The generation loop, judged by what it does with the stages it is given.

`stages.select` returns tokens from a script. The end-of-sequence token differs from run to run.
"""

from contextlib import suppress
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

LAYERS = 4
STEPS = 3
LARGEST = 300  # among the token ids


def generate(student, stages, prompt, max_new_tokens, eos):
    """Run the student's loop; if it breaks on a wrong step input, that is the better sentence."""
    try:
        return student.observe(
            "generate", prompt, stages, max_new_tokens, eos, stages.context_length
        )
    except CallFailed:
        if stages.trace.calls:
            assert_step_inputs(stages.trace, prompt=prompt, context_length=stages.context_length)
        raise


@dataclass(frozen=True)
class Run:
    """One generation, which several checks may judge."""

    prompt: list[int]
    script: list[int]  # what a right one returns
    context_length: int
    trace: GenerationTrace
    returned: Any
    prompt_afterwards: list[int]


@pytest.fixture
def generated(student, probe, scripted):
    """Makes a generation: `script` is what is selected, and other tokens come after it."""

    def make(prompt, script, *, n, eos, **sizes):
        stages = scripted([*script, *prompt[:1] * 3], **sizes)
        observed = generate(student, stages, prompt, n, eos)
        length = stages.context_length
        return Run(prompt, script, length, stages.trace, observed.value, observed.arguments[0])

    return make


@pytest.fixture
def run(student, probe, generated):
    """One generation of three tokens by four layers."""

    def generate_three():
        prompt, script, eos = split(probe.tokens(7), 3, STEPS)
        return generated(prompt, script, n=STEPS, eos=eos, n_layers=LAYERS)

    return student.once("three tokens", generate_three)


@pytest.fixture
def full_windows(student, probe, generated):
    """Generations whose tokens do not fit into the window, to be made when they are asked for."""

    def generate_all():
        # The first prompt alone is too long; the second fills the window on the way.
        cases = [(7, 1, 5), (4, 3, 5), (2, 2, 1)]
        lists = [
            (*split(probe.tokens(n_prompt + n + 1), n_prompt, n), c) for n_prompt, n, c in cases
        ]
        return [
            generated(prompt, script, n=len(script), eos=eos, context_length=c, n_layers=1)
            for prompt, script, eos, c in lists
        ]

    return lambda: student.once("full windows", generate_all)


def split(tokens, n_prompt, n):
    """Tokens as a prompt, a script of n, and the end-of-sequence token, which is in neither."""
    return tokens[:n_prompt], tokens[n_prompt : n_prompt + n], tokens[-1]


def assert_enough_steps(run):
    """A loop that ends early has not shown its later steps."""
    asked, steps = len(run.script), len(run.trace.selected)
    assert steps >= asked, (
        f"Asked for {counted(asked, 'token')}, generate called stages.select "
        f"{counted(steps, 'time')}."
    )


def counted(n, thing):
    return f"{n} {thing}{'' if n == 1 else 's'}"


def chosen(run):
    """What stages.select chose in a run, or would have chosen."""
    script, chose = run.script, run.trace.selected
    if chose[: len(script)] == script:
        return f"stages.select chose {chose}"
    steps, calls = counted(len(chose), "time"), counted(len(script), "call")
    return f"stages.select was called {steps}, and {calls} would have chosen {script}"


@points(1)
def test_stage_order(run):
    """Each step runs embed, every layer in order, output, softmax and select, once each."""
    assert_stage_order(run.trace, n_layers=LAYERS, n_steps=STEPS)


@points(1)
def test_data_flow(run):
    """Each stage receives what the one before returned in this step; softmax the last row."""
    assert run.trace.calls, "generate returned without calling any of its stages."
    assert_data_flow(run.trace)


@points(4)
def test_step_inputs(run):
    """Step i reads the prompt followed by every token selected before it."""
    assert_step_inputs(run.trace, prompt=run.prompt, context_length=run.context_length)
    assert_enough_steps(run)


@points(2)
def test_full_window(full_windows):
    """When prompt and generated tokens no longer fit, the newest ones are read."""
    for run in full_windows():
        assert_step_inputs(run.trace, prompt=run.prompt, context_length=run.context_length)
        assert_enough_steps(run)


@points(1)
def test_returned_tokens(run, full_windows, generated):
    """The generated tokens alone come back, all that were asked for, and none if none were."""
    runs = [run]
    with suppress(CallFailed, AssertionError):  # steps that are not made are another check's matter
        runs += [made for made in full_windows() if made.trace.selected == made.script]
    for made in runs:
        came = as_tokens(made.returned, name="the result of generate")
        assert came == made.script, (
            f"Asked for {counted(len(made.script), 'token')} after the prompt {made.prompt}, "
            f"generate returned {came}; {chosen(made)}, so {made.script} is expected."
        )
    none = as_tokens(generated([5, 9], [], n=0, eos=7).returned, name="the result of generate")
    assert none == [], f"Asked for 0 tokens, generate returned {none}."


@points(1)
def test_eos_ends(probe, generated):
    """Generation stops after the end-of-sequence token was generated, which is in the result."""
    first, second, eos = probe.tokens(3)
    # Also as the very first token, after a prompt that begins or ends with it, as id 0, and large.
    cases = [([first, second, eos], [0, eos]), ([0, first], [0])]
    runs = [generated(*case, n=5, eos=case[1][-1], n_layers=1) for case in cases]
    large = {"vocabulary": LARGEST + 1, "n_layers": 1}
    runs.append(generated([first], [LARGEST], n=5, eos=LARGEST, **large))
    for run in runs:
        came = as_tokens(run.returned, name="the result of generate")
        assert came == run.script, (
            f"After the prompt {run.prompt} generate returned {came}; {chosen(run)}, "
            f"and {run.script[-1]} ends a sequence, so {run.script} is expected."
        )


@points(1)
@needs("returned_tokens")
def test_arguments_are_left_alone(run, full_windows):
    """The prompt that was handed in is not changed, also when the window is full."""
    runs = [run]
    with suppress(CallFailed, AssertionError):  # another check's matter
        runs += full_windows()
    for made in runs:
        assert_unchanged(made.prompt_afterwards, made.prompt)
