"""What a policy came to in a class, in sentences for its instructor."""

from collections.abc import Collection, Iterator, Sequence

from grader.batch.class_grades import names_of
from grader.batch.grades import CodeGrade
from grader.intake.class_intake import ClassIntake
from grader.intake.layouts.canvas import Canvas
from grader.policies.due_dates import in_words
from grader.policies.lateness import Lateness, given_time, lateness
from grader.policies.policy import NO_POLICY, Policy
from grader.records import Person, Status
from grader.text import counted

_MOST = 10  # names in one line


def policy_sentences(
    grades: Sequence[CodeGrade], *, is_new: bool, missing: Sequence[Person] = ()
) -> Iterator[str]:
    """Nothing without a policy.

    Args:
        is_new: whether the results had another policy before.
        missing: who is on the roster and handed nothing in.
    """
    if is_new:
        yield "The policy is another one than at the last run: final points may differ."
    if not grades or (policy := grades[0].policy) == NO_POLICY:
        return
    counting = [g for g in grades if g.excuse is None and g.report.status == Status.GRADED]
    late = [g.late for g in counting if g.late is not None and not _is_in_time(g)]
    yield f"{_due_line(policy, late)} grades.csv has the final points."
    marked = [
        grade.report.submission
        for grade in counting
        if grade.report.marked_late and grade.late and grade.late.after_due is None
    ]
    if marked:
        how = "`grader decide RESULTS NAME --handed-in TIME` says when they came"
        yield f"Marked as late, without a time: {_listed(marked)}; {how}."
    known = {name for grade in grades for name in grade.known_as}
    yield from _of_nobody(policy, known, missing)
    checks = {check.check for grade in grades for check in grade.report.checks}
    for dropped in policy.dropped:
        if checks and dropped.check not in checks:
            yield f"The policy drops {dropped.check!r}, and there is no such check."


def foretold(policy: Policy, intake: ClassIntake, *, whole: bool) -> Iterator[str]:
    """What is known of a policy before anything is graded; nothing without one.

    Args:
        whole: also what is due and who was late; otherwise only what fits nobody.
    """
    if policy == NO_POLICY:
        return
    if whole:
        yield _due_line(policy, list(_lateness(policy, intake)))
    known = {name for one in intake.entries for name in names_of(one.name, one.people)}
    yield from _of_nobody(policy, known, intake.missing)


def _lateness(policy: Policy, intake: ClassIntake) -> Iterator[Lateness]:
    """Of the newest attempts that are not excused."""
    for entry in intake.entries:
        known_as = names_of(entry.name, entry.people)
        attempt = entry.newest
        if any(excused.student in known_as for excused in policy.excused):
            continue
        more, extra = given_time(policy, known_as)
        late = lateness(policy, attempt.handed_in_at, extension=more, extra_time=extra)
        not_marked = intake.layout == Canvas.name and not attempt.marked_late
        if late is not None and (late.after_due is not None or not not_marked):
            yield late


def _is_in_time(grade: CodeGrade) -> bool:
    """Whether all that is known is that it is not marked as late."""
    is_unknown = grade.late is not None and grade.late.after_due is None
    return is_unknown and grade.marks_late and not grade.report.marked_late


def _due_line(policy: Policy, late: Sequence[Lateness]) -> str:
    if policy.due is None:
        return "Policy: nothing is due."
    n_late = sum(bool(each.counted) for each in late)
    n_unknown = sum(each.after_due is None for each in late)
    unknown = f", {n_unknown} at a time that nobody knows" if n_unknown else ""
    due = in_words(policy.due, policy.zone)
    return f"Policy: due {due}; {n_late} handed in late{unknown}."


def _of_nobody(policy: Policy, known: Collection[str], missing: Sequence[Person]) -> Iterator[str]:
    """Names that fit nothing; who handed nothing in may well be excused."""
    absent = frozenset[str]().union(*(person.known_as for person in missing))
    named = [more.student for more in policy.more_time]
    named += [one.student for one in policy.excused if one.student not in absent]
    if unknown := [name for name in dict.fromkeys(named) if name not in known]:
        yield f"The policy names {_listed(unknown)}, by which name nothing was handed in."


def _listed(names: Sequence[str]) -> str:
    more = f" and {counted(len(names) - _MOST, 'other')}" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}"
