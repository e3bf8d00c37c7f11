from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def reference():
    return SimpleNamespace(
        shift=lambda x: x + 1, double=lambda x: 2 * x, both=lambda x: 2 * (x + 1)
    )


@pytest.fixture
def x(rng):
    return rng.normal(size=(2, 3)).astype("float32")
