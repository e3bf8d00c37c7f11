"""Honest programs work inside, and are told why where they do not."""

import pytest

from grader.errors import Crashed
from grader.sandbox.levels import Level
from tests.grader.sandbox.conftest import python_is_open_to_all

HONEST = {
    "threads": """
import torch, threading
from concurrent.futures import ThreadPoolExecutor
def f():
    torch.set_num_threads(2)
    x = torch.randn(300, 300)
    (x @ x).sum()
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(abs, [-1, 1]))
""",
    "print and warnings": """
import warnings
def f():
    print("hello")
    warnings.warn("careful")
    return 1
""",
    "dataclass and module": """
import torch
from dataclasses import dataclass
from torch import nn
@dataclass(frozen=True)
class Config:
    width: int = 4
class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.linear = nn.Linear(config.width, config.width)
        self.norm = nn.LayerNorm(config.width)
    def forward(self, x):
        return self.norm(self.linear(x))
def f():
    return Model(Config())(torch.ones(2, 4))
""",
    "attention and autograd": """
import torch
import torch.nn.functional as F
def f():
    x = torch.randn(1, 2, 8, 8, requires_grad=True)
    F.scaled_dot_product_attention(x, x, x, is_causal=True).sum().backward()
    return x.grad
""",
    "random numbers": """
import numpy as np, torch, random
def f():
    torch.manual_seed(0); np.random.seed(0); random.seed(0)
    return [torch.multinomial(torch.ones(4), 2), np.random.default_rng(1).normal(size=2)]
""",
    "signals and time": """
import signal, time
def f():
    signal.signal(signal.SIGALRM, lambda *a: None)
    signal.alarm(5)
    time.sleep(0.01)
    return time.perf_counter() > 0
""",
    "asyncio": """
import asyncio
def f():
    async def wait():
        await asyncio.sleep(0.01)
        return 3
    return asyncio.run(wait())
""",
}
WITH_FILES = {
    "lazy imports": "def f():\n    import sqlite3, wave, xml.dom.minidom\n    return 1",
    "files in /tmp": """
import tempfile
def f():
    with open("notes.txt", "w") as file:
        file.write("x")
    with tempfile.NamedTemporaryFile("w+") as file:
        file.write("x")
    with open("notes.txt") as file:
        return file.read()
""",
    "a checkpoint": """
import torch
def f():
    torch.save({"a": torch.ones(2)}, "model.pt")
    return torch.load("model.pt")["a"]
""",
    "an optimizer": """
import torch
def f():
    layer = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(layer.parameters())
    layer(torch.ones(2)).sum().backward()
    optimizer.step()
    return layer.weight
""",
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_programs_work(call, name):
    assert call(HONEST[name], seconds=20) is not None


@pytest.mark.parametrize("name", WITH_FILES)
def test_honest_programs_with_files_work(sandbox, call, name):
    if sandbox.level == Level.SEALED:
        pytest.skip("no files at this level")
    imports = name != "files in /tmp"
    another_user = sandbox.level in (Level.CONFINED, Level.PARTIAL)
    if imports and another_user and not python_is_open_to_all():
        pytest.skip("another user cannot read this interpreter's folder")
    assert call(WITH_FILES[name], seconds=30) is not None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import subprocess; subprocess.run(['ls'])", "does not start other programs"),
        ("import multiprocessing as m; m.get_context('fork').Pool(1)", "threads work"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "no network"),
        ("import torch.utils.data as d; list(d.DataLoader([1, 2], num_workers=1))", "num_workers"),
    ],
)
def test_a_refusal_is_explained(sandbox, call, body, said):
    if sandbox.level not in (Level.FULL, Level.CONFINED):
        pytest.skip("not refused here, or not importable")
    if sandbox.level == Level.CONFINED and not python_is_open_to_all() and "torch.utils" in body:
        pytest.skip("another user cannot read this interpreter's folder")
    with pytest.raises(Crashed, match=said):
        call(f"def f():\n    {body}")
