"""How a value takes over what was changed of its copy: this file is read on both sides."""

import sys
from typing import Any

import numpy as np

try:
    import suite_values  # type: ignore[import-not-found]
except ImportError:
    from grader.suites.child import suite_values


def numbers_within(value: Any) -> np.ndarray | None:
    """The numbers of an array or a tensor; None for any other value."""
    if isinstance(value, np.ndarray):
        return value
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(value, torch.Tensor) or value.layout is not torch.strided:
        return None
    array: np.ndarray = suite_values.numbers_of(value)
    return array


def is_changeable(value: Any) -> bool:
    """Whether a value can be changed in place."""
    return type(value) in suite_values.CHANGEABLE or numbers_within(value) is not None


def refilled(old: Any, new: Any) -> Any:
    """The old value with the content of the new one where it can take it, else the new one."""
    a, b = numbers_within(old), numbers_within(new)
    if a is not None and b is not None:
        if a.shape != b.shape or a.dtype != b.dtype or type(a) is not type(b):
            return new
        if isinstance(old, np.ndarray):
            old[...] = b
        elif not suite_values.is_same(a, b):
            with sys.modules["torch"].no_grad():
                old.copy_(new)
        return old
    if type(old) is not type(new) or type(old) not in suite_values.CHANGEABLE:
        return new
    if isinstance(old, dict):
        items = {key: refilled(old[key], one) if key in old else one for key, one in new.items()}
        old.clear()
        old.update(items)
    elif isinstance(old, set):
        old.clear()
        old.update(new)
    else:
        kept = [refilled(*pair) for pair in zip(old, new, strict=False)]
        kept += list(new)[len(kept) :]
        old.clear()
        old.extend(kept)
    return old
