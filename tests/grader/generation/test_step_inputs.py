"""What each step embeds, and the sentence about the first one that is wrong."""

import re

import numpy as np
import pytest

from grader.generation.order import assert_step_inputs

PROMPT, CONTEXT = [5, 9], 16


def forward(stages, ids):
    """Logits for all positions."""
    hidden = stages.embed(ids)
    for layer in stages.layers:
        hidden = layer(hidden)
    return stages.output(hidden)


def loop(stages, step_input):
    """The right loop of four steps, but for what a step embeds."""
    generated = []
    for _ in range(4):
        logits = forward(stages, step_input(PROMPT, generated))
        generated.append(stages.select(stages.softmax(logits[-1])))


def right(prompt, generated):
    return [*prompt, *generated]


# What the wrong loop embeds, the window, and the sentence.
STEP_INPUTS = {
    "the prompt alone": (
        lambda prompt, generated: prompt,
        CONTEXT,
        "Step 2 embedded [5, 9], the prompt alone; it should have embedded [5, 9, 17]: "
        "the generated tokens never reach the model.",
    ),
    "the prompt alone, in a small window": (
        lambda prompt, generated: prompt[-1:],
        1,
        "Step 2 embedded [9], the prompt alone; it should have embedded [17]: "
        "the generated tokens never reach the model.",
    ),
    "the first C": (
        lambda prompt, generated: [*prompt, *generated][:3],
        3,
        "Step 3 embedded [5, 9, 17], the first tokens; it should have embedded [9, 17, 4]: "
        "a full window keeps the newest tokens.",
    ),
    "all but the newest": (
        lambda prompt, generated: (
            [*prompt, *generated[:-1]] if generated[1:] else right(prompt, generated)
        ),
        CONTEXT,
        "Step 3 embedded [5, 9, 17]; it should have embedded [5, 9, 17, 4]: "
        "the newest token is missing.",
    ),
    "the generated tokens alone": (
        lambda prompt, generated: generated or prompt,
        CONTEXT,
        "Step 2 embedded [17], the generated tokens alone; it should have embedded [5, 9, 17]: "
        "the prompt is lost.",
    ),
    "nothing at first": (
        lambda prompt, generated: generated,
        CONTEXT,
        "Step 1 embedded [], the generated tokens alone; it should have embedded [5, 9]: "
        "the prompt is lost.",
    ),
    "the newest token alone": (
        lambda prompt, generated: (
            [*prompt, *generated][-1:] if generated[1:] else right(prompt, generated)
        ),
        CONTEXT,
        "Step 3 embedded [4], the newest token alone; it should have embedded [5, 9, 17, 4]: "
        "the model knows only what it is fed.",
    ),
    "the prompt behind": (
        lambda prompt, generated: [*generated, *prompt],
        CONTEXT,
        "Step 2 embedded [17, 5, 9]; it should have embedded [5, 9, 17]: the prompt comes first.",
    ),
    "the prompt twice": (
        lambda prompt, generated: [*prompt, *prompt, *generated] if generated else prompt,
        CONTEXT,
        "Step 2 embedded [5, 9, 5, 9, 17]; it should have embedded [5, 9, 17]: "
        "the prompt is there twice.",
    ),
    "the newest token twice": (
        lambda prompt, generated: [*prompt, *generated, *generated[-1:]],
        CONTEXT,
        "Step 2 embedded [5, 9, 17, 17]; it should have embedded [5, 9, 17]: "
        "the newest token is there twice.",
    ),
    "a window that is one too small": (
        lambda prompt, generated: [*prompt, *generated][-2:],
        3,
        "Step 2 embedded [9, 17]; it should have embedded [5, 9, 17]: the window holds 3 tokens.",
    ),
    "the first token lost": (
        lambda prompt, generated: [*prompt, *generated][bool(generated) :],
        CONTEXT,
        "Step 2 embedded [9, 17]; it should have embedded [5, 9, 17]: the first token is lost.",
    ),
    "a window that is too large": (
        lambda prompt, generated: [*prompt, *generated],
        3,
        "Step 3 embedded [5, 9, 17, 4]; it should have embedded [9, 17, 4]: "
        "the window holds only 3 tokens.",
    ),
    "a window that is too large for one token": (
        lambda prompt, generated: [*prompt, *generated],
        1,
        "Step 1 embedded [5, 9]; it should have embedded [9]: the window holds only 1 token.",
    ),
    "another token": (
        lambda prompt, generated: [*prompt, *(token + 1 for token in generated)],
        CONTEXT,
        "Step 2 embedded [5, 9, 18]; it should have embedded [5, 9, 17].",
    ),
    "token ids as floats": (
        lambda prompt, generated: np.array([*prompt, *generated], dtype="float32"),
        CONTEXT,
        "Step 1 embedded an array of shape (2,) and dtype float32; it should have embedded [5, 9].",
    ),
    "a single number": (
        lambda prompt, generated: prompt[0],
        CONTEXT,
        "Step 1 embedded an int; it should have embedded [5, 9].",
    ),
}


def once_full(wrong, n_generated):
    """The right step input until there are so many generated tokens, and then a wrong one."""

    def step_input(prompt, generated):
        ids = [*prompt, *generated]
        return wrong(prompt, generated) if len(generated) >= n_generated else ids

    return step_input


