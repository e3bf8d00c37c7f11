from pathlib import Path

import numpy as np
import pytest

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture
def snapshot():
    def check(name, actual, rtol=1e-4, atol=1e-5):
        expected = np.load(SNAPSHOTS / f"{name}.npy")
        np.testing.assert_allclose(actual.detach().numpy(), expected, rtol=rtol, atol=atol)

    return check


@pytest.fixture
def weights():
    import torch

    torch.manual_seed(4)
    return {"w": torch.randn(5, 3), "x": torch.randn(2, 4, 3)}
