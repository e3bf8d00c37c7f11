"""The generation loop on prompts and scripts drawn from the course secret."""

from grader.checks import (
    CallFailed,
    as_tokens,
    assert_data_flow,
    assert_stage_order,
    assert_step_inputs,
    points,
    stage,
)

pytestmark = stage("generate")


def generate(student, stages, prompt, max_new_tokens, eos):
    try:
        came = student.generate(prompt, stages, max_new_tokens, eos, stages.context_length)
    except CallFailed:
        if stages.trace.calls:
            assert_step_inputs(stages.trace, prompt=prompt, context_length=stages.context_length)
        raise
    return as_tokens(came, name="the result of generate")


@points(1)
def test_eos_in_the_prompt(student, probe, scripted):
    """An end-of-sequence token in the prompt, also at its end, does not stop generation."""
    eos, first, *others = probe.tokens(14)
    stages = scripted(others, n_layers=1)
    assert generate(student, stages, [eos, first, eos], 2, eos) == others[:2]


@points(1)
def test_whole_flow(student, probe, scripted):
    """Two layers, a small window, a repeated token and an end-of-sequence token at once."""
    tokens = probe.tokens(12)
    eos = tokens[7]
    prompt, script = tokens[:5], [tokens[6], tokens[6], tokens[2], 0, eos, *tokens[8:]]
    stages = scripted(script, context_length=7, n_layers=2)
    came = generate(student, stages, prompt, 8, eos)
    assert_stage_order(stages.trace, n_layers=2, n_steps=5)
    assert_data_flow(stages.trace)
    assert_step_inputs(stages.trace, prompt=prompt, context_length=7)
    assert came == script[:5]
    assert generate(student, scripted(script, n_layers=1), prompt, 0, eos) == []
