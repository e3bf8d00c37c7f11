"""Generation with a cache, judged by what it does with the passes it is given.

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
    assert_cached_order,
    assert_few_positions,
    assert_prefixes,
    assert_unchanged,
    needs,
    points,
    stage,
)

pytestmark = stage("generate_cached")

STEPS = 7


def generate(student, stages, prompt, max_new_tokens, eos):
    """Run the student's loop; if it breaks on a wrong pass, that is the better sentence."""
    length = stages.context_length
    try:
        return student.observe("generate_cached", prompt, stages, max_new_tokens, eos, length)
    except CallFailed:
        if stages.trace.calls:
            assert_prefixes(stages.trace, prompt=prompt, context_length=length)
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
    """One generation of seven tokens, which fit into the window."""

    def generate_seven():
        prompt, script, eos = split(probe.tokens(STEPS + 5), 4, STEPS)
        return generated(prompt, script, n=STEPS, eos=eos)

    return student.once("seven tokens", generate_seven)


@pytest.fixture
def full_windows(student, probe, generated):
    """Generations whose tokens do not fit into the window, to be made when they are asked for."""

    def generate_all():
        # The first prompt alone is too long, the second just fits; the third answer is too long.
        cases = [(7, 2, 5), (4, 3, 4), (2, 6, 5)]
        lists = [
            (*split(probe.tokens(n_prompt + n + 1), n_prompt, n), c) for n_prompt, n, c in cases
        ]
        return [
            generated(prompt, script, n=len(script), eos=eos, context_length=c)
            for prompt, script, eos, c in lists
        ]

    return lambda: student.once("full windows", generate_all)


def split(tokens, n_prompt, n):
    """Tokens as a prompt, a script of n, and the end-of-sequence token, which is in neither."""
    return tokens[:n_prompt], tokens[n_prompt : n_prompt + n], tokens[-1]


def assert_enough_steps(run):
    """A loop that ends early has not shown its later steps."""
    asked, steps = len(run.script), len(run.trace.selected)
    assert steps >= asked, f"Tokens asked for: {asked}; calls of stages.select: {steps}."


def chosen(run):
    """What `select` was asked for, as far as it is of the script, and what it would have given."""
    came = run.trace.selected
    if len(came) >= len(run.script):
        return f"stages.select chose {came}"
    if not came:
        return f"stages.select was never called; it chooses {run.script}"
    return f"stages.select chose {came} and would go on with {run.script[len(came) :]}"


@points(2)
def test_order(run):
    """Prefill comes first; each step has one pass, and select gets the logits of that pass."""
    assert_cached_order(run.trace, n_steps=STEPS)


@points(4)
def test_what_logits_stand_for(run):
    """The logits of step i stand for the prompt and every token selected before it."""
    assert_prefixes(run.trace, prompt=run.prompt, context_length=run.context_length)
    assert_enough_steps(run)


@points(3)
def test_full_window(full_windows):
    """When the cache is full, the newest tokens that fit are read again by a prefill."""
    for run in full_windows():
        assert_prefixes(run.trace, prompt=run.prompt, context_length=run.context_length)
        assert_enough_steps(run)


@points(1)
def test_returned_tokens(run, full_windows, generated):
    """The generated tokens alone come back, as many as asked for, and none if none are."""
    runs = [run]
    with suppress(CallFailed, AssertionError):  # steps that are not made are another check's matter
        runs += [made for made in full_windows() if made.trace.selected == made.script]
    for made in runs:
        came = as_tokens(made.returned, name="the result of generate_cached")
        assert came == made.script, (
            f"Asked for {len(made.script)} tokens after the prompt {made.prompt}, generate_cached "
            f"returned {came}; {chosen(made)}, so {made.script} is expected."
        )
    none = generated([5, 9], [], n=0, eos=7).returned
    none = as_tokens(none, name="the result of generate_cached")
    assert none == [], f"Asked for 0 tokens, generate_cached returned {none}."


@points(1)
def test_eos_ends(probe, generated):
    """Generation stops after the end-of-sequence token was generated, which is in the result."""
    first, second, other, eos = probe.tokens(4)
    # Also as the very first token, after a prompt that begins or ends with it, and as id 0.
    cases = [([first, second, eos], [0, other, eos]), ([0, first], [0])]
    runs = [generated(*case, n=5, eos=case[1][-1]) for case in cases]
    for run in runs:
        came = as_tokens(run.returned, name="the result of generate_cached")
        assert came == run.script, (
            f"After the prompt {run.prompt} generate_cached returned {came}; {chosen(run)}, and "
            f"{run.script[-1]} ends a sequence, so {run.script} is expected."
        )


@points(1)
@needs("returned_tokens")
def test_prompt_is_left_alone(run, full_windows):
    """The prompt that was handed in is not changed, also when the window is full."""
    runs = [run]
    with suppress(CallFailed, AssertionError):  # another check's matter
        runs += full_windows()
    for made in runs:
        assert_unchanged(made.prompt_afterwards, made.prompt)


@points(0)  # what a run costs is a lesson; give it points, and a missing cache costs them
@needs("what_logits_stand_for")
def test_positions_processed(run):
    """Each token is processed once; what the cache holds is not read again."""
    assert_few_positions(run.trace, most=len(run.prompt) + STEPS - 1, n_steps=STEPS)
