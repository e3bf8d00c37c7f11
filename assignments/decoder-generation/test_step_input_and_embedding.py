"""What the model reads at one step, and how token ids become hidden states."""

import numpy as np

from grader.checks import as_floats, as_tokens, assert_close, assert_unchanged, needs, points, stage

TIMED = ("batch", "time", "width")


@stage("step_input")
@points(2)
def test_joined(student):
    """The prompt comes first, then the generated tokens, oldest first."""
    for prompt, generated in (
        ([5, 9], [17, 4]),
        ([8, 3, 8], []),
        ([2], [6, 7, 1]),
        ([4, 9, 1, 6, 2, 8], [3, 5, 7, 1]),
    ):
        came = as_tokens(student.step_input(prompt, generated, 16), name="the step input")
        expected = prompt + generated
        assert came == expected, f"For {prompt} and {generated} came {came}, expected {expected}."


@stage("step_input")
@points(2)
def test_full_window(student):
    """When there are more than C tokens, the last C are kept; exactly C are all kept."""
    short, long = [5, 9, 3], [5, 9, 3, 8, 1, 14]
    cases = [(short, [6, 7]), (short, [6, 7, 11]), (short, [6, 7, 11, 2, 10, 13, 4, 12])]
    cases += [(long, []), (long, [6])]
    answers = [student.step_input(prompt, generated, 5) for prompt, generated in cases]
    for (prompt, generated), answer in zip(cases, answers, strict=True):
        came = as_tokens(answer, name="the step input")
        expected = [*prompt, *generated][-5:]
        assert came == expected, (
            f"For {prompt} and {generated} with a context length of 5 came {came}, "
            f"expected {expected}."
        )


@stage("step_input")
@points(1)
@needs("joined")
def test_arguments_are_left_alone(student):
    """The lists that were handed in are not changed."""
    arguments = [[5, 9], [17, 4], 16]
    assert_unchanged(student.observe("step_input", *arguments).arguments, arguments)


@stage("embed")
@points(2)
def test_values(student, reference, probe):
    """Each position holds its token's row plus the row of its position."""
    ids, tokens, positions = probe.ids(2, 7), probe.floats(37, 24), probe.floats(16, 24)
    assert_close(
        student.embed(ids, tokens, positions),
        reference.embed(ids, tokens, positions),
        name="the embedding",
        axes=TIMED,
    )


@stage("embed")
@points(1)
def test_position_matters(student, probe):
    """The same token at two positions differs by the difference of the two position rows."""
    ids, tokens = np.full((3, 5), 36), probe.floats(37, 24)
    positions = probe.floats(9, 24)
    came = as_floats(
        student.embed(ids, tokens, positions), name="the embedding", shape=(3, 5, 24), axes=TIMED
    )
    expected = np.broadcast_to(positions[4] - positions[1], (3, 24))
    assert_close(came[:, 4] - came[:, 1], expected, name="the difference", axes=("batch", "width"))
