"""What a suite hands over by its name: what packages have that both sides know."""

import sys
from typing import Any

# What a suite may hand over by its name: classes and functions of packages that both sides have.
_BY_NAME = ("torch", "numpy", "math", "builtins", "operator")


def qualified(value: Any) -> tuple[str, str] | None:
    """Module and name of a class or function that the other side has, too."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or "<" in name:
        return None
    if module.partition(".")[0] not in _BY_NAME:
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return (module, name) if found is value else None
