"""A generation with prefill and decode: its order, what its logits stand for, what it processes."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest

from grader.generation.cached_order import (
    assert_cached_order,
    assert_few_positions,
    assert_prefixes,
)
from grader.generation.cached_stages import ScriptedPasses
from grader.harness.comparison import Mismatch
from grader.sandbox.contract import Refused, Stop

PROMPT, SCRIPT, VOCABULARY = [5, 9], [17, 4, 8, 21], 37


def passes(context_length=16, script=SCRIPT):
    turned = np.random.default_rng(0).normal(size=(64, VOCABULARY))
    return ScriptedPasses(
        logits=lambda ids: sum((i + 1) * turned[k] for k, i in enumerate(ids)),
        script=script,
        context_length=context_length,
        vocabulary_size=VOCABULARY,
    )


def as_student(stages):
    """The stages as a student's code sees them; arguments are copied, as by the wall."""

    def function(name):
        return lambda *given: stages.answer(f"stages.{name}", copy.deepcopy(list(given)))

    return SimpleNamespace(**{name: function(name) for name in ("prefill", "decode", "select")})


def trace_of(generate, context_length=16):
    """What a loop does. It ends where a stage refuses a call."""
    stages = passes(context_length)
    try:
        generate(as_student(stages))
    except Refused:
        assert stages.trace.calls[-1].returned is None
    return stages.trace


def loop(go_on, start=lambda stages: stages.prefill(PROMPT), steps=4):
    """A loop of so many steps, but for what comes after a selected token."""

    def generate(stages):
        logits, cache = start(stages)
        generated = []
        for _ in range(steps):
            generated.append(stages.select(logits))
            if len(generated) < steps:
                logits, cache = go_on(stages, generated, cache)

    return generate


def decode(stages, generated, cache):
    return stages.decode(generated[-1], cache)


def everything(stages, generated, cache):
    return stages.prefill(PROMPT + generated)


def refused(judge, *arguments, **named):
    with pytest.raises(Mismatch) as raised:
        judge(*arguments, **named)
    return str(raised.value), raised.value.discreet


@pytest.mark.parametrize("go_on", [decode, everything])
def test_it_does_not_matter_how_a_pass_came_to_its_logits(go_on):
    trace = trace_of(loop(go_on))
    assert_cached_order(trace, n_steps=4)
    assert_prefixes(trace, prompt=PROMPT, context_length=16)
    assert trace.selected == SCRIPT


def test_logits_after_decode_are_those_of_a_prefill_of_the_same_ids():
    decoded, read_again = (trace_of(loop(go_on)).calls for go_on in (decode, everything))
    for one, other in zip(decoded, read_again, strict=True):
        if one.stage != "stages.select":
            assert np.array_equal(one.returned[0], other.returned[0])


def test_positions_are_counted():
    assert_few_positions(trace_of(loop(decode)), most=5)
    said, discreet = refused(assert_few_positions, trace_of(loop(everything)), most=5)
    assert said.startswith("14 positions were processed, by passes over 2, 3, 4, 5; 5 are enough.")
    assert discreet == "More positions were processed than a cache needs."


def test_a_pass_after_the_last_token_is_not_counted():
    def one_more(stages):
        logits, cache = stages.prefill(PROMPT)
        stages.decode(stages.select(logits), cache)

    assert_few_positions(trace_of(one_more), most=2)
    refused(assert_few_positions, trace_of(one_more), most=1)


def test_tokens_that_nobody_asked_for_are_another_mistake():
    trace = trace_of(loop(decode))
    assert_few_positions(trace, most=4, n_steps=3)
    refused(assert_few_positions, trace, most=4)


