"""The kinds of question. A file placed here adds its kinds; nothing else lists them."""

import importlib
import pkgutil
from functools import cache

from grader.quiz.items.item import Item


@cache
def kinds() -> dict[str, type[Item]]:
    """Every kind by the name that YAML uses for it."""
    found: dict[str, type[Item]] = {}
    for module_info in pkgutil.iter_modules(__path__, f"{__name__}."):
        module = importlib.import_module(module_info.name)
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Item) and "example" in vars(value):
                found[value.kind()] = value
    return found
