"""Grade the cases of an audit through the wall, on all cores, and add up what came of them."""

import time
from collections.abc import Callable, Iterator, Sequence

from grader.audit.cases import AuditCase, audited_subject, right_cases, wrong_cases
from grader.audit.check_inputs import check_inputs
from grader.audit.matrix import added_up
from grader.audit.result import Audit
from grader.audit.sentences import no_false_sentence
from grader.batch.executors.contract import Executor, GradingJob
from grader.batch.executors.local import LocalPool
from grader.errors import CourseError, GraderFault
from grader.records import Report, Status, Verdict
from grader.settings import Assignment

SECRETS = ("audit, first secret", "audit, second secret", "audit, third secret")
# No case takes a second; a machine that was busy elsewhere is asked once more.
_SPARE_SECONDS = 180.0

Told = Callable[[Report, int, int], None]  # report, how many are done, of how many


def audit(
    assignment: Assignment, *, samples: int, n_workers: int, require_level: str, told: Told
) -> Audit:
    """Grade every case, right ones on three secrets.

    Args:
        samples: how many random pairs of mistakes, and how many noisy answers.
        require_level: the weakest isolation level that will do.
        told: called with each report.

    Raises:
        CourseError: no misconceptions are known about this assignment, or its checks are wrong.
        GraderFault: a worker ended each time.
    """
    begin = time.monotonic()
    subject = audited_subject(assignment)
    inputs = check_inputs(assignment, subject, SECRETS[0])
    right, wrong = right_cases(assignment, subject), wrong_cases(subject, samples)
    total = len(right) * len(SECRETS) + len(wrong)
    graded: list[dict[str, Report]] = []
    done = 0

    def count(report: Report) -> None:
        nonlocal done
        done += 1
        told(report, done, total)

    for secret in SECRETS:
        cases = [*wrong, *right] if secret == SECRETS[0] else right
        pool = _Pool(assignment, secret, n_workers=n_workers, require_level=require_level)
        graded.append(pool.reports(cases, count))
    return added_up(
        assignment,
        subject,
        right=right,
        wrong=wrong,
        graded=graded,
        sentences=no_false_sentence(subject, inputs, samples=samples),
        submissions=total,
        seconds=time.monotonic() - begin,
    )


class _Pool:
    """Worker processes with one secret."""

    def __init__(
        self, assignment: Assignment, secret: str, *, n_workers: int, require_level: str
    ) -> None:
        self._assignment = assignment
        self._n_workers = n_workers
        self._job = GradingJob(
            assignment=assignment.folder,
            secret=secret,
            require_level=require_level,
            with_torch=True,
            diagnose_hidden=True,
        )

    def reports(
        self, cases: Sequence[AuditCase], count: Callable[[Report], None]
    ) -> dict[str, Report]:
        """The report of each case by its name."""
        found: dict[str, Report] = {}
        for report in self._run(cases):
            found[report.submission] = report
            count(report)
        late = [case for case in cases if _ran_out_of_time(found[case.name])]
        return found | {report.submission: report for report in self._run(late)}

    def _run(self, cases: Sequence[AuditCase]) -> Iterator[Report]:
        limits = self._assignment.limits
        seconds = limits.load_seconds + limits.submission_seconds + _SPARE_SECONDS
        pool: Executor = LocalPool(self._job, n_workers=self._n_workers, seconds=seconds)
        for outcome in pool.run(case.submission for case in cases):
            if not isinstance(outcome, Report):
                raise GraderFault(outcome.reason, at=outcome.submission.name)
            if outcome.status != Status.GRADED:
                raise _stumbled(outcome, self._assignment)
            yield outcome


def _ran_out_of_time(report: Report) -> bool:
    return any(check.verdict == Verdict.TIMED_OUT for check in report.checks)


def _stumbled(report: Report, assignment: Assignment) -> CourseError:
    """A check that raises something of its own: for students that would be no grade at all."""
    check = next(check for check in report.checks if check.verdict == Verdict.UNGRADED)
    place = check.staff_note.strip().partition("\n")[0] or "no reason is known"
    return CourseError(
        f"the check {check.check} could not be run on {report.submission}: {place}",
        at=str(assignment.folder),
        fix="Mend that line. A check may raise nothing but its own assertions, whatever came.",
    )