# What comes after a selected token, the window, and the sentence.
WRONG = {
    "the prompt alone": (
        lambda stages, generated, cache: stages.prefill(PROMPT),
        "The logits of step 2 stand for [5, 9], the prompt alone; they should stand for "
        "[5, 9, 17]: each selected token must be fed.",
    ),
    "a new cache for each token": (
        lambda stages, generated, cache: stages.prefill(generated[-1:]),
        "The logits of step 2 stand for [17], the newest token alone; they should stand for "
        "[5, 9, 17]: a prefill begins a new cache.",
    ),
    "the cache of the prefill": (
        lambda stages, generated, cache: stages.decode(generated[-1], 7001),
        "The logits of step 3 stand for [5, 9, 4], the newest token right after the prompt; they "
        "should stand for [5, 9, 17, 4]: each decode must get the cache that the pass before it "
        "returned.",
    ),
    "the token before": (
        lambda stages, generated, cache: stages.decode([*PROMPT, *generated][-2], cache),
        "The logits of step 2 stand for [5, 9, 9]; they should stand for [5, 9, 17].",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_logits_are_told_by_what_they_stand_for(name):
    go_on, sentence = WRONG[name]
    said, discreet = refused(
        assert_prefixes, trace_of(loop(go_on)), prompt=PROMPT, context_length=16
    )
    assert said == sentence
    assert not any(character.isdigit() for character in discreet)


# Where several ideas come to the same ids, only one that is true of the call is told: the window,
# the loop, and the sentence.
TOLD_TRULY = {
    "decode goes on when the prompt fills the window": (
        2,
        loop(decode),
        "The logits of step 2 stand for [5, 9, 17]; they should stand for [9, 17]: the window is "
        "too long.",
    ),
    "decode goes on after the window was read again": (
        3,
        loop(
            lambda stages, y, cache: (
                stages.prefill([*PROMPT, *y][-3:]) if len(y) == 2 else decode(stages, y, cache)
            )
        ),
        "The logits of step 4 stand for [9, 17, 4, 8]; they should stand for [17, 4, 8]: the "
        "window is too long.",
    ),
    "the whole of a long prompt": (
        1,
        loop(decode),
        "The logits of step 1 stand for [5, 9]; they should stand for [9]: the window is too long.",
    ),
    "the last token of the prompt alone": (
        16,
        loop(decode, start=lambda stages: stages.prefill(PROMPT[-1:])),
        "The logits of step 1 stand for [9]; they should stand for [5, 9].",
    ),
    "the prompt without its last token": (
        16,
        loop(decode, start=lambda stages: stages.prefill(PROMPT[:-1])),
        "The logits of step 1 stand for [5]; they should stand for [5, 9]: the last token of the "
        "prompt is missing.",
    ),
    "selected twice, and the second one fed": (
        16,
        loop(lambda stages, y, cache: stages.decode(stages.select(np.zeros(VOCABULARY)), cache)),
        "The logits of step 2 stand for [5, 9, 4]; they should stand for [5, 9, 17, 4].",
    ),
}


@pytest.mark.parametrize("name", TOLD_TRULY)
def test_a_cause_is_told_only_where_it_is_one(name):
    context_length, generate, sentence = TOLD_TRULY[name]
    trace = trace_of(generate, context_length)
    said, _ = refused(assert_prefixes, trace, prompt=PROMPT, context_length=context_length)
    assert said == sentence


def test_a_full_cache_is_refused_and_told():
    trace = trace_of(loop(decode), context_length=3)
    said, _ = refused(assert_prefixes, trace, prompt=PROMPT, context_length=3)
    assert said.startswith("The logits of step 3 stand for [5, 9, 17, 4]")
    assert "they should stand for [9, 17, 4]: the window is too long." in said


def test_the_table_of_a_report_shows_what_the_logits_stand_for():
    trace = trace_of(loop(lambda stages, generated, cache: stages.prefill(PROMPT)))
    with pytest.raises(Mismatch) as raised:
        assert_prefixes(trace, prompt=PROMPT, context_length=16)
    record = raised.value.look()
    assert record.reads == "stand for"
    assert record.steps[1].embedded == (5, 9)
    assert record.steps[1].expected == (5, 9, 17)


def selected_twice(stages):
    logits, _ = stages.prefill(PROMPT)
    stages.select(logits)
    stages.select(logits)


def fed_before_selecting(stages):
    _, cache = stages.prefill(PROMPT)
    logits, _ = stages.decode(PROMPT[-1], cache)
    stages.select(logits)


def old_logits(stages):
    logits, cache = stages.prefill(PROMPT)
    token = stages.select(logits)
    stages.decode(token, cache)
    stages.select(logits)


ORDERS = {
    "nothing": (lambda stages: None, "generate_cached returned without calling any of its stages."),
    "select first": (
        lambda stages: stages.select(np.zeros(VOCABULARY, np.float32)),
        "Step 1 began with stages.select; there are no logits before stages.prefill was called.",
    ),
    "selected twice": (selected_twice, "Step 1 called stages.select again after stages.select."),
    "fed before selecting": (
        fed_before_selecting,
        "Step 1 ended after stages.prefill; stages.select was not called on its logits.",
    ),
    "old logits": (
        old_logits,
        "Step 2: stages.select received the logits of step 1; it should receive the logits that "
        "stages.decode returned in this step.",
    ),
}


@pytest.mark.parametrize("name", ORDERS)
def test_a_wrong_order_is_told(name):
    generate, sentence = ORDERS[name]
    said, discreet = refused(assert_cached_order, trace_of(generate), n_steps=2)
    assert said == sentence
    assert not any(character.isdigit() for character in discreet)


def test_one_pass_after_the_last_token_is_accepted():
    def one_more(stages):
        logits, cache = stages.prefill(PROMPT)
        stages.decode(stages.select(logits), cache)

    assert_cached_order(trace_of(one_more), n_steps=1)
    assert_prefixes(trace_of(one_more), prompt=PROMPT, context_length=16)


ODD = {
    "an id that is none": ("prefill", [[5, 99]], "takes token ids from 0 to 36"),
    "nested lists": ("prefill", [[[5], [9]]], "takes token ids from 0 to 36"),
    "no ids": ("prefill", [[]], "takes token ids from 0 to 36"),
    "too many ids": ("prefill", [[1] * 17], "got 17 tokens; the context length is 16"),
    "a cache that nobody gave": ("decode", [5, 7000], "takes a token and a cache"),
    "no cache": ("decode", [5], "takes 2 arguments, not 1"),
    "text for a token": ("decode", ["5", 7001], "takes one token id from 0 to 36, and a cache"),
    "probabilities of two": ("select", [np.zeros(2)], "takes the logits of one position, (37,)"),
    "two arguments": ("select", [np.zeros(37), 1], "takes one argument, not 2"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_a_stage_cannot_take_is_refused_in_words(name):
    stage, arguments, problem = ODD[name]
    stages = passes()
    stages.answer("stages.prefill", [PROMPT])
    with pytest.raises(Refused, match="stages." + stage) as raised:
        stages.answer(f"stages.{stage}", arguments)
    assert problem in str(raised.value)
    assert stages.trace.calls[-1].returned is None


def test_an_unknown_stage_is_refused_and_leaves_no_name():
    stages = passes()
    with pytest.raises(Refused, match="there is no such stage"):
        stages.answer("stages.encode", [[1]])
    assert not stages.trace.calls


def test_a_loop_without_end_is_stopped():
    stages = passes()

    def read_on():
        for _ in range(100):
            stages.answer("stages.prefill", [PROMPT])

    with pytest.raises(Stop):
        read_on()
    assert len(stages.trace.calls) < 50


def test_a_token_and_a_cache_may_come_as_arrays():
    stages = passes()
    _, ticket = stages.answer("stages.prefill", [np.array([PROMPT])])
    logits, _ = stages.answer("stages.decode", [np.array([17]), np.array(ticket)])
    again, _ = stages.answer("stages.prefill", [[*PROMPT, 17]])
    assert np.array_equal(logits, again)


def test_a_restart_forgets_caches():
    stages = passes()
    _, ticket = stages.answer("stages.prefill", [PROMPT])
    stages.restart()
    with pytest.raises(Refused):
        stages.answer("stages.decode", [17, ticket])
