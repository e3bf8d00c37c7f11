"""The fixture `reference` of an assignment whose subject knows the right functions."""

from collections.abc import Callable, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import pytest

from grader.remembered import remembered


class _RightFunctions(SimpleNamespace):
    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"the reference has no stage {name!r}; it has {', '.join(vars(self))}")


def reference_fixture(functions: Mapping[str, Callable[..., Any]]) -> ModuleType:
    """A pytest plugin; a fixture of the same name in `conftest.py` takes its place.

    Args:
        functions: the right functions by the name of their stage; arrays in, arrays out.
    """
    found = _RightFunctions(**{name: remembered(f) for name, f in functions.items()})

    @pytest.fixture(scope="session")
    def reference() -> SimpleNamespace:
        """The right functions by name."""
        return found

    plugin = ModuleType("reference_fixture")  # pytest looks up an object's fixtures on its class
    vars(plugin)["reference"] = reference
    return plugin
