"""Settings of torch and NumPy that change what right code computes, put back before each call.

A training script sets some of them on top. What they do differs from processor to processor: with
a lower precision of matrix products the same code is right on one and wrong on another. So that
precision cannot be lowered at all, not even inside of a call.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

_NUMPY_ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
# Where torch has its precision set; the second one is there from torch 2.9 on.
_PRECISION = ("_set_float32_matmul_precision", "_set_fp32_precision_setter")
_PRODUCTS = "the precision of float32 products"
_asked: set[str] = set()  # what code tried to set without effect


def put_back() -> list[str]:
    """Put all of them back; those that change numbers and were changed, in words."""
    changed: list[str] = []
    torch, numpy = _imported("torch", "_C"), _imported("numpy", "geterr")
    if torch and not _are_torchs_own(torch):
        changed += _changed(torch)
        _put_back_torch(torch)
    if numpy and numpy.geterr() != _NUMPY_ERRORS:
        changed.append("NumPy's handling of floating-point errors")
        numpy.seterr(**_NUMPY_ERRORS)
    return changed


def sentence(changed: Sequence[str]) -> str:
    """What a person should know of settings that were put back."""
    return (
        f"Your code changes settings that the grader puts back before each call: "
        f"{', '.join(changed)}."
    )


def _imported(name: str, part: str) -> Any:
    """A package, if it is there with this part: a module of the student's may have its name."""
    module = sys.modules.get(name)
    return module if hasattr(module, part) else None


def _are_torchs_own(torch: Any) -> bool:
    """Whether nothing was changed: a microsecond, since it is asked before each call."""
    torch.set_flush_denormal(False)  # it cannot be asked for
    return bool(
        torch._C._set_float32_matmul_precision is _ignored
        and not _asked
        and torch.get_default_dtype() is torch.float32
        and not torch._C._len_torch_function_stack()
        and not torch.is_autocast_enabled("cpu")
        and not torch._C._get_deterministic_algorithms()
        and torch.is_grad_enabled()
        and torch.get_num_threads() == 1
    )


def _changed(torch: Any) -> Iterator[str]:
    """The number of threads and gradients are no news: they change no numbers."""
    if _asked or not _is_exact(torch):
        yield _PRODUCTS
    if torch.get_default_dtype() is not torch.float32:
        yield "torch's default dtype"
    if torch._C._len_torch_function_stack():
        yield "torch's default device"
    if torch.is_autocast_enabled("cpu"):
        yield "autocast"
    if torch._C._get_deterministic_algorithms():
        yield "torch's deterministic algorithms"


def _is_exact(torch: Any) -> bool:
    """Whether products of float32 are computed in float32."""
    if get := getattr(torch._C, "_get_fp32_precision_getter", None):
        return all(get("mkldnn", what) in ("none", "ieee") for what in ("matmul", "conv"))
    return bool(torch.get_float32_matmul_precision() == "highest")


def _ignored(*_: object) -> None:
    _asked.add(_PRODUCTS)


def _put_back_torch(torch: Any) -> None:
    _fix_precision(torch)
    _asked.clear()
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    while torch._C._len_torch_function_stack():  # a `with torch.device(...)` that was never left
        torch._C._pop_torch_function_stack()
    torch.set_autocast_enabled("cpu", False)
    torch._C._set_deterministic_algorithms(False)  # torch's own function imports a compiler
    torch.set_grad_enabled(True)
    torch.set_num_threads(1)


def _fix_precision(torch: Any) -> None:
    if torch._C._set_float32_matmul_precision is _ignored:
        return
    torch.set_float32_matmul_precision("highest")
    if set_one := getattr(torch._C, _PRECISION[1], None):
        for operation in ("conv", "rnn"):
            set_one("mkldnn", operation, "ieee")
    for name in _PRECISION:
        if hasattr(torch._C, name):
            setattr(torch._C, name, _ignored)
