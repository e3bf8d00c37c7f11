# Not an attack: comes after the poisoners, and fails if anything of theirs is left.
# verdict: passes
# copies: 4
import builtins
import gc
import os
import signal
import sys
import warnings

import numpy as np
import torch


def traces():
    yield from (str(o) for o in (builtins, np, torch, sys) if hasattr(o, "hostile_mark"))
    yield from (name for name in os.environ if "HOSTILE" in name)
    yield from (name for name in [*sys.modules, *sys.path] if "hostile" in name)
    if torch.get_default_dtype() != torch.float32 or torch.softmax is None:
        yield "torch"
    if sys.getrecursionlimit() < 900 or gc.callbacks or gc.get_threshold()[0] == 1:
        yield "interpreter"
    if signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield "signals"


def softmax(logits):
    if found := list(traces()):
        raise RuntimeError(f"POISON {found}")
    with warnings.catch_warnings():
        warnings.warn("a warning is no error here", UserWarning, stacklevel=1)
    return torch.softmax(logits, dim=-1)
