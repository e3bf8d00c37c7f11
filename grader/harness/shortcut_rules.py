"""Forbidden shortcuts: what the student's process tells of them, and what that costs.

What comes from there is bounded and held against what is known here: names and stages of the
assignment, files and lines of the submission. So it can carry no text of its own.
"""

import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from grader.errors import CourseError, did_you_mean
from grader.records import CheckResult, Shortcut, SourceLine, Submission
from grader.sandbox.child.watched_shortcuts import is_watchable, locate
from grader.sandbox.contract import Use
from grader.settings import ASSIGNMENT_FILE, Assignment

_MOST_PLACES = 5  # of one shortcut in one stage
_MOST_TOLD = 20  # in one stage
_MOST_TIMES = 1_000_000

_Key = tuple[bool, str, str]  # hidden, stage, name


class Evidence:
    """Collects what is seen of forbidden shortcuts in one submission."""

    def __init__(self, submission: Submission, assignment: Assignment | None = None) -> None:
        self.stages: tuple[str, ...] = ()
        self.watched: Mapping[str, Sequence[str]] = {}
        self._cost_points = False
        if assignment is not None and assignment.shortcuts:
            self.stages = tuple(stage.name for stage in assignment.stages)
            self.watched = assignment.shortcuts
            self._cost_points = assignment.shortcuts_cost_points
        sources = [*submission.cells, *submission.modules.items()]
        self._lines = {file: len(source.splitlines()) for file, source in sources}
        self._mentions: dict[str, list[SourceLine]] = {}
        self._times: dict[_Key, int] = {}
        self._places: dict[_Key, list[SourceLine]] = {}

    def add(self, uses: Iterable[Use], *, hidden: bool) -> None:
        """Uses that a process told of while checks of this kind ran."""
        for use in uses:
            wanted = self.watched[use.name] or (*self.stages, "")
            if not use.times:
                if "" in wanted:  # what is forbidden in some stages may stand in the others
                    _keep(self._mentions.setdefault(use.name, []), self._place(use))
            elif use.stage in wanted:
                key = (hidden, use.stage, use.name)
                self._times[key] = min(self._times.get(key, 0) + use.times, _MOST_TIMES)
                _keep(self._places.setdefault(key, []), self._place(use))

    def told(self) -> tuple[Shortcut, ...]:
        """What was called, in the order of the stages, and then what is only named."""
        order = {name: position for position, name in enumerate((*self.stages, ""))}
        told: dict[str, list[_Key]] = {}
        # Those of hidden checks last: they shall not push out what a visible check has shown.
        for key in sorted(self._times, key=lambda key: (order[key[1]], key[0], key[2])):
            told.setdefault(key[1], []).append(key)
        called = [self._called(key) for keys in told.values() for key in keys[:_MOST_TOLD]]
        names = {name for _, _, name in self._times}
        named = [
            Shortcut(name=name, places=tuple(places))
            for name, places in sorted(self._mentions.items())
            if name not in names
        ]
        return (*called, *named[:_MOST_TOLD])

    def _called(self, key: _Key) -> Shortcut:
        hidden, stage, name = key
        return Shortcut(
            name=name,
            stage=stage,
            # `discreet` may only tell what was known before a hidden check ran.
            places=tuple((not hidden and self._places[key]) or self._mentions.get(name, [])),
            times=self._times[key],
            hidden=hidden,
            costs_points=bool(stage) and self._cost_points,
        )

    def _place(self, use: Use) -> SourceLine | None:
        """The line, if the submission has it."""
        is_there = 1 <= use.line <= self._lines.get(use.file, 0)
        return SourceLine(file=use.file, line=use.line) if is_there else None


def _keep(places: list[SourceLine], place: SourceLine | None) -> None:
    if place is not None and place not in places and len(places) < _MOST_PLACES:
        places.append(place)


def without_points(
    results: Iterable[CheckResult], shortcuts: Iterable[Shortcut]
) -> list[CheckResult]:
    """The results, with no points in stages that a shortcut costs them."""
    lost = {shortcut.stage for shortcut in shortcuts if shortcut.costs_points}
    return [replace(result, points=0) if result.stage in lost else result for result in results]


def discreet(shortcuts: Sequence[Shortcut]) -> tuple[Shortcut, ...]:
    """The same for the student. Lines and counts of hidden checks could tell their inputs.

    So could the choice of names: of what hidden checks alone have shown, one name a stage is told.
    The others are told as what they are without hidden checks, names in the source.
    """
    stages = {shortcut.stage for shortcut in shortcuts if not shortcut.hidden and shortcut.times}
    called: list[Shortcut] = []
    named: dict[str, Shortcut] = {}
    for shortcut in shortcuts:
        if shortcut.hidden and shortcut.stage not in stages:
            stages.add(shortcut.stage)
            called.append(replace(shortcut, places=(), times=1))
        elif shortcut.times and not shortcut.hidden:
            called.append(shortcut)
        elif shortcut.places:
            named[shortcut.name] = Shortcut(name=shortcut.name, places=shortcut.places)
    told = {shortcut.name for shortcut in called}
    return (*called, *(named[name] for name in sorted(named) if name not in told))


def assert_watchable(assignment: Assignment) -> None:
    """Names of packages that are there must exist, and be such that their calls can be seen.

    Raises:
        CourseError: one is not; it would be forbidden in vain.
    """
    at = str(assignment.folder / ASSIGNMENT_FILE)
    for name in assignment.shortcuts:
        found = locate(name)
        if found is None and not _may_exist(name):
            raise CourseError(
                f"the forbidden shortcut {name!r} does not exist", at=at, fix=_near(name)
            )
        if found is not None and not is_watchable(found[0], found[2]):
            raise CourseError(
                f"calls of the forbidden shortcut {name!r} cannot be seen",
                at=at,
                fix="Name a function, a class written in Python, or a package.",
            )


def _may_exist(name: str) -> bool:
    """Whether it is, or lies in, a module that has not been imported here."""
    parts = name.split(".")
    if parts[0] not in sys.modules:
        return True
    for n in range(2, len(parts) + 1):
        module = ".".join(parts[:n])
        try:
            if module not in sys.modules and importlib.util.find_spec(module) is not None:
                return True
        except ModuleNotFoundError:  # what it should lie in is no package
            return False
    return False


def _near(name: str) -> str:
    owner, _, last = name.rpartition(".")
    found = locate(owner)
    known = [known for known in dir(found[2]) if known[0] != "_"] if found else []
    near = did_you_mean(last, known) if known else ""
    return near if near.startswith("Did") else "Write the full name as the package documents it."
