"""Which of several attempts counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.policies.policy import AttemptRule


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptWorth:
    """What is to be known of an attempt to choose: its final points, None without a grade."""

    final: Fraction | None
    is_taken: bool = True  # False: handed in after the cut-off, and so no attempt


def chosen(attempts: Sequence[AttemptWorth], rule: AttemptRule) -> int:
    """The place of the attempt that counts, in the order in which they were handed in, from 0.

    The best is the first of equals, and one without a grade is never the best unless none has one.
    If none was taken, it is the last one, so that somebody can say why.

    Raises:
        ValueError: there is no attempt.
    """
    if not attempts:
        raise ValueError("nothing was handed in, so no attempt can count")
    looked_at = list(enumerate(attempts))[: rule.at_most]
    taken = [(place, attempt) for place, attempt in looked_at if attempt.is_taken]
    if not taken:
        return looked_at[-1][0]
    if rule.counts == "first":
        return taken[0][0]
    with_grade = [(attempt.final, -place) for place, attempt in taken if attempt.final is not None]
    if rule.counts == "best" and with_grade:
        return -max(with_grade)[1]
    return taken[-1][0]
