from grader.checks import assert_close, assert_same, needs, points, stage

AXES = ("row", "column")


@stage("shift")
@points(1)
def test_values(student, reference, x):
    """One is added to every entry."""
    assert_close(student.shift(x), reference.shift(x), name="the sum", axes=AXES)


@stage("double")
@points(1)
def test_twice(student, reference, x):
    """Every entry is doubled."""
    assert_close(student.double(x), reference.double(x), name="the double", axes=AXES)


@stage("double")
@points(1)
@needs("twice")
def test_repeated(student, x):
    """The same input gives the same answer."""
    assert_same(student.double(x), student.double(x), claim="The second answer differs.")


@stage("both")
@points(1)
def test_chain(student, reference, x):
    """First shift, then double."""
    assert_close(student.both(x), reference.both(x), name="the result", axes=AXES)