# The same in a window that is full: what is embedded has the right length and the wrong tokens.
FULL_WINDOWS = {
    "all but the newest": (
        lambda prompt, generated: [*prompt, *generated][: -1 if generated[2:] else None][-3:],
        3,
        "Step 4 embedded [9, 17, 4]; it should have embedded [17, 4, 8]: "
        "the newest token is missing.",
    ),
    "the generated tokens alone": (
        lambda prompt, generated: generated[-2:] or prompt,
        2,
        "Step 2 embedded [17], the generated tokens alone; it should have embedded [9, 17]: "
        "the prompt is lost.",
    ),
    "the newest token alone": (
        once_full(lambda prompt, generated: generated[-1:], 2),
        4,
        "Step 3 embedded [4], the newest token alone; it should have embedded [5, 9, 17, 4]: "
        "the model knows only what it is fed.",
    ),
    "the prompt behind": (
        once_full(lambda prompt, generated: [*generated, *prompt][-3:], 2),
        3,
        "Step 3 embedded [4, 5, 9]; it should have embedded [9, 17, 4]: the prompt comes first.",
    ),
    "the prompt twice": (
        lambda prompt, generated: [*prompt, *prompt, *generated][-4:] if generated else prompt,
        4,
        "Step 2 embedded [9, 5, 9, 17]; it should have embedded [5, 9, 17]: "
        "the prompt is there twice.",
    ),
    "the newest token twice": (
        once_full(lambda prompt, generated: [*prompt, *generated, *generated[-1:]][-4:], 2),
        4,
        "Step 3 embedded [9, 17, 4, 4]; it should have embedded [5, 9, 17, 4]: "
        "the newest token is there twice.",
    ),
    "a window that is one too small": (
        once_full(lambda prompt, generated: [*prompt, *generated][-3:], 2),
        4,
        "Step 3 embedded [9, 17, 4]; it should have embedded [5, 9, 17, 4]: "
        "the window holds 4 tokens.",
    ),
    "the first token lost": (
        once_full(lambda prompt, generated: [*prompt, *generated][1:][-4:], 1),
        4,
        "Step 2 embedded [9, 17]; it should have embedded [5, 9, 17]: the first token is lost.",
    ),
}


@pytest.mark.parametrize(
    ("step_input", "context_length", "sentence"),
    [*STEP_INPUTS.values(), *FULL_WINDOWS.values()],
    ids=[*STEP_INPUTS, *(f"{name}, in a full window" for name in FULL_WINDOWS)],
)
def test_a_wrong_step_input_is_told_with_its_reason(
    judged, trace_of, step_input, context_length, sentence
):
    trace = trace_of(lambda stages: loop(stages, step_input), context_length)
    words, discreet = judged(
        assert_step_inputs, trace, prompt=PROMPT, context_length=context_length
    )
    assert words == sentence
    assert discreet.startswith("A step embedded the wrong tokens")
    assert not re.search(r"[\[\d]|only another", discreet)


def test_the_prompt_alone_in_a_later_step(judged, trace_of):
    def step_input(prompt, generated):
        return prompt if len(generated) == 2 else [*prompt, *generated]

    words, discreet = judged(
        assert_step_inputs,
        trace_of(lambda stages: loop(stages, step_input)),
        prompt=PROMPT,
        context_length=CONTEXT,
    )
    assert words == (
        "Step 3 embedded [5, 9], the prompt alone; it should have embedded [5, 9, 17, 4]: "
        "the generated tokens never reach the model."
    )
    assert discreet == (
        "A step embedded the wrong tokens, the prompt alone: "
        "the generated tokens never reach the model."
    )


def test_the_end_of_a_long_prompt_alone(judged, trace_of):
    trace = trace_of(lambda stages: loop(stages, lambda prompt, generated: prompt[-1:]), 1)
    words, _ = judged(assert_step_inputs, trace, prompt=[1, 2, 9], context_length=1)
    assert words == (
        "Step 2 embedded [9], the prompt alone; it should have embedded [17]: "
        "the generated tokens never reach the model."
    )


def test_an_own_choice_instead_of_the_selected_token(judged, trace_of):
    def generate(stages):
        ids = list(PROMPT)
        for _ in range(4):
            distribution = stages.softmax(forward(stages, ids)[-1])
            stages.select(distribution)
            ids.append(3)

    words, _ = judged(assert_step_inputs, trace_of(generate), prompt=PROMPT, context_length=CONTEXT)
    assert words == "Step 2 embedded [5, 9, 3]; it should have embedded [5, 9, 17]."


def test_a_step_that_does_not_begin_with_embed(judged, trace_of):
    trace = trace_of(lambda stages: stages.output(np.ones((2, 4))))
    words, _ = judged(assert_step_inputs, trace, prompt=PROMPT, context_length=CONTEXT)
    assert words == "Step 1 began with stages.output instead of stages.embed."


def test_a_window_of_one_token_is_told_in_the_singular(judged, trace_of):
    def too_long(prompt, generated):
        return [*prompt, *generated][-2:]

    trace = trace_of(lambda stages: loop(stages, too_long), 1)
    words, discreet = judged(assert_step_inputs, trace, prompt=PROMPT, context_length=1)
    assert words.endswith("it should have embedded [9]: the window holds only 1 token.")
    assert discreet.endswith("the window holds another number of tokens.")


def test_what_fits_two_ideas_in_one_step_and_none_later_gets_no_idea(judged, trace_of):
    """Of two tokens selected in a step the second is missing; later steps miss others."""

    def generate(stages):
        generated = []
        for _ in range(3):
            logits = forward(stages, [*PROMPT, *generated][-3:])
            generated.append(stages.select(stages.softmax(logits[-1])))
            stages.select(stages.softmax(logits[-1]))

    words, _ = judged(assert_step_inputs, trace_of(generate, 3), prompt=PROMPT, context_length=3)
    assert words == "Step 2 embedded [5, 9, 17]; it should have embedded [9, 17, 4]."
