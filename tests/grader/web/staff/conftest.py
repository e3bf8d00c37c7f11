"""A class whose submissions are graded already, for the pages of its staff."""

from datetime import UTC, datetime

import pytest

from grader.batch.applied_policy import apply_policy
from grader.policies.policy_settings import policy_of
from tests.grader.staff.a_class import report
from tests.grader.web.conftest import START

IN_TIME = datetime(2026, 11, 7, 12, tzinfo=UTC)
LATE = datetime(2026, 11, 9, 12, tzinfo=UTC)  # the first day after the due date


@pytest.fixture
def keeper(site):
    """The reports of the class: ada has all points, bob lost some and was late."""
    made = site.store.reports("arithmetic")
    policy = policy_of(site.course, "arithmetic")
    apply_policy(made, policy, reason="course.yaml", by="course.yaml", at=START)
    for one in (
        report("ada", handed_in_at=IN_TIME, assignment="arithmetic"),
        report("bob", shift=2, handed_in_at=LATE, assignment="arithmetic"),
    ):
        made.keep(one, one, at=LATE)
    return made


@pytest.fixture
def number(site):
    """The number of a person, by name."""
    return lambda person: site.accounts.by_person(person).id


@pytest.fixture
def log(site):
    """The audit log, the newest first."""
    from grader.store.audit_store import AuditWish

    return lambda: [entry for _, entry in site.store.audit.entries(AuditWish())]
