from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def reference():
    return SimpleNamespace(
        scale=lambda x, factor: x * factor,
        line=lambda x: 2 * x + 1,
        parabola=lambda x: 2 * x * x + 1,
        negative=lambda x: -x,
    )
