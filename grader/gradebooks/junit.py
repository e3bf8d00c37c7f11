"""JUnit XML of one submission, as tools for continuous integration read it: a suite a stage.

Hidden checks are left out.
"""

import re
from xml.etree import ElementTree

from grader.gradebooks.student_grades import StudentGrade
from grader.records import CheckResult, StageResult, Verdict

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_RUN = (Verdict.BLOCKED, Verdict.UNGRADED)
_WRONG = (Verdict.FAILED, Verdict.NOT_IMPLEMENTED)


def junit_xml(student: StudentGrade) -> bytes:
    """The visible checks; without a grade, one suite with an error that says why."""
    root = ElementTree.Element("testsuites", name=student.submission)
    for stage in student.report.stages:
        if checks := [check for check in stage.checks if not check.hidden]:
            root.append(_suite(stage, checks))
    if not student.grade.counts:
        suite = ElementTree.SubElement(root, "testsuite", name="grade", tests="1", errors="1")
        case = ElementTree.SubElement(suite, "testcase", classname="grade", name="grade")
        error = ElementTree.SubElement(case, "error", message=student.why_none)
        error.text = student.report.reason
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_NOT_XML.sub("?", text)}\n'.encode()


def _suite(stage: StageResult, checks: list[CheckResult]) -> ElementTree.Element:
    n_not_run = sum(check.verdict in _NOT_RUN for check in checks)
    n_wrong = sum(check.verdict in _WRONG for check in checks)
    n_passed = sum(check.verdict == Verdict.PASSED for check in checks)
    suite = ElementTree.Element(
        "testsuite",
        name=stage.title or stage.stage,
        tests=str(len(checks)),
        failures=str(n_wrong),
        errors=str(len(checks) - n_wrong - n_passed - n_not_run),
        skipped=str(n_not_run),
    )
    for check in checks:
        case = ElementTree.SubElement(suite, "testcase", classname=stage.stage, name=check.check)
        if check.verdict == Verdict.PASSED:
            continue
        kind = "skipped" if check.verdict in _NOT_RUN else "error"
        kind = "failure" if check.verdict in _WRONG else kind
        told = ElementTree.SubElement(case, kind, message=f"{check.verdict.value}: {check.claim}")
        told.text = check.message
    return suite
