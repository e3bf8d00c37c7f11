"""What the model reads at one step, and how token ids become hidden states."""

import numpy as np

from grader.checks import as_floats, as_tokens, assert_close, needs, points, stage

TIMED = ("batch", "time", "width")


def assert_step_input(answers_to, cases):
    """Each case: the prompt, the generated tokens, and the context length."""
    answers = answers_to("step_input", *cases)
    for (prompt, generated, context_length), answer in zip(cases, answers, strict=True):
        came = as_tokens(answer, name="the step input")
        expected = [*prompt, *generated][-context_length:]
        assert came == expected, (
            f"For {prompt} and {generated} with a context length of {context_length} came {came}, "
            f"expected {expected}."
        )


@stage("step_input")
@points(2)
def test_joined(answers_to):
    """The prompt comes first, then the generated tokens, oldest first."""
    lists = [([5, 9], [17, 4]), ([8, 3, 8], []), ([2], [6, 7, 1]), ([300, 0, 9, 1, 6], [0, 300, 9])]
    assert_step_input(answers_to, [(prompt, generated, 16) for prompt, generated in lists])


@stage("step_input")
@points(2)
def test_full_window(answers_to):
    """When there are more than C tokens, the last C are kept; exactly C are all kept."""
    short, long = [5, 9, 3], [5, 9, 3, 8, 1, 14]
    cases = [(short, [6, 7]), (short, [6, 7, 11]), (short, [6, 7, 11, 2, 10, 13, 4, 12])]
    cases += [(long, []), (long, [6]), ([5, 9], [6, 7])]
    cases = [*((*case, 5) for case in cases), (short, [6, 7], 1), ([4], [], 1)]
    assert_step_input(answers_to, cases)


@stage("step_input")
@points(1)
@needs("joined")
def test_arguments_are_left_alone(assert_left_alone):
    """The lists that were handed in are not changed."""
    assert_left_alone("step_input")


def tables(probe, context_length):
    """A token table and a position table."""
    sizes = probe.sizes
    return probe.floats(sizes.vocabulary, sizes.width), probe.floats(context_length, sizes.width)


@stage("embed")
@points(1)
def test_values(assert_right, probe):
    """Each position holds its token's row plus the row of its position."""
    batch, time = probe.sizes.batch, probe.sizes.time
    many = probe.sized(n_heads=1, head_width=5, vocabulary=301)
    calls = {
        "the embedding": (probe.ids(batch, time), *tables(probe, 16)),
        "the embedding of a whole context": (many.ids(1, time), *tables(many, time)),
        "the embedding of one token": (probe.ids(1, 1), *tables(probe, 1)),
        "the embedding of one token by other tables": (probe.ids(1, 1), *tables(probe, 1)),
    }
    assert_right("embed", calls, axes=TIMED)


@stage("embed")
@points(1)
def test_position_matters(student, probe):
    """The same token at two positions differs by the difference of the two position rows."""
    width, last = probe.sizes.width, probe.sizes.vocabulary - 1
    tokens, positions = tables(probe, 9)
    came = as_floats(
        student.embed(np.full((3, 5), last), tokens, positions),
        name="the embedding",
        shape=(3, 5, width),
        axes=TIMED,
    )
    expected = np.broadcast_to(positions[4] - positions[1], (3, width))
    assert_close(came[:, 4] - came[:, 1], expected, name="the difference", axes=("batch", "width"))


@stage("embed")
@points(1)
@needs("values")
def test_tables_are_left_alone(assert_left_alone):
    """The ids and the tables that were handed in are not changed."""
    assert_left_alone("embed")
