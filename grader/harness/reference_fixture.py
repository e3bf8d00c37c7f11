"""The fixture `reference` of an assignment whose subject knows the right functions."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from grader.remembered import remembered


class ReferenceFixture:
    """A pytest plugin; a fixture of the same name in `conftest.py` takes its place.

    Args:
        functions: the right functions by the name of their stage; arrays in, arrays out.
    """

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        kept = {name: remembered(function) for name, function in functions.items()}
        self._reference = SimpleNamespace(**kept)

    @pytest.fixture(scope="session")
    def reference(self) -> SimpleNamespace:
        """The right functions by name."""
        return self._reference
