import numpy as np
import torch

from .adapters import get_optimizer_class, run_batches, run_clip, run_load, run_save


def small_model():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))


def train(model, optimizer, steps):
    torch.manual_seed(2)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (model(torch.randn(5, 3)) ** 2).mean()
        loss.backward()
        optimizer.step()


def test_optimizer_moves_parameters_as_expected():
    ours, theirs = small_model(), small_model()
    settings = {"lr": 0.1, "momentum": 0.9}
    train(ours, torch.optim.SGD(ours.parameters(), **settings), 20)
    train(theirs, get_optimizer_class()(theirs.parameters(), **settings), 20)
    for a, b in zip(ours.parameters(), theirs.parameters()):
        assert torch.allclose(a, b, atol=1e-5)


def test_gradients_are_clipped_in_place():
    model = small_model()
    (model(torch.ones(1, 3)) * 100).sum().backward()
    run_clip(model.parameters(), 1.0)
    total = torch.sqrt(sum((p.grad**2).sum() for p in model.parameters()))
    assert abs(total.item() - 1) < 1e-4


def test_a_checkpoint_comes_back(tmp_path):
    model = small_model()
    optimizer = get_optimizer_class()(model.parameters(), lr=0.1, momentum=0.9)
    train(model, optimizer, 3)
    path = tmp_path / "checkpoint.pt"
    run_save(model, optimizer, 3, path)
    assert path.exists()
    other = small_model()
    again = get_optimizer_class()(other.parameters(), lr=0.1, momentum=0.9)
    assert run_load(str(path), other, again) == 3
    for a, b in zip(model.state_dict().values(), other.state_dict().values()):
        assert torch.equal(a, b)


def test_batches_are_pulled_one_at_a_time():
    data = np.arange(40, dtype=np.uint16)
    batches = run_batches(data, 4, seed=3)
    first = next(batches)
    assert first.dtype == torch.int64 and first.shape == (4,)
    rest = list(batches)
    assert len(rest) == 9
    together = torch.cat([first, *rest]).numpy()
    assert np.array_equal(np.sort(together), data)
