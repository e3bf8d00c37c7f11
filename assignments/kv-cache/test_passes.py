"""Prefill and decode on a small model; a cache that is cut back, and padded prompts."""

import copy

from grader.checks import assert_close, assert_unchanged, needs, points, stage

PROMPT = 5  # tokens
STEPS = 7
CONTEXT = 14
DECODE = {"after": PROMPT, "context_length": CONTEXT}
LOGITS = ("batch", "vocabulary entry")
DEEP_TOLERANCE = 1e-4  # rounding grows with the depth: 5e-6 was measured in float32


def prompts(probe, time):
    return probe.ids(probe.sizes.batch, time)


@stage("prefill")
@points(2)
def test_logits(assert_right, probe):
    """One pass over the prompts gives the logits of their last positions alone."""
    alone = probe.sized(batch=1, n_layers=1)
    calls = {
        "the prompts": (prompts(probe, PROMPT), probe.model(CONTEXT)),
        "prompts of one token": (prompts(probe, 1), probe.model(9)),
        "one prompt": (prompts(alone, 7), alone.model(7)),
    }
    assert_right("prefill", calls, only="answer", tolerance=DEEP_TOLERANCE)


@stage("prefill")
@points(2)
def test_cache(assert_right, probe):
    """The cache holds keys and values of every prompt position in every layer."""
    narrow = probe.sized(n_layers=2)
    calls = {"the prompts": (prompts(narrow, PROMPT + 1), narrow.model(CONTEXT))}
    assert_right("prefill", calls, only="cache", tolerance=DEEP_TOLERANCE)


@stage("prefill")
@points(1)
@needs("logits")
def test_model_is_left_alone(assert_left_alone, probe):
    """Token ids and model are not changed."""
    small = probe.small
    assert_left_alone("prefill", (prompts(small, 3), small.model(6)))


@stage("decode")
@points(2)
def test_one_step(assert_right, steps):
    """One new token a row, after the prompt, gives the logits that follow it."""
    [first] = steps(1, **DECODE, n_layers=3)
    [alone] = steps(1, **DECODE, batch=1, n_layers=1)
    calls = {"the first step": first, "the first step of one row": alone}
    assert_right("decode", calls, only="answer", tolerance=DEEP_TOLERANCE)


@stage("decode")
@points(3)
def test_seven_steps(assert_right, steps):
    """Seven steps, one after the other, each with the cache of the step before."""
    found = enumerate(steps(STEPS, **DECODE, n_layers=2), start=1)
    calls = {f"step {k}": call for k, call in found}
    assert_right("decode", calls, only="answer", tolerance=DEEP_TOLERANCE)


@stage("decode")
@points(1)
def test_grown_cache(student, reference, assert_right, assert_right_cache, steps, parted):
    """The returned cache has one position more in every layer, and is what the next step takes."""
    calls = {f"step {k}": call for k, call in enumerate(steps(3, **DECODE), start=1)}
    assert_right("decode", calls, only="cache", tolerance=DEEP_TOLERANCE)
    own = right = calls["step 1"][1]
    for name, (tokens, _, model) in calls.items():
        logits, own = parted("decode", student.decode(tokens, own, model))
        expected, right = reference.decode(tokens, right, model)
        named = f"the logits of {name} after steps of your own"
        assert_close(logits, expected, name=named, axes=LOGITS, tolerance=DEEP_TOLERANCE)
        assert_right_cache(own, right, of=f"{name} after steps of your own")


@stage("decode")
@points(2)
@needs("one_step")
def test_two_branches(student, reference, steps, parted, assert_right_cache):
    """Two tokens may follow one cache: it is not changed, and neither branch finds the other."""
    [(tokens, cache, model)] = steps(1, **DECODE, batch=2, n_layers=2)
    before = copy.deepcopy(cache)
    branches = tokens, tokens[::-1].copy()
    seen = [student.observe("decode", branch, cache, model) for branch in branches]
    for branch, observed in zip(branches, seen, strict=True):
        assert_unchanged(observed.arguments, [branch, before, model])
        logits, grown = parted("decode", observed.value)
        right, right_cache = reference.decode(branch, before, model)
        assert_close(logits, right, name="the logits of a branch", tolerance=DEEP_TOLERANCE)
        assert_right_cache(grown, right_cache, of="a branch")


def cut(probe, n):
    return probe.cache(), n


@stage("truncate")
@points(2)
def test_first_positions(student, reference, probe, assert_right_cache):
    """The first n positions are left in every layer, keys and values; n may be 0 or all of them."""
    probe, past = probe.sized(n_layers=3), probe.sizes.past
    calls = {f"{past} positions cut to {n}": cut(probe, n) for n in (past - 2, 1, past, 0)} | {
        "one layer": cut(probe.sized(n_layers=1, batch=1, n_heads=1), 3)
    }
    answers = [student.truncate(*call) for call in calls.values()]
    for (name, call), answer in zip(calls.items(), answers, strict=True):
        assert_right_cache(answer, reference.truncate(*call), of=name)


@stage("truncate")
@points(1)
@needs("first_positions")
def test_whole_cache_is_left_alone(assert_left_alone, probe):
    """The cache that was handed in keeps all its positions."""
    assert_left_alone("truncate", cut(probe.small, 2))


def padded(probe, lengths, pad, *, spare=0):
    """Prompts of these lengths with padding on their left, up to the longest, or further."""
    longest = max(lengths) + spare
    ids = probe.ids(len(lengths), longest)
    for row, length in zip(ids, lengths, strict=True):
        row[: longest - length] = pad
    return ids


@stage("batch_prefill")
@points(3)
def test_padded_prompts(assert_right, probe):
    """Each row gives the logits that its prompt alone gives, by positions of its own."""
    last_id = probe.sizes.vocabulary - 1
    lengths = {"three prompts": [4, 7, 2], "two prompts": [6, 3]}
    calls = {
        name: (padded(probe, of, pad, spare=spare), of, probe.model(CONTEXT))
        for (name, of), pad, spare in zip(lengths.items(), (0, last_id), (0, 1), strict=True)
    }
    assert_right("batch_prefill", calls, only="answer", tolerance=DEEP_TOLERANCE)


@stage("batch_prefill")
@points(1)
def test_padded_cache(assert_right, probe):
    """The cache is 0 where a row has padding, and that of the prompt alone elsewhere."""
    lengths, model = [3, 1, 5], probe.sized(n_layers=2).model(CONTEXT)
    calls = {
        "three prompts": (padded(probe, lengths, 0), lengths, model),
        "prompts that all have padding": (padded(probe, [2, 4], 0, spare=2), [2, 4], model),
    }
    assert_right("batch_prefill", calls, only="cache", tolerance=DEEP_TOLERANCE)


@stage("batch_prefill")
@points(1)
def test_equal_lengths(assert_right, probe):
    """Prompts of one length have no padding; id 0 in a prompt is a token like any other."""
    ids = prompts(probe, 4)
    ids[:, 0] = 0
    arguments = ids, [4] * len(ids), probe.model(CONTEXT)
    assert_right("batch_prefill", {"equal prompts": arguments}, tolerance=DEEP_TOLERANCE)


@stage("batch_prefill")
@points(1)
@needs("padded_prompts")
def test_arguments_are_left_alone(assert_left_alone, probe):
    """Token ids, lengths and model are not changed."""
    small = probe.small
    last_id = small.sizes.vocabulary - 1
    arguments = padded(small, [3, 2], last_id), [3, 2], small.model(6)
    assert_left_alone("batch_prefill", arguments)
