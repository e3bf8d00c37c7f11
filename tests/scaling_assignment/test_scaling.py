from grader.checks import assert_close, points, stage


@stage("scale")
@points(1)
def test_scale(student, reference, rng):
    """Every entry is multiplied by the factor."""
    x = rng.normal(size=3).astype("float32")
    assert_close(student.scale(x, 3.0), reference.scale(x, 3.0), name="the product")


@stage("line")
@points(2)
def test_line(student, reference, rng):
    """Twice x plus one."""
    x = rng.normal(size=3).astype("float32")
    assert_close(student.line(x), reference.line(x), name="the line")


@stage("parabola")
@points(2)
def test_parabola(student, reference, rng):
    """The line of x times x."""
    x = rng.normal(size=3).astype("float32")
    assert_close(student.parabola(x), reference.parabola(x), name="the parabola")


@stage("negative")
@points(1)
def test_negative(student, reference, rng):
    """Minus x."""
    x = rng.normal(size=3).astype("float32")
    assert_close(student.negative(x), reference.negative(x), name="minus x")
