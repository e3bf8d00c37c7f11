"""A submission that the warm process serves to itself, so that no child is the first to do so.

Code that ran before is faster: it is specialized, and what it looks up is remembered. A fork keeps
that, and memory that is written now need not be copied for each child. Measured on 2026-11-25: it
takes 20 ms, and each child saves 1.6 ms of 37.
"""

import linecache
import socket
import sys
from typing import Any

import numpy as np

from grader.sandbox.child import runner, wire

_ROUNDS = 2  # what ran once is not specialized yet
_NAME = "rehearsal"
_ASKS = 5  # that `loop` makes

# What submissions are made of, and nothing that an assignment asks for.
_TORCH = """
import torch
import torch.nn.functional as F

def rows(ids, table):
    return table[ids] + table[torch.arange(ids.shape[1])]

def scale(x, a, b):
    mean, variance = x.mean(dim=-1, keepdim=True), x.var(dim=-1, keepdim=True, unbiased=False)
    y = (x - mean) / torch.sqrt(variance + 1e-3) + ((x - mean) ** 2).sum(-1, keepdim=True)
    return F.gelu(y * a + b, approximate="tanh") + torch.tanh(x) ** 3

def shares(x):
    y = torch.exp(x - x.max(dim=-1, keepdim=True).values)
    return torch.softmax(x, dim=-1) + F.softmax(x, -1) + y / y.sum(dim=-1, keepdim=True)

def parts(x, table, n):
    y = x @ table["w"] + table["b"]
    y = y.view(*x.shape[:2], n, -1).transpose(1, 2)
    upper = torch.ones(y.shape[-2], y.shape[-2], dtype=torch.bool).triu(diagonal=1)
    z = shares((y @ y.transpose(-2, -1) / 2).masked_fill(upper, float("-inf"))) @ y
    return z.transpose(1, 2).reshape(x.shape), torch.tril(upper), torch.cat([x, x], dim=-1)

def order(x, k):
    best = x.topk(k).values[:, -1:]
    largest, places = x.masked_fill(x < best, float("-inf")).sort(dim=-1, descending=True)
    kept = largest.masked_fill(largest.cumsum(dim=-1) - largest >= 0.9, 0.0)
    y = torch.zeros_like(x).scatter(-1, places, kept)
    return torch.where(y > 0, y, x), F.one_hot(x.argmax(dim=-1), x.shape[-1]).to(x.dtype)

def numbers(x, ids):
    total = F.log_softmax(x, dim=-1).gather(-1, ids[:, None]).sum()
    first = (x[0].double().cumsum(dim=-1) > 0.1).nonzero()
    return [int(x[0].argmax()), float(x[0, 0]), len(first), total]
"""
_NUMPY = """
import numpy as np

def rows(ids, table):
    return table[ids] + table[np.arange(ids.shape[1])]

def scale(x, a, b):
    mean, variance = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    y = (x - mean) / np.sqrt(variance + 1e-3) + ((x - mean) ** 2).sum(-1, keepdims=True)
    return 0.5 * y * (1 + np.tanh(y)) * a + b

def shares(x):
    y = np.exp(x - x.max(axis=-1, keepdims=True))
    return y / y.sum(axis=-1, keepdims=True)

def parts(x, table, n):
    y = x @ table["w"] + table["b"]
    y = y.reshape(*x.shape[:2], n, -1).transpose(0, 2, 1, 3)
    upper = np.triu(np.ones((y.shape[-2], y.shape[-2]), dtype=bool), k=1)
    z = shares(np.where(upper, -np.inf, y @ y.swapaxes(-2, -1) / 2)) @ y
    return z.transpose(0, 2, 1, 3).reshape(x.shape), np.tril(upper), np.concatenate([x, x], -1)

def order(x, k):
    places = np.argsort(-x, axis=-1, kind="stable")
    largest = np.take_along_axis(x, places, axis=-1)
    kept = np.where(np.cumsum(largest, axis=-1) - largest >= 0.9, 0.0, largest)
    y = np.zeros_like(x)
    np.put_along_axis(y, places[..., :k], kept[..., :k], axis=-1)
    return np.where(y > 0, y, x), np.eye(x.shape[-1], dtype=x.dtype)[x.argmax(axis=-1)]

def numbers(x, ids):
    y = x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
    first = np.searchsorted(np.cumsum(x[0]), 0.1, side="right")
    return [int(np.argmax(x[0])), float(x[0, 0]), int(first), y[np.arange(len(ids)), ids].sum()]
"""
_LOOP = """
def loop(tools, ids):
    x = tools.ask(list(ids))
    while len(ids) < 6:
        x = tools.ask(x)
        ids = (ids + [len(ids)])[-9:]
    return ids
"""


def rehearse() -> list[wire.Message]:
    """Serve the submission for each framework that is there: what came back."""
    heard: list[wire.Message] = []
    sources = [_NUMPY, _TORCH] if "torch" in sys.modules else [_NUMPY]
    for _ in range(_ROUNDS):
        for source in sources:
            heard += _serve(source + _LOOP)
    return heard


def _serve(source: str) -> list[wire.Message]:
    ours, theirs = socket.socketpair()
    finders = list(sys.meta_path)
    with ours:
        for message in _requests(source):  # all of them fit into the socket's buffer
            ours.sendall(wire.encode(message))
        ours.shutdown(socket.SHUT_WR)
        with theirs:
            runner.begin(theirs)
        heard = _heard(ours)
    sys.meta_path[:] = finders
    sys.modules.pop(_NAME, None)
    linecache.cache.pop(_NAME, None)
    return heard


def _requests(source: str) -> list[wire.Message]:
    x = np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 3, 4)
    flat, ids = x[0], np.array([[0, 1, 2], [2, 1, 0]])
    table = {"w": np.eye(4, dtype=np.float32), "b": x[0, 0]}
    calls: dict[str, list[Any]] = {
        "rows": [ids, flat],
        "scale": [x, x[0, 0], x[0, 1]],
        "shares": [x],
        "parts": [x, table, 2],
        "order": [flat, 2],
        "numbers": [flat, ids[0]],
    }
    planned = [
        wire.Call(id=number, function=name, arguments=arguments, want_arguments=number % 2 == 0)
        for number, (name, arguments) in enumerate(calls.items())
    ]
    tools = {"ask": wire.Remote("ask")}
    return [
        wire.Load(id=0, main=_NAME, cells=[(_NAME, source)], modules={}, stages=list(calls)),
        wire.Calls(id=1, calls=planned),
        wire.Call(id=2, function="loop", arguments=[tools, [1, 2]], tables=[0]),
        *(wire.Answer(id=number, value=flat) for number in range(_ASKS)),
        wire.Call(id=3, function="shares", arguments=[x]),
    ]


def _heard(connection: socket.socket) -> list[wire.Message]:
    data = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    heard: list[wire.Message] = []
    while data:
        structure, arrays = wire.lengths(data[: wire.HEADER.size])
        data = data[wire.HEADER.size :]
        heard.append(wire.decode_from_child(data[:structure], data[structure:][:arrays]))
        data = data[structure + arrays :]
    return heard
