"""Everything that the harness uses of pytest and pytest does not promise: here, and nowhere else.

`pyproject.toml` bounds the versions for which this is known to hold; a grading on the lowest and
on the highest of them is one of the tests.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any, cast

import pytest
from _pytest.runner import runtestprotocol

Fixture = pytest.FixtureDef[Any]

# Each of pytest's own plugins costs a little at every check; a check needs none of these. Names
# that a version does not have do no harm.
_UNUSED_PLUGINS = (
    *("terminal", "cacheprovider", "stepwise", "faulthandler", "logging", "warnings", "junitxml"),
    *("doctest", "unraisableexception", "threadexception", "skipping", "setuponly", "setupplan"),
    *("pastebin", "debugging", "legacypath", "subtests"),
)
OPTIONS = (
    *(option for name in _UNUSED_PLUGINS for option in ("-p", f"no:{name}")),
    *("--capture=no", "--import-mode=importlib", "--strict-markers"),
    *("-c", os.devnull),  # a pytest.ini above the assignment must not change a grade
)

_FILES = str(files("_pytest"))
_PARAMETER = "get_direct_param_fixture_func"  # how pytest hands in what `parametrize` names


def run_whole(item: pytest.Item) -> None:
    """Run a check as pytest does: fixtures, call, clean-up and reports."""
    # The check that pytest ran last need not be the one before this.
    item.session._setupstate.teardown_exact(item)
    module = cast(pytest.Item, item.parent)  # it stays; the check itself goes
    runtestprotocol(item, log=False, nextitem=module)


def fixtures_of(item: pytest.Function) -> Mapping[str, Sequence[Fixture]]:
    """The fixtures that a check uses by name, those that override others last."""
    return item._fixtureinfo.name2fixturedefs


def argument_names(item: pytest.Function) -> Sequence[str]:
    """The fixtures that the check's function itself names."""
    return item._fixtureinfo.argnames


def is_made(fixture: Fixture) -> bool:
    """Whether pytest holds a value of the fixture now."""
    cached = fixture.cached_result
    return cached is not None and cached[2] is None


def made_value(fixture: Fixture) -> Any:
    """The value that pytest holds."""
    cached = fixture.cached_result
    assert cached is not None
    return cached[0]


def is_parameter(fixture: Fixture) -> bool:
    """Whether it only hands in what `parametrize` names."""
    return fixture.func.__name__ == _PARAMETER


def parameter(item: pytest.Function, name: str) -> Any:
    """What `parametrize` gives to a check under this name."""
    return item.callspec.params[name]


def is_pytests_own(function: Callable[..., Any]) -> bool:
    """Whether a hook is one of pytest's, and not of a plugin or a conftest.py."""
    return function.__module__.startswith("_pytest.")


def is_pytests_file(path: str) -> bool:
    """Whether code of pytest stands in it: where `pytest.fail` and `pytest.raises` raise."""
    return path.startswith(_FILES)
