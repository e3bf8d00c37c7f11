"""The claims by name: pure functions that run what a question says.

A claim takes a seed and returns the truth of the question's statements in that run:

- for `choice` and `choices` a mapping from the id of each option to whether it is true,
- for `true_false` a bool,
- for `numeric` a number.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

Truths = Mapping[str, bool] | bool | float | int
Claim = Callable[[int], Truths]
AnyClaim = TypeVar("AnyClaim", bound=Callable[[int], Truths])

_claims: dict[str, Claim] = {}


def claim(function: AnyClaim) -> AnyClaim:
    """Note a claim under the name of its function.

    Raises:
        ValueError: another claim has this name.
    """
    name = function.__name__
    if name in _claims:
        raise ValueError(
            f"{name}: two claims have this name, one in {_claims[name].__module__}"
            f" and one in {function.__module__}"
        )
    _claims[name] = function
    return function


def noted() -> Mapping[str, Claim]:
    """The claims that were noted so far; `grader.keys.claims.claims` has all."""
    return _claims
