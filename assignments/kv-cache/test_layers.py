"""Attention, the decoder layer and the stack, on new positions and a cache."""

from grader.checks import needs, points, stage

LARGE_EPS = 1e-2  # shows at once where eps is not the one that was handed in
DEEP_TOLERANCE = 1e-4  # rounding grows with the depth: 5e-6 was measured in float32


def attention(probe):
    """What `cached_attention` takes."""
    return probe.states(), probe.attention(), probe.sizes.n_heads, probe.past()


@stage("cached_attention")
@points(1)
def test_empty_cache(assert_right, probe):
    """With an empty cache it is causal self-attention, and the cache holds the new positions."""
    assert_right("cached_attention", {"the first pass": attention(probe.sized(past=0))})


@stage("cached_attention")
@points(2)
def test_one_new_token(assert_right, probe):
    """One new token attends to every cached position and to itself."""
    calls = {
        "one new token": attention(probe.sized(new=1)),
        "one new token in one row": attention(probe.sized(new=1, batch=1, n_heads=1)),
    }
    assert_right("cached_attention", calls)


@stage("cached_attention")
@points(3)
def test_chunk(assert_right, probe):
    """Several new tokens attend to the cache, to each other up to themselves, and no further."""
    calls = {
        "several new tokens": attention(probe),
        "many new tokens": attention(probe.sized(past=2, new=9)),
    }
    assert_right("cached_attention", calls, only="answer")


@stage("cached_attention")
@points(2)
def test_grown_cache(assert_right, probe):
    """The returned cache holds the old positions, then the new ones: keys and values of each."""
    assert_right("cached_attention", {"several new tokens": attention(probe)}, only="cache")


@stage("cached_attention")
@points(2)
@needs("one_new_token")
def test_cache_is_left_alone(assert_left_alone, probe):
    """Input, weights and the cache that was handed in are not changed: another branch needs it."""
    small = probe.small
    assert_left_alone("cached_attention", attention(small), attention(small.sized(new=1)))


def layer(probe, eps):
    """What `cached_layer` takes."""
    return probe.states(), probe.layer(), probe.sizes.n_heads, eps, probe.past()


@stage("cached_layer")
@points(3)
def test_values(assert_right, probe):
    """The layer reads its cache, adds its residual connections, and returns the grown cache."""
    calls = {
        "several new tokens": layer(probe, LARGE_EPS),
        "one new token": layer(probe.sized(new=1, batch=1), 0.1),
        "the first pass": layer(probe.sized(past=0), 1e-3),
    }
    assert_right("cached_layer", calls)


@stage("cached_layer")
@points(1)
@needs("values")
def test_arguments_are_left_alone(assert_left_alone, probe):
    """Input, weights and the cache that was handed in are not changed."""
    assert_left_alone("cached_layer", layer(probe.small, LARGE_EPS))


def stack(probe, eps=LARGE_EPS):
    """What `cached_stack` takes."""
    return probe.states(), probe.layers(), probe.sizes.n_heads, eps, probe.cache()


@stage("cached_stack")
@points(3)
def test_layers_and_caches(assert_right, probe):
    """Every layer runs once, in order, on its own cache, and each grown cache comes back."""
    calls = {
        "several new tokens": stack(probe),
        "one new token": stack(probe.sized(new=1, n_layers=3)),
    }
    assert_right("cached_stack", calls, tolerance=DEEP_TOLERANCE)


@stage("cached_stack")
@points(1)
def test_one_layer(assert_right, probe):
    """A stack of one layer has a cache of one layer."""
    least = probe.sized(n_layers=1, batch=1, new=1, past=1)
    assert_right("cached_stack", {"one layer": stack(least, 0.1)})


@stage("cached_stack")
@points(1)
@needs("layers_and_caches")
def test_caches_are_left_alone(assert_left_alone, probe):
    """Hidden states, weights and the list of caches that was handed in are not changed."""
    assert_left_alone("cached_stack", stack(probe.small))
