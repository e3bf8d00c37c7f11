"""How late something was handed in, and what that takes off. Exact: nothing is rounded here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from grader.policies.policy import SECONDS, LatePenalty, Policy, exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How late one attempt is; lengths are seconds, None where nobody knows when it came.

    It is late by `counted`: from the due date, put off by what the student was given. Within the
    grace nothing is counted.
    """

    after_due: Fraction | None
    extension: int
    extra_time: int
    counted: Fraction = Fraction(0)
    within_grace: bool = False
    is_cut_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOff:
    """What lateness takes off from points."""

    points: Fraction = Fraction(0)
    is_taken: bool = True  # False: the attempt does not count at all


def given_time(policy: Policy, known_as: Collection[str]) -> tuple[int, int]:
    """The seconds of the longest extension, and of the longest extra time, of these students."""
    own = [given for given in policy.more_time if given.student in known_as]
    extensions = [given.seconds for given in own if not given.is_extra]
    extras = [given.seconds for given in own if given.is_extra]
    return max(extensions, default=0), max(extras, default=0)


def lateness(
    policy: Policy, handed_in_at: datetime | None, *, extension: int = 0, extra_time: int = 0
) -> Lateness | None:
    """How late an attempt is; None if nothing is due.

    Args:
        handed_in_at: with its zone; None if nobody knows.
        extension: seconds by which the due date is put off for this student.
        extra_time: seconds on top of it.
    """
    if policy.due is None:
        return None
    if handed_in_at is None:
        return Lateness(after_due=None, extension=extension, extra_time=extra_time)
    after = Fraction((handed_in_at - policy.due) // timedelta(microseconds=1), 1_000_000)
    over = max(after - extension - extra_time, Fraction(0))
    rule = policy.late or LatePenalty()
    within_grace = 0 < over <= exactly(rule.grace_minutes) * 60
    counted = Fraction(0) if within_grace else over
    cut_off = rule.cut_off_seconds
    return Lateness(
        after_due=after,
        extension=extension,
        extra_time=extra_time,
        counted=counted,
        within_grace=within_grace,
        is_cut_off=cut_off is not None and counted > cut_off,
    )


def taken_off(
    rule: LatePenalty | None, late: Lateness | None, *, earned: Fraction, maximum: Fraction
) -> TakenOff:
    """What lateness takes off from the earned points, which never makes them less than 0.

    Args:
        maximum: the points that can be earned.
    """
    if rule is None or late is None or not late.counted:
        return TakenOff()
    if late.is_cut_off:
        return TakenOff(points=earned, is_taken=rule.after_cut_off == "nothing")
    whole = maximum if rule.of == "maximum" else earned
    return TakenOff(points=min(earned, _penalty(rule, late.counted, whole)))


def begun(rule: LatePenalty, counted: Fraction) -> int:
    """How many days or hours have begun."""
    return ceil(counted / SECONDS[rule.per])


def step_of(rule: LatePenalty, counted: Fraction) -> Fraction:
    """The percent of the last step that lateness has passed; 0 before the first."""
    passed = [s for s in rule.steps if counted > exactly(s.after_hours) * SECONDS["hour"]]
    return exactly(passed[-1].percent) if passed else Fraction(0)


def _penalty(rule: LatePenalty, counted: Fraction, whole: Fraction) -> Fraction:
    if rule.steps:
        return step_of(rule, counted) * whole / 100
    if rule.points is not None:
        return exactly(rule.points) * begun(rule, counted)
    percent = exactly(rule.percent or 0)
    return percent * begun(rule, counted) * whole / 100
