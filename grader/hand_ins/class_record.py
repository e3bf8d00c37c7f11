"""What a site keeps of a class as its last run: who is in it, and under what policy it is graded.

The tools for results of a batch find there what they find in a results folder.
"""

from datetime import datetime

from grader.batch.applied_policy import apply_policy
from grader.batch.class_run import versions_here
from grader.policies.policy_settings import policy_of
from grader.records import GradingRun, Person, Status
from grader.settings import COURSE_FILES, Assignment, Course
from grader.store.accounts_store import Enrolment
from grader.store.site_store import SiteStore

_OF_COURSE = "the policy of the course's settings"
LAYOUT = "site"


def person_of_enrolment(enrolment: Enrolment) -> Person:
    """Somebody in the course, as policies and gradebooks know people."""
    ids = dict(enrolment.ids)
    return Person(
        name=enrolment.full_name,
        id=enrolment.person,
        email=enrolment.email,
        username=ids.pop("username", enrolment.person),
        section=enrolment.section,
        ids=ids,
    )


def let_policy_hold(
    store: SiteStore, course: Course, assignment: Assignment, *, at: datetime
) -> None:
    """Let the policy of course.yaml hold for an assignment, if another one did."""
    reports = store.reports(assignment.name)
    policy = policy_of(course, assignment.name)
    apply_policy(reports, policy, reason=_OF_COURSE, by=COURSE_FILES[0], at=at)


def record_class(
    store: SiteStore, course: Course, assignment: Assignment, *, n_workers: int
) -> GradingRun:
    """Keep what the class is now: reports and people; the run that is kept."""
    keeper = store.reports(assignment.name)
    newest = keeper.newest()
    students = [one for one in store.accounts.enrolments() if one.role == "student"]
    people = {one.person: (person_of_enrolment(one),) for one in students}
    run = GradingRun(
        assignment=assignment.name,
        assignment_digest=assignment.digest,
        counts={s.value: sum(r.status == s for r in newest.values()) for s in Status},
        isolation=tuple(
            sorted(
                {report.isolation for report in newest.values() if report.isolation},
                key=lambda isolation: isolation.level,
            )
        ),
        versions=versions_here(),
        workers=n_workers,
        stages=tuple(stage.name for stage in assignment.stages),
        submissions=tuple(sorted(newest)),
        layout=LAYOUT,
        secret_of_course=bool(course.secret),
        people={name: who for name, who in people.items() if name in newest},
        missing=tuple(who[0] for name, who in people.items() if name not in newest),
        assignment_folder="" if assignment.is_shipped else str(assignment.folder),
    )
    keeper.end_run(run)
    return run
