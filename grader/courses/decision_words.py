"""A decision about grades in a few words, for every front."""

from fractions import Fraction

from grader.batch.grade_decisions import (
    Awarded,
    CheckDropped,
    Excused,
    Extended,
    FinalSet,
    GradeDecision,
    PolicyApplied,
    TimeStated,
)
from grader.policies.due_dates import in_words
from grader.policies.explaining import length
from grader.text import decimal


def whom_it_concerns(entry: GradeDecision) -> str:
    """The submission, or `class`."""
    return getattr(entry, "submission", "class")


def decision_in_words(entry: GradeDecision, zone: str) -> str:
    """What was decided; times are those of the zone."""
    match entry:
        case Awarded():
            return f"{entry.stage} {entry.points}"
        case Excused():
            return "excused"
        case Extended():
            return f"{'extra time' if entry.is_extra else 'extension'} {length(entry.seconds)}"
        case TimeStated():
            return f"handed in {in_words(entry.handed_in_at, zone)}"
        case FinalSet():
            return f"final {decimal(Fraction(entry.points))}"
        case CheckDropped():
            return f"{entry.check} counts for nobody"
        case PolicyApplied():
            due = entry.policy.due
            return f"policy, due {in_words(due, entry.policy.zone)}" if due else "policy"
