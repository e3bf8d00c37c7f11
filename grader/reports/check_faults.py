"""Checks that could not be run: the author's mistake in a sentence, ours with its traceback."""

from collections.abc import Iterable, Iterator

from grader.records import Report, Verdict


def faults(reports: Iterable[Report]) -> Iterator[str]:
    """Each fault once: the check, and where and why it could not be run.

    Args:
        reports: those for staff; students' say nothing of it.
    """
    seen = set()
    for report in reports:
        for check in report.checks:
            sentence, _, trace = check.staff_note.partition("\n\n")
            if check.verdict != Verdict.UNGRADED or not sentence:
                continue
            told = sentence if trace.startswith("Traceback") else f"\n{check.staff_note}"
            if (check.check, told) not in seen:
                seen.add((check.check, told))
                yield f"the check {check.check} could not be run: {told}"
