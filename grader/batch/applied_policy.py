"""The policy that holds for the results of a class, and how another one takes its place."""

from datetime import datetime

from grader.batch.grade_decisions import PolicyApplied, class_decisions, entry_from_line
from grader.batch.keeper import ReportKeeper
from grader.decision_list import to_line
from grader.policies.policy import Policy


def policy_that_holds(keeper: ReportKeeper) -> Policy:
    return class_decisions([entry_from_line(line) for line in keeper.entries()]).policy


def apply_policy(
    keeper: ReportKeeper, policy: Policy, *, reason: str, by: str, at: datetime
) -> bool:
    """Let a policy hold from now on; False if it held already, and nothing was added."""
    if policy == policy_that_holds(keeper):
        return False
    keeper.add([to_line(PolicyApplied(policy=policy, reason=reason, by=by, at=at))])
    return True
