import pytest

from grader.checks import assert_close, points, stage


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=stage(name)) for name in ("shift", "double", "both")]
)
@points(1)
def test_random(student, reference, x, name):
    """Random numbers."""
    assert_close(getattr(student, name)(x), getattr(reference, name)(x), name="the answer")
