import numpy as np
import pytest
import torch
import torch.nn.functional as F

from .adapters import get_model, run_linear, run_softmax


def test_linear(snapshot, weights):
    """A linear layer without a bias."""
    out = run_linear(3, 5, weights["w"], weights["x"])
    assert isinstance(out, torch.Tensor)
    assert out.shape == (2, 4, 5)
    snapshot("linear", out)


@pytest.mark.parametrize("dim", [0, -1])
def test_softmax(weights, dim):
    x = weights["x"]
    before = x.clone()
    np.testing.assert_allclose(run_softmax(x, dim).numpy(), F.softmax(x, dim).numpy(), atol=1e-6)
    assert torch.equal(x, before), "the argument was changed"


def test_softmax_of_large_numbers():
    x = torch.tensor([[1000.0, 1001.0]])
    assert torch.isfinite(run_softmax(x, -1)).all()


def test_model_has_its_parameters():
    model = get_model(4, 2)
    assert isinstance(model, torch.nn.Module)
    assert not isinstance(model, torch.nn.Linear)
    names = [name for name, _ in model.named_parameters()]
    assert names == ["layers.0.weight", "layers.1.weight"]
    assert model.width == 4


def test_model_runs_with_given_weights():
    model = get_model(2, 1)
    model.load_state_dict({"layers.0.weight": torch.tensor([[1.0, 2.0], [3.0, 4.0]])})
    out = model(torch.tensor([[1.0, 1.0]]))
    assert torch.allclose(out, torch.tensor([[3.0, 7.0]]))
    assert len(model.layers) == 1


def test_wrong_sizes_raise():
    with pytest.raises(ValueError, match="width"):
        get_model(0, 1)


@pytest.mark.xfail(reason="not everybody has time for this")
def test_extra():
    assert get_model(2, 1).extra == "done"


@pytest.mark.skip(reason="needs a graphics card")
def test_on_a_card():
    raise AssertionError
