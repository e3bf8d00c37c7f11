"""The claims by name: pure functions that run what a question says.

A claim takes a seed and returns the truth of the question's statements in that run:

- for `choice` and `choices` a mapping from the id of each option to whether it is true,
- for `true_false` a bool,
- for `numeric` a number.
"""

from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import TypeVar

Truths = Mapping[str, bool] | bool | float | int
Claim = Callable[[int], Truths]
AnyClaim = TypeVar("AnyClaim", bound=Callable[[int], Truths])

_MARK = "_grader_is_claim"


def claim(function: AnyClaim) -> AnyClaim:
    """Mark a claim, which a question names by the name of the function."""
    setattr(function, _MARK, True)
    return function


def marked(modules: Iterable[ModuleType]) -> dict[str, Claim]:
    """The claims that these modules define, by name.

    Raises:
        ValueError: two claims have one name.
    """
    found: dict[str, Claim] = {}
    for module in modules:
        for value in vars(module).values():
            if not hasattr(value, _MARK) or value.__module__ != module.__name__:
                continue
            name = value.__name__
            if name in found:
                raise ValueError(
                    f"{name}: two claims have this name, one in {found[name].__module__}"
                    f" and one in {module.__name__}"
                )
            found[name] = value
    return found
