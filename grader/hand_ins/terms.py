"""What holds if somebody hands in at a moment: opened, due, late, attempts left; in sentences."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from grader.batch.grade_decisions import ClassDecisions, SubmissionDecisions
from grader.policies.due_dates import moment
from grader.policies.explaining import late_sentences, length
from grader.policies.lateness import Lateness, given_time, lateness, taken_off
from grader.policies.policy import Policy
from grader.policies.policy_settings import PolicySettings
from grader.text import all_of, counted

_ONE = ("1 h", "1 min", "1 s", "less than a second")
_NOTHING_DECIDED = SubmissionDecisions()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInTerms:
    """What a person is told before handing in. Times are UTC.

    Attributes:
        due: with all time that the person was given; None if nothing is due.
        lateness: one sentence on what handing in now means; empty if nothing is due.
        is_late: whether it would be counted as late.
        stake: what lateness takes, in words to be compared: another where handing in costs more.
        attempts: one sentence on the attempts that are left; empty if they are not limited.
        refusal: why nothing can be handed in now; empty if it can.
    """

    opens: datetime | None
    due: datetime | None
    lateness: str
    is_late: bool
    stake: str
    attempts: str
    counting: str
    refusal: str


def terms_now(
    settings: PolicySettings,
    decisions: ClassDecisions,
    *,
    assignment: str,
    person: str,
    known_as: Collection[str],
    used: int,
    maximum: int,
    at: datetime,
) -> HandInTerms:
    """What holds for a person at this moment.

    Args:
        used: how many attempts the person has used.
        maximum: the points of the assignment.
    """
    policy = decisions.policy
    own = decisions.of.get(person, _NOTHING_DECIDED)
    late = _late(policy, own, known_as, at)
    opens = opens_at(settings, assignment)
    due = due_for(policy, own, known_as)
    is_late = late is not None and late.counted > 0
    return HandInTerms(
        opens=opens,
        due=due,
        lateness=" ".join(_lateness(policy, late, due=due, maximum=maximum, at=at)),
        is_late=is_late,
        stake=_stake(policy, late, maximum),
        attempts=_attempts(policy, used),
        counting=_counting(policy),
        refusal=_refusal(policy, used=used, opens=opens, at=at),
    )


def received_words(
    decisions: ClassDecisions,
    *,
    person: str,
    known_as: Collection[str],
    maximum: int,
    at: datetime,
) -> str:
    """Whether what came in at a moment was in time, in sentences.

    Empty if nothing is due, or where staff have said that something came at another time.
    """
    policy = decisions.policy
    own = decisions.of.get(person, _NOTHING_DECIDED)
    late = _late(policy, own, known_as, at)
    if late is None or own.times:
        return ""
    return _late_words(policy, late, maximum) if late.counted or late.within_grace else "In time."


def opens_at(settings: PolicySettings, assignment: str) -> datetime | None:
    """When students may see an assignment; None if they always may."""
    own = next((each for each in settings.assignments if each.id == assignment), None)
    if own is None or own.opens is None:
        return None
    return moment(own.opens, zone=settings.zone)


def due_for(policy: Policy, own: SubmissionDecisions, known_as: Collection[str]) -> datetime | None:
    """The due date of a person, with all time that was given."""
    if policy.due is None:
        return None
    extension, extra = _given(policy, own, known_as)
    return policy.due + timedelta(seconds=extension + extra)


def _given(policy: Policy, own: SubmissionDecisions, known_as: Collection[str]) -> tuple[int, int]:
    extension, extra = given_time(policy, known_as)
    extension = max([extension, *(e.seconds for e in own.extensions if not e.is_extra)])
    return extension, max([extra, *(e.seconds for e in own.extensions if e.is_extra)])


def _late(
    policy: Policy, own: SubmissionDecisions, known_as: Collection[str], at: datetime
) -> Lateness | None:
    extension, extra = _given(policy, own, known_as)
    return lateness(policy, at, extension=extension, extra_time=extra)


def _lateness(
    policy: Policy,
    late: Lateness | None,
    *,
    due: datetime | None,
    maximum: int,
    at: datetime,
) -> Iterator[str]:
    if late is None or due is None:
        return
    if at <= due:
        left = length(int((due - at).total_seconds()))
        yield f"You are in time: {left} {'is' if left in _ONE else 'are'} left."
        return
    yield _late_words(policy, late, maximum).replace("Handed in ", "Handed in now it is ", 1)
    if policy.late is None:
        yield "Nothing is taken off for that."


def _late_words(policy: Policy, late: Lateness, maximum: int) -> str:
    """How late, and what that takes at the most; empty if it is in time."""
    most = Fraction(maximum)
    off = taken_off(policy.late, late, earned=most, maximum=most)
    said = " ".join(late_sentences(policy.late, late, off, earned=most))
    return said.replace(f" of {maximum} (", f" of {counted(maximum, 'point')} at the most (")


def _stake(policy: Policy, late: Lateness | None, maximum: int) -> str:
    if late is None or not late.counted:
        return "in time"
    most = Fraction(maximum)
    off = taken_off(policy.late, late, earned=most, maximum=most)
    return f"late, {off.points} off" if off.is_taken else "late, counts for nothing"


def _attempts(policy: Policy, used: int) -> str:
    rule = policy.attempts
    if rule is None or rule.at_most is None:
        return ""
    left = max(rule.at_most - used, 0)
    if not left:
        return f"You have used {all_of(rule.at_most, 'attempt')}."
    return f"{counted(left, 'attempt')} of {rule.at_most} left."


def _counting(policy: Policy) -> str:
    counts = policy.attempts.counts if policy.attempts else "last"
    return f"Of several attempts the {counts} one counts."


def _refusal(policy: Policy, *, used: int, opens: datetime | None, at: datetime) -> str:
    if opens is not None and at < opens:
        return f"This opens in {length(int((opens - at).total_seconds()) + 1)}."
    if policy.attempts and policy.attempts.at_most and used >= policy.attempts.at_most:
        return f"You have used {all_of(policy.attempts.at_most, 'attempt')}."
    return ""
