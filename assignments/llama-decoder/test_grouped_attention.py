"""Attention: which group a head uses, what a query sees, and the sub-layer around it."""

import numpy as np

from grader.checks import as_floats, assert_close, assert_same, needs, points, stage

HEADED = ("batch", "head", "query", "width")
TIMED = ("batch", "time", "width")


def attended(student, arguments):
    """The student's mixed values, if they are floats of the right shape."""
    came = student.grouped_attention(*arguments)
    return as_floats(came, name="the mixed values", shape=arguments[0].shape, axes=HEADED)


@stage("grouped_attention")
@points(4)
def test_groups(assert_right, probe):
    """Query head j uses the keys and values of group j·g//h, with 6 heads in 2 groups and in 3."""
    probes = {
        "the mixed values of 6 heads in 2 groups": probe.sized(n_groups=2, shared=3),
        "the mixed values of 6 heads in 3 groups": probe.sized(n_groups=3, shared=2),
        "the mixed values of a group for each head": probe.sized(batch=2, n_groups=3, shared=1),
        "the mixed values of one group": probe.sized(batch=3, n_groups=1, shared=4, head_width=3),
        "the mixed values of one position": probe.sized(batch=1, time=1),
        "the mixed values of one position and one head": probe.least,
    }
    calls = {name: sized.attended() for name, sized in probes.items()}
    assert_right("grouped_attention", calls, axes=HEADED)


@stage("grouped_attention")
@points(3)
def test_keys_of_earlier_tokens(assert_right, probe):
    """Where more keys than queries come, the queries are those of the last positions."""
    long = probe.sized(batch=1, time=2, n_groups=1, shared=2, head_width=2)
    calls = {
        "the mixed values after 3 earlier keys": probe.attended(past=3),
        "the mixed values after 2100 earlier keys": long.attended(past=2100, scale=3.0),
        "the mixed values of one new query": probe.sized(time=1).attended(past=6),
        "the mixed values of another new query": probe.sized(time=1).attended(past=6),
        "the mixed values of two new queries": probe.sized(batch=1, time=2).attended(past=5),
    }
    assert_right("grouped_attention", calls, axes=HEADED)


@stage("grouped_attention")
@points(1)
def test_huge_scores(assert_right, probe):
    """Very large scores neither overflow nor leak through the mask."""
    sized = probe.sized(batch=1, time=5, head_width=4)
    # Whole numbers and a root of 2: these scores are exact. The first query dislikes its own key.
    queries, keys, values = sized.attended(scale=20)
    queries, keys = np.round(queries) * 10, np.round(keys) * 10
    queries[:, :, 0] = -keys[:, :1, 0]
    assert_right(
        "grouped_attention",
        {"the mixed values of huge scores": (queries, keys, values)},
        axes=HEADED,
        tolerance=2e-3,
    )


@stage("grouped_attention")
@points(2)
def test_other_groups_do_not_matter(student, probe):
    """Changing keys and values of the last group changes its query heads, and no other one."""
    sized = probe.sized(n_groups=3, shared=2)
    queries, keys, values = sized.attended()
    before = attended(student, (queries, keys, values))
    changed = [x.copy() for x in (keys, values)]
    for x in changed:
        x[:, 2] += 1
    after = attended(student, (queries, *changed))
    claim = "A head of another group changed."
    assert_same(after[:, :4], before[:, :4], claim=claim)
    moved = np.abs(after - before).max(axis=(0, 2, 3))
    assert moved[4:].min() > 1e-3, "A head of the changed group did not change."


@stage("grouped_attention")
@points(2)
def test_later_keys_do_not_matter(student, probe):
    """Changing the key and value of a position changes its query and the later ones alone."""
    queries, keys, values = probe.attended(past=2)
    before = attended(student, (queries, keys, values))
    changed = [x.copy() for x in (keys, values)]
    for x in changed:
        x[:, :, 5] += 1  # the position of query 3
    after = attended(student, (queries, *changed))
    assert_same(after[:, :, :3], before[:, :, :3], claim="A later key changed an earlier query.")
    moved = np.abs(after - before).max(axis=(0, 1, 3))
    assert moved[3:].min() > 1e-3, "A query that sees the changed position did not change."


@stage("grouped_attention")
@points(1)
@needs("groups")
def test_arguments_are_left_alone(assert_left_alone, probe):
    """The queries, the keys and the values that were handed in are not changed."""
    small = probe.small
    assert_left_alone("grouped_attention", small.attended(), small.attended(past=2))


def call(probe, scale=1.0, first=0, base=500.0):
    """What `llama_attention` takes."""
    return probe.states(scale), probe.attention(), probe.positions(first), probe.config(base)


def output(student, arguments):
    """The student's output of the sub-layer, if it is floats of the right shape."""
    came = student.llama_attention(*arguments)
    return as_floats(came, name="the output", shape=arguments[0].shape, axes=TIMED)


@stage("llama_attention")
@points(5)
def test_mixture(assert_right, probe):
    """Projected, cut into heads, rotated, attended by groups, joined and projected once more."""
    calls = {
        "the output": call(probe),
        "the output of 6 heads in 3 groups": call(probe.sized(n_groups=3, shared=2), base=60.0),
        "the output of a group for each head": call(probe.sized(batch=2, n_groups=2, shared=1)),
        "the output of as many rows as heads": call(probe.sized(batch=2, n_groups=1, shared=2)),
        "the output of one position": call(probe.sized(batch=1, time=1), first=3),
    }
    assert_right("llama_attention", calls, axes=TIMED)


@stage("llama_attention")
@points(2)
def test_gaps_between_positions(student, probe):
    """A gap between two tokens changes what the later one sees, and only in its own row."""
    x, weights, positions, config = call(probe)
    moved = positions.copy()
    moved[1, 4:] += 9
    before = output(student, (x, weights, positions, config))
    after = output(student, (x, weights, moved, config))
    claim = "A token before the gap, or of another row, changed."
    assert_same(np.delete(after, 1, axis=0), np.delete(before, 1, axis=0), claim=claim)
    assert_same(after[1, :4], before[1, :4], claim=claim)
    change = np.abs(after[1, 4:] - before[1, 4:]).max(axis=-1)
    assert change.min() > 1e-3, "A token behind the gap did not change."


@stage("llama_attention")
@points(1)
def test_only_differences_count(student, probe):
    """If all tokens of a row stand 5 positions later, nothing changes."""
    x, weights, positions, config = call(probe)
    before = output(student, (x, weights, positions, config))
    later = student.llama_attention(x, weights, positions + 5, config)
    assert_close(later, before, name="the output 5 positions later", axes=TIMED, tolerance=1e-4)
    alone = output(student, (x[:, :1], weights, positions[:, :1], config))
    assert np.abs(before[:, 1:] - alone).max() > 1e-3, "All positions are equal."


@stage("llama_attention")
@points(1)
@needs("mixture")
def test_inputs_are_left_alone(assert_left_alone, probe):
    """The input, the weights, the positions and the settings that came in are not changed."""
    assert_left_alone("llama_attention", call(probe.small))
