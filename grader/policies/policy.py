"""The policy of one assignment, as it holds for a class: rules that were read and checked.

It is kept with the results, so that a grade follows from what lies beside it, and a course.yaml
that is edited changes nothing before it is applied. Times have zones; lengths are seconds.
"""

from datetime import datetime
from fractions import Fraction
from typing import Annotated, Literal

import msgspec

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
NotNegative = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
Period = Literal["hour", "day"]
Counting = Literal["best", "last", "first"]
SECONDS: dict[Period, int] = {"hour": 3600, "day": 86_400}


class LateStep(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is taken off from so many hours on, until the next step."""

    after_hours: NotNegative
    percent: Percent


class LatePenalty(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is taken off for lateness; each day or hour that was begun counts whole.

    One of `percent`, `points` and `steps` says how much; none of them is right for a cut-off alone.
    """

    percent: Percent | None = None
    points: NotNegative | None = None
    per: Period = "day"
    steps: tuple[LateStep, ...] = ()
    of: Literal["maximum", "earned"] = "maximum"  # what the percent are of
    grace_minutes: NotNegative = 0  # so late is not late; beyond it, lateness is counted in full
    cut_off_hours: NotNegative | None = None
    cut_off_days: NotNegative | None = None
    after_cut_off: Literal["nothing", "not taken"] = "nothing"  # worth nothing, or no attempt

    @property
    def cut_off_seconds(self) -> Fraction | None:
        """From how late on there is nothing any more; None without a cut-off."""
        if self.cut_off_hours is not None:
            return exactly(self.cut_off_hours) * SECONDS["hour"]
        if self.cut_off_days is not None:
            return exactly(self.cut_off_days) * SECONDS["day"]
        return None


class AttemptRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which attempt counts, and how many are looked at: the first so many."""

    counts: Counting = "last"
    at_most: Annotated[int, msgspec.Meta(ge=1)] | None = None


class MoreTime(msgspec.Struct, frozen=True, kw_only=True):
    """Time beyond the due date that was given to one student."""

    student: str  # by the roster's id, or by the name of the submission
    seconds: int
    is_extra: bool = False  # extra time comes on top of an extension
    reason: str = ""


class ExcusedStudent(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A student for whom the assignment counts for nothing."""

    student: str
    reason: str


class DroppedCheck(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A check that counts for nobody: its points leave the maximum."""

    check: str
    reason: str


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """All rules of one assignment."""

    due: datetime | None = None
    zone: str = ""  # in which due dates are written
    late: LatePenalty | None = None
    attempts: AttemptRule | None = None
    more_time: tuple[MoreTime, ...] = ()
    excused: tuple[ExcusedStudent, ...] = ()
    dropped: tuple[DroppedCheck, ...] = ()


NO_POLICY = Policy()


def exactly(number: float) -> Fraction:
    """The number as somebody wrote it: 0.1 is a tenth."""
    return Fraction(str(number))
