"""The generation loop on prompts and scripts drawn from the course secret."""

from grader.checks import (
    as_tokens,
    assert_data_flow,
    assert_stage_order,
    assert_step_inputs,
    points,
    stage,
)

pytestmark = stage("generate")


@points(1)
def test_eos_in_the_prompt(probe, generated):
    """An end-of-sequence token in the prompt, also at its end, does not stop generation."""
    eos, first, *script = probe.tokens(4)
    run = generated([eos, first, eos], script, eos=eos, n_layers=1)
    assert as_tokens(run.returned, name="the result of generate") == script


@points(1)
def test_whole_flow(probe, generated):
    """Two layers, a small window, a repeated token and an end-of-sequence token at once."""
    a, b, eos, *prompt = probe.tokens(8)
    run = generated(prompt, [a, a, b, 0, eos], n=8, eos=eos, context_length=7, n_layers=2)
    assert_stage_order(run.trace, n_layers=2, n_steps=5)
    assert_data_flow(run.trace)
    assert_step_inputs(run.trace, prompt=prompt, context_length=7)
    assert as_tokens(run.returned, name="the result of generate") == run.script
    none = generated(prompt, [], eos=eos, n_layers=1)
    assert as_tokens(none.returned, name="the result of generate") == []
