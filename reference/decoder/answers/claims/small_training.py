"""Real training of very small models: some hundred steps, less than a second."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn import functional

from reference.decoder.model import DecoderModel, ModelConfig
from reference.decoder.random_model import random_model

CALM = 0.3  # lively weights make an untrained model too sure of itself

Batch = tuple[Tensor, Tensor]  # inputs and targets, (B, T); a target of -100 is not counted


def untrained_model(config: ModelConfig, seed: int) -> DecoderModel:
    """A model whose distributions are about uniform; in float64, so all CPUs train it alike."""
    model = random_model(config, seed)
    for name, parameter in model.named_parameters():
        if not name.endswith("gain"):
            parameter.mul_(CALM)
    return model


def mean_loss(model: DecoderModel, inputs: Tensor, targets: Tensor) -> Tensor:
    """The mean cross-entropy over all positions that have a target."""
    return functional.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())


def train(model: DecoderModel, batches: Iterable[Batch], rate: float = 0.01) -> list[float]:
    """Train a model in place, one step a batch; the loss at each step, before its update."""
    model.requires_grad_()
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    losses: list[float] = []
    with _one_thread():
        for inputs, targets in batches:
            loss = mean_loss(model, inputs, targets)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    model.requires_grad_(False)
    return losses


@contextmanager
def _one_thread() -> Iterator[None]:
    """Threads that share matrices this small only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class TwoSuccessors:
    """Endless random texts in which each of eight tokens has two equally probable successors.

    No model can predict the next token with a loss below ln 2.
    """

    def __init__(self, seed: int, *, length: int = 8) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._length = length
        pairs = [torch.randperm(8, generator=self._generator)[:2] for _ in range(8)]
        self._successors = torch.stack(pairs)  # (V, 2)

    def texts(self, count: int) -> Tensor:
        """Fresh texts, one token longer than the length: (count, length + 1)."""
        columns = [torch.randint(8, (count,), generator=self._generator)]
        for _ in range(self._length):
            coins = torch.randint(2, (count,), generator=self._generator)
            columns.append(self._successors[columns[-1], coins])
        return torch.stack(columns, dim=1)

    def batches(self, steps: int, *, shifted: bool = True) -> Iterator[Batch]:
        """Inputs with their targets: the next tokens or, not shifted, the tokens themselves."""
        for _ in range(steps):
            texts = self.texts(32)
            yield texts[:, :-1], texts[:, 1:] if shifted else texts[:, :-1]
