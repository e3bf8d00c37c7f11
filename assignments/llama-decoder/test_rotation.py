"""Rotary positions: which entries turn together, how fast, and by whose position."""

import numpy as np

from grader.checks import as_floats, assert_close, needs, points, stage

pytestmark = stage("rotate")

HEADED = ("batch", "head", "time", "width")


@points(3)
def test_values(assert_right, probe):
    """Entries i and i + D/2 turn counterclockwise by position times base^(-2i/D)."""
    coincident = probe.sized(batch=3, n_groups=3, shared=1)  # as many rows as heads
    narrow = probe.sized(batch=1, head_width=2)
    calls = {
        "the rotated vectors of as many rows as heads": (
            coincident.heads(),
            coincident.positions(),
            50.0,
        ),
        "the rotated vectors": (probe.heads(), probe.positions(), 100.0),
        "the rotated vectors of another base": (probe.heads(2), probe.positions(1), 700.0),
        "the rotated vectors of one pair": (narrow.heads(), narrow.positions(2), 10_000.0),
    }
    assert_right("rotate", calls, axes=HEADED)


@points(2)
def test_one_token(assert_right, probe):
    """A single token turns by the position that is handed in with it, such as 3."""
    one = probe.sized(time=1)
    calls = {
        "the rotated vector": (one.heads(), np.full((one.sizes.batch, 1), 3), 100.0),
        "the rotated vector of one head": (probe.least.heads(), np.array([[5]]), 1000.0),
    }
    assert_right("rotate", calls, axes=HEADED)


@points(1)
def test_far_positions(assert_right, probe):
    """Positions may be far beyond any table, such as 9000."""
    far = probe.sized(batch=2, time=3, head_width=4)
    calls = {"the rotated vectors of far positions": (far.heads(), far.positions(9000), 600.0)}
    # In float32 an angle of thousands of radians is off by some thousandths.
    assert_right("rotate", calls, axes=HEADED, tolerance=1e-2)


@points(1)
def test_position_zero(student, probe):
    """At position 0 nothing turns."""
    x = probe.heads()
    came = student.rotate(x, np.zeros((len(x), x.shape[2]), dtype=np.int64), 100.0)
    assert_close(came, x, name="the vectors at position 0", axes=HEADED)


@points(1)
def test_only_differences_count(student, probe):
    """If all positions grow by 7, the products of rotated queries and keys stay as they are."""
    queries, keys, positions = probe.heads(), probe.heads(), probe.positions()

    def products(shift):
        turned = [
            as_floats(
                student.rotate(x, positions + shift, 100.0),
                name="the rotated vectors",
                shape=x.shape,
                axes=HEADED,
            )
            for x in (queries, keys)
        ]
        return turned[0] @ turned[1].swapaxes(-1, -2)

    near, far = products(0), products(7)
    assert_close(
        far,
        near,
        name="the products of vectors 7 positions later",
        axes=("batch", "head", "query", "key"),
        tolerance=1e-4,
    )
    plain = queries @ keys.swapaxes(-1, -2)
    assert np.abs(near - plain).max() > 1e-2, "The products are those of vectors not rotated."


@points(1)
@needs("values")
def test_arguments_are_left_alone(assert_left_alone, probe):
    """The vectors and the positions that were handed in are not changed."""
    small = probe.small
    assert_left_alone("rotate", (small.heads(), small.positions(), 100.0))
