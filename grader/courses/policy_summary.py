"""What a policy came to in a class, in sentences for its instructor."""

from collections.abc import Iterator, Sequence

from grader.batch.grades import CodeGrade
from grader.policies.due_dates import in_words
from grader.policies.policy import NO_POLICY
from grader.text import counted

_MOST = 10  # names in one line


def policy_sentences(grades: Sequence[CodeGrade], *, is_new: bool) -> Iterator[str]:
    """Nothing without a policy.

    Args:
        is_new: whether the results had another policy before.
    """
    if is_new:
        yield "The policy is another one than at the last run: final points may differ."
    if not grades or (policy := grades[0].policy) == NO_POLICY:
        return
    late = [grade.late for grade in grades if grade.late is not None]
    due = f"due {in_words(policy.due, policy.zone)}; " if policy.due else ""
    n_late = sum(bool(each.counted) for each in late)
    n_unknown = sum(each.after_due is None for each in late)
    unknown = f", {n_unknown} at a time that nobody knows" if n_unknown else ""
    yield f"Policy: {due}{n_late} handed in late{unknown}. grades.csv has the final points."
    marked = [
        grade.report.submission
        for grade in grades
        if grade.report.marked_late and grade.late and grade.late.after_due is None
    ]
    if marked:
        how = "`grader decide RESULTS NAME --handed-in TIME` says when they came"
        yield f"Marked as late, without a time: {_listed(marked)}; {how}."
    known = {name for grade in grades for name in grade.known_as}
    named = [more.student for more in policy.more_time]
    named += [excused.student for excused in policy.excused]
    if missing := [name for name in dict.fromkeys(named) if name not in known]:
        yield f"The policy names {_listed(missing)}, by which name nothing was handed in."
    checks = {check.check for grade in grades for check in grade.report.checks}
    for dropped in policy.dropped:
        if checks and dropped.check not in checks:
            yield f"The policy drops {dropped.check!r}, and there is no such check."


def _listed(names: Sequence[str]) -> str:
    more = f" and {counted(len(names) - _MOST, 'other')}" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}"
