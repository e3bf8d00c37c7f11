"""The generation loop, judged by what it does with the stages it is given.

`stages.select` returns tokens from a script. Token 0 is the end-of-sequence token.
"""

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

EOS = 0
LAYERS = 3


def generate(student, stages, prompt, max_new_tokens):
    """Run the student's loop; if it breaks on a wrong step input, that is the better sentence."""
    try:
        return student.generate(prompt, stages, max_new_tokens, EOS, stages.context_length)
    except CallFailed:
        if stages.trace.calls:
            assert_step_inputs(stages.trace, prompt=prompt, context_length=stages.context_length)
        raise


@points(2)
def test_stage_order(student, probe, scripted):
    """Each step runs embed, every layer in order, output, softmax and select, once each."""
    tokens = probe.tokens(12)
    prompt, script = tokens[:3], tokens[3:]
    stages = scripted(script)
    generate(student, stages, prompt, 4)
    assert_stage_order(stages.trace, n_layers=LAYERS, n_steps=4)


@points(2)
def test_data_flow(student, probe, scripted):
    """Each stage receives what the one before returned in this step; softmax the last row."""
    tokens = probe.tokens(12)
    prompt, script = tokens[:4], tokens[4:]
    stages = scripted(script)
    generate(student, stages, prompt, 3)
    assert stages.trace.calls, "generate returned without calling any of its stages."
    assert_data_flow(stages.trace)


@points(3)
def test_step_inputs(student, probe, scripted):
    """Step i reads the prompt followed by every token selected before it."""
    tokens = probe.tokens(12)
    stages = scripted(tokens[3:])
    generate(student, stages, tokens[:3], 5)
    assert_step_inputs(stages.trace, prompt=tokens[:3], context_length=stages.context_length)
    steps = len(stages.trace.selected)
    assert steps >= 5, f"5 tokens were asked for, and stages.select was called {steps} times."


@points(2)
def test_full_window(student, probe, scripted):
    """When prompt and generated tokens no longer fit, the newest ones are read."""
    tokens = probe.tokens(16)
    stages = scripted(tokens[4:], context_length=6)
    generate(student, stages, tokens[:4], 7)
    assert_step_inputs(stages.trace, prompt=tokens[:4], context_length=6)
    steps = len(stages.trace.selected)
    assert steps >= 7, f"7 tokens were asked for, and stages.select was called {steps} times."


@points(1)
def test_returned_tokens(student, probe, scripted):
    """The generated tokens alone come back, as many as asked for."""
    tokens = probe.tokens(14)
    for n in (1, 5):
        stages = scripted(tokens[3:])
        came = as_tokens(generate(student, stages, tokens[:3], n), name="the result of generate")
        expected = tokens[3 : 3 + n]
        assert came == expected, (
            f"Asked for {n} after the prompt {tokens[:3]}, generate returned {came}; "
            f"stages.select had chosen {stages.trace.selected}, so {expected} is expected."
        )


@points(1)
def test_eos_ends(student, probe, scripted):
    """Generation stops after the end-of-sequence token, which is part of the result."""
    tokens = probe.tokens(14)
    stages = scripted([*tokens[3:5], EOS, *tokens[5:]])
    came = as_tokens(generate(student, stages, tokens[:3], 6), name="the result of generate")
    expected = [*tokens[3:5], EOS]
    assert came == expected, (
        f"generate returned {came}; stages.select chose the end-of-sequence token {EOS} "
        f"in step 3, so {expected} is expected."
    )


@points(1)
@needs("returned_tokens")
def test_arguments_are_left_alone(student, probe, scripted):
    """The prompt that was handed in is not changed."""
    tokens = probe.tokens(12)
    stages = scripted(tokens[3:])
    generate(student, stages, tokens[:3], 4)
    assert_unchanged(student.arguments[0], tokens[:3])
