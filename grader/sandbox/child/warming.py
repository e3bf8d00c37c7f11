"""What is done once, so that no child pays for doing it first.

Measured on 2026-11-22, two cores: first uses of torch's stages cost 35 ms together. The compiler
(`torch._dynamo`), which torch.optim and torch.testing import, costs 600 to 1,600 ms and makes
every later fork 3 ms slower: it is imported only where it is asked for by name.
"""

import contextlib
import importlib
import sys
from typing import Any

from grader.sandbox.child import notebook_input, rehearsal, watched_shortcuts

# Ordinary modules that students import, so that they are there even where no file can be opened.
_STANDARD = """
    abc argparse array asyncio bisect collections.abc concurrent.futures.thread contextlib copy csv
    ctypes dataclasses datetime decimal encodings.idna enum fractions functools hashlib heapq
    importlib.metadata inspect io itertools json locale logging math mmap multiprocessing
    multiprocessing.pool multiprocessing.popen_fork multiprocessing.queues
    multiprocessing.synchronize numbers operator
    pathlib pickle pprint queue random re resource secrets signal socket statistics string
    subprocess tempfile textwrap threading time timeit traceback types typing unicodedata uuid
    warnings weakref
"""

_NEEDED = ("numpy", "torch")


def warm_up(packages: list[str]) -> None:
    """Import the packages and use them once, with one thread."""
    for name in _STANDARD.split():
        importlib.import_module(name)
    for name in packages:
        _import_if_it_can_be(name)
    if numpy := sys.modules.get("numpy"):
        _use_numpy(numpy)
    if torch := sys.modules.get("torch"):
        # A fork after an operation with several threads would hang the child.
        torch.set_num_threads(1)
        _use_torch(torch)
    notebook_input.as_python("%time x = 1")
    rehearsal.rehearse()


def _import_if_it_can_be(name: str) -> None:
    """A package that a course promises may be missing or broken, which is told elsewhere."""
    if name in _NEEDED:
        importlib.import_module(name)
        return
    with contextlib.suppress(Exception):
        importlib.import_module(name)


def _use_numpy(np: Any) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 3))
    np.linalg.svd(np.einsum("bij,bjk->bik", x, x))
    np.testing.assert_allclose(x, x)
    repr(np.exp(x - x.max(-1, keepdims=True)))


def _use_torch(torch: Any) -> None:
    functional = torch.nn.functional
    for dtype in (torch.float32, torch.float64):
        x = torch.randn(1, 2, 4, 4, dtype=dtype)
        mask = torch.tril(torch.ones(4, 4, dtype=torch.bool))
        weights = (x @ x.transpose(-2, -1)).masked_fill(~mask, float("-inf")).softmax(-1)
        functional.scaled_dot_product_attention(x, x, x, is_causal=True)
        functional.gelu(functional.layer_norm(weights, (4,)))
        repr(x.sort(descending=True).values.cumsum(-1).topk(2))
    watched_shortcuts.warm_up(torch)
    torch.multinomial(torch.ones(4), 1)
    torch.einsum("bhij,bhjk->bhik", torch.ones(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
    torch.linalg.svd(torch.eye(3))
    torch.fft.fft(torch.ones(4))
    layer = torch.nn.TransformerEncoderLayer(4, 2, 8)
    hidden = layer(torch.nn.Embedding(4, 4)(torch.tensor([[0, 1]])))
    functional.cross_entropy(hidden.flatten(0, 1), torch.tensor([0, 1])).backward()
    with contextlib.suppress(RuntimeError), torch.no_grad():
        torch.nn.MultiheadAttention(4, 2)(hidden, hidden, hidden)
