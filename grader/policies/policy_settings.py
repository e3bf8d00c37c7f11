"""The policies in course.yaml: what is written, checked, and put together for one assignment."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any, NoReturn, TypeVar

import msgspec

from grader.errors import CourseError, did_you_mean
from grader.policies.due_dates import moment, zone_named, zone_of
from grader.policies.policy import (
    SECONDS,
    AttemptRule,
    DroppedCheck,
    ExcusedStudent,
    LatePenalty,
    MoreTime,
    NotNegative,
    Percent,
    Policy,
    exactly,
)

T = TypeVar("T")


class ExtensionSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A later due date for one student: by hours or days, or until a time."""

    student: str
    hours: NotNegative | None = None
    days: NotNegative | None = None
    until: Any = None
    reason: str = ""


class ExtraTimeSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """More time for one student in all assignments, on top of extensions.

    A percentage is of the time from `opens` to `due`.
    """

    student: str
    hours: NotNegative | None = None
    percent: Percent | None = None
    reason: str = ""


class AssignmentPolicy(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What holds for one assignment; what is not said is that of the whole course."""

    id: str
    opens: Any = None
    due: Any = None
    late: LatePenalty | None = None
    attempts: AttemptRule | None = None
    extensions: tuple[ExtensionSettings, ...] = ()
    excused: tuple[ExcusedStudent, ...] = ()
    dropped: tuple[DroppedCheck, ...] = ()


class PolicySettings(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a course.yaml that is about policies."""

    zone: str = ""
    late: LatePenalty | None = None
    attempts: AttemptRule | None = None
    extra_time: tuple[ExtraTimeSettings, ...] = ()
    assignments: tuple[AssignmentPolicy, ...] = ()


def check_policies(settings: PolicySettings, *, at: str) -> None:
    """See that every assignment's policy can be put together.

    Args:
        at: the file, for the error.

    Raises:
        CourseError: one cannot; the sentence says the key and what to write.
    """
    wrong = _Wrong(at)
    if settings.zone:
        wrong.reads("zone", lambda: zone_named(settings.zone))
    if settings.late is not None:
        _check_late(settings.late, wrong, "late")
    for given in settings.extra_time:
        _check_extra_time(given, wrong)
    ids = [each.id for each in settings.assignments]
    for own in settings.assignments:
        if ids.count(own.id) > 1:
            wrong(f"assignments: {own.id!r} stands twice", "Keep one of the two.")
        if own.late is not None:
            _check_late(own.late, wrong, f"assignments: {own.id}: late")
            if own.due is None:
                wrong(f"assignments: {own.id}: it has `late` and no `due`", "Add `due: ...`.")
        policy_of(settings, own.id, at=at)


def policy_of(settings: PolicySettings, assignment: str, *, at: str = "course.yaml") -> Policy:
    """The policy of an assignment; for one that is not listed, what holds for the whole course.

    Raises:
        CourseError: what is written cannot be; the sentence says the key and what to write.
    """
    found = [each for each in settings.assignments if each.id == assignment]
    own = found[0] if found else AssignmentPolicy(id=assignment)
    reading = _Reading(own, settings.zone, _Wrong(at))
    due, opens = reading.time("due", own.due), reading.time("opens", own.opens)
    if due is not None and opens is not None and due <= opens:
        reading.refuse("opens", "it is due before it opens", "Change `opens` or `due`.")
    extensions = [reading.extension(each, due) for each in own.extensions]
    extras = [reading.extra_time(each, opens, due) for each in settings.extra_time]
    return Policy(
        due=due,
        zone=zone_of(own.due, zone=settings.zone) if due else "",
        late=(own.late or settings.late) if due else None,
        attempts=own.attempts or settings.attempts,
        more_time=(*extensions, *(extra for extra in extras if extra is not None)),
        excused=own.excused,
        dropped=own.dropped,
    )


def not_listed(settings: PolicySettings, assignment: str) -> str:
    """A sentence if other assignments are listed and this one is not; perhaps it is misspelt."""
    ids = [own.id for own in settings.assignments]
    if not ids or assignment in ids:
        return ""
    listed = did_you_mean(assignment, ids)
    return f"`assignments` in course.yaml does not list {assignment!r}, so nothing is due. {listed}"


class _Wrong:
    """Refuses what a file says, in one sentence."""

    def __init__(self, at: str) -> None:
        self._at = at

    def __call__(self, problem: str, fix: str) -> NoReturn:
        raise CourseError(problem, at=self._at, fix=fix)

    def reads(self, key: str, read: Callable[[], T]) -> T:
        """What is read; the error of a reader ends with what to write, behind a semicolon."""
        try:
            return read()
        except ValueError as error:
            problem, _, fix = str(error).partition("; ")
            self(f"{key}: {problem}", f"{fix[:1].upper()}{fix[1:]}.")


class _Reading:
    """Reads the entries of one assignment."""

    def __init__(self, own: AssignmentPolicy, zone: str, wrong: _Wrong) -> None:
        self._key = f"assignments: {own.id}"
        self._zone = zone
        self._wrong = wrong

    def refuse(self, key: str, problem: str, fix: str) -> NoReturn:
        self._wrong(f"{self._key}: {key}: {problem}", fix)

    def time(self, key: str, written: object) -> datetime | None:
        if written is None:
            return None
        read = lambda: moment(written, zone=self._zone)  # noqa: E731
        return self._wrong.reads(f"{self._key}: {key}", read)

    def extension(self, given: ExtensionSettings, due: datetime | None) -> MoreTime:
        key = f"extensions: {given.student}"
        if due is None:
            self.refuse(key, "nothing is due that could be extended", "Add `due: ...`.")
        said = [given.hours is not None, given.days is not None, given.until is not None]
        if sum(said) != 1:
            self.refuse(key, "it needs one length", "Write one of `hours`, `days` and `until`.")
        if (until := self.time(f"{key}: until", given.until)) is not None:
            seconds = (until - due).total_seconds()
            if seconds < 0:
                self.refuse(f"{key}: until", "it is before `due`", "Write a later time.")
            return MoreTime(student=given.student, seconds=int(seconds), reason=given.reason)
        hours = exactly(given.hours or 0) + 24 * exactly(given.days or 0)
        return MoreTime(student=given.student, seconds=int(hours * 3600), reason=given.reason)

    def extra_time(
        self, given: ExtraTimeSettings, opens: datetime | None, due: datetime | None
    ) -> MoreTime | None:
        if due is None:
            return None
        seconds = exactly(given.hours or 0) * 3600
        if given.percent is not None:
            if opens is None:
                self.refuse(
                    "opens",
                    f"{given.student!r} has a percentage of the time more, and it is not known "
                    "since when there was time",
                    "Add `opens: ...`, or give hours.",
                )
            seconds = exactly(given.percent) * int((due - opens).total_seconds()) / 100
        return MoreTime(
            student=given.student, seconds=int(seconds), is_extra=True, reason=given.reason
        )


def _check_extra_time(given: ExtraTimeSettings, wrong: _Wrong) -> None:
    if (given.hours is None) == (given.percent is None):
        key = f"extra_time: {given.student}"
        wrong(f"{key}: it needs one length", "Write one of `hours` and `percent`.")


def _check_late(late: LatePenalty, wrong: _Wrong, key: str) -> None:
    for problem, fix in _late_faults(late):
        wrong(f"{key}: {problem}", fix)


def _late_faults(late: LatePenalty) -> Iterator[tuple[str, str]]:
    given = [late.percent is not None, late.points is not None, bool(late.steps)]
    cut_offs = [late.cut_off_hours is not None, late.cut_off_days is not None]
    if sum(given) > 1:
        yield "it takes off twice", "Write one of `percent`, `points` and `steps`."
    if not any((*given, *cut_offs)):
        yield "it takes nothing off", "Write e.g. `percent: 10` and `per: day`."
    if all(cut_offs):
        yield "it has two cut-offs", "Write one of `cut_off_hours` and `cut_off_days`."
    yield from _beyond_cut_off(late)
    for before, after in pairwise(late.steps):
        if before.after_hours >= after.after_hours or before.percent > after.percent:
            yield (
                "the steps do not rise",
                "List them by `after_hours`, each with at least the percent of the one before.",
            )


def _beyond_cut_off(late: LatePenalty) -> Iterator[tuple[str, str]]:
    """What could never hold, since nothing so late is worth anything."""
    if (cut_off := late.cut_off_seconds) is None:
        return
    if exactly(late.grace_minutes) * 60 > cut_off:
        yield "the grace is longer than the cut-off", "Write less `grace_minutes`."
    for step in late.steps:
        if exactly(step.after_hours) * SECONDS["hour"] >= cut_off:
            yield (
                f"the step after {step.after_hours:g} hours begins when all is cut off",
                "Leave the step out, or write a later cut-off.",
            )
