"""Checks called as pytest would call them, without its bookkeeping, where they need none of it.

For each test pytest makes requests for fixtures, notes finalizers and writes reports. Over a
class that costs as much as the checks themselves. A check whose fixtures are plain functions is
called directly: the same functions with the same arguments in the same order. Whatever needs
more, such as a fixture that cleans up after itself, is pytest's to run.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from grader.harness.pytest_inside import (
    Fixture,
    argument_names,
    fixtures_of,
    is_made,
    is_parameter,
    is_pytests_own,
    made_value,
    parameter,
)

Make = Callable[[pytest.Item], Any]


@dataclass(frozen=True, slots=True)
class DirectCheck:
    """A check that needs nothing of pytest but its function and its fixtures.

    Args:
        own: makes those fixtures of the harness that need the request of pytest, by name.
    """

    item: pytest.Function
    fixtures: Mapping[str, Fixture]
    own: Mapping[str, Make]

    @property
    def is_ready(self) -> bool:
        """Whether pytest has made all fixtures of the whole session by now."""
        shared = (fixture for fixture in self.fixtures.values() if fixture.scope == "session")
        return all(map(is_made, shared))

    def run(self) -> None:
        """Make the fixtures and call the check; what it raises goes through."""
        values: dict[str, Any] = {}
        for name in self.item.fixturenames:
            if name != "request":
                self._value(name, values)
        self.item.obj(**{name: values[name] for name in argument_names(self.item)})

    def _value(self, name: str, values: dict[str, Any]) -> Any:
        if name not in values:
            values[name] = self._made(name, values)
        return values[name]

    def _made(self, name: str, values: dict[str, Any]) -> Any:
        if name in self.own:
            return self.own[name](self.item)
        fixture = self.fixtures[name]
        if is_parameter(fixture):
            return parameter(self.item, name)
        if fixture.scope == "session":
            return made_value(fixture)
        return fixture.func(**{needed: self._value(needed, values) for needed in fixture.argnames})


def direct_check(item: pytest.Item, own: Mapping[str, Make]) -> DirectCheck | None:
    """The check for direct calls, or None if it needs pytest."""
    if not isinstance(item, pytest.Function) or item.cls is not None:
        return None
    named = fixtures_of(item)
    if "request" in argument_names(item):
        return None
    if any(not named.get(name) for name in item.fixturenames if name != "request"):
        return None  # missing, which pytest says better
    # Of those with one name the last counts; it may ask for the one that it overrides.
    fixtures = {name: fixtures[-1] for name, fixtures in named.items() if fixtures}
    if any(name in fixture.argnames for name, fixture in fixtures.items()):
        return None
    ours = {name: make for name, make in own.items() if len(named.get(name, ())) == 1}
    others = [fixture for name, fixture in fixtures.items() if name not in ours]
    return DirectCheck(item, fixtures, ours) if all(map(_is_plain, others)) else None


def has_hooks(config: pytest.Config, plugin: object) -> bool:
    """Whether something besides pytest and our plugin wants to hear of each test."""
    hooks = ("setup", "call", "teardown", "protocol", "makereport", "logreport")
    names = [f"pytest_runtest_{hook}" for hook in hooks]
    names += ["pytest_pyfunc_call", "pytest_fixture_setup", "pytest_fixture_post_finalizer"]
    found = (hook for name in names for hook in getattr(config.hook, name).get_hookimpls())
    return any(hook.plugin is not plugin and not is_pytests_own(hook.function) for hook in found)


def _is_plain(fixture: Fixture) -> bool:
    """Made anew for each test by a function that only returns, or once for the whole session."""
    if is_parameter(fixture):
        return True
    if fixture.params is not None:
        return False
    return fixture.scope == "session" or (
        fixture.scope == "function"
        and not inspect.isgeneratorfunction(fixture.func)
        and not inspect.iscoroutinefunction(fixture.func)
        and "request" not in fixture.argnames
    )
