"""Figures of reports without their texts are those of the whole reports."""

from dataclasses import replace

import pytest

from grader.code_figures.class_figures import class_figures
from grader.code_figures.lean_reports import lean_reports
from grader.records import AnswerSketch, CheckResult, Finding, Report, StageResult, Status, Verdict

VERDICTS = [Verdict.PASSED, Verdict.FAILED, Verdict.CRASHED, Verdict.BLOCKED, Verdict.TIMED_OUT]


def check(name, stage, way):
    verdict = VERDICTS[way % len(VERDICTS)]
    passed = verdict == Verdict.PASSED
    return CheckResult(
        check=name,
        stage=stage,
        claim=f"{name} holds.",
        verdict=verdict,
        points=2 * passed,
        max_points=2,
        message="" if passed else f"long words {way} " * 50,
        output="printed",
        answers=() if passed else (AnswerSketch(kind="array (2,)", numbers=(f"{way % 3}", "1")),),
    )


@pytest.fixture
def of_class():
    """Forty reports in which everything happens that figures tell of."""
    made = []
    for i in range(40):
        stages = tuple(
            StageResult(
                stage=name,
                title=name.title(),
                checks=(check(f"{name}-1", name, i // 2), check(f"{name}-2", name, i // (3 + j))),
            )
            for j, name in enumerate(("shift", "double"))
        )
        finding = Finding(stage="shift", misconceptions=("m",), says=("It shifts twice.",))
        made.append(
            Report(
                submission=f"s{i:02}",
                status=Status.GRADED if i % 13 else Status.UNGRADED,
                reason="" if i % 13 else f"the check {i} could not be run",
                assignment="a",
                key=f"{i}",
                grader_version="1",
                submission_digest=f"{i // 2}",
                stages=stages,
                findings=(finding,) if i % 7 == 3 else (Finding(stage="double", pattern="sign"),),
                output="printed" * 100,
                seconds=20.0 if i == 5 else 0.1,
            )
        )
    return made


def test_the_figures_are_those_of_the_whole_reports(of_class):
    whole = class_figures(of_class, assignment="a")
    assert class_figures([*lean_reports(of_class)], assignment="a") == whole
    assert whole.groups
    assert whole.ideas
    assert whole.slow
    assert whole.ended


def test_what_submissions_have_in_common_is_kept_once_and_answers_are_not_mixed_up(of_class):
    one, same, other = lean_reports(
        [
            of_class[2],
            replace(of_class[2], submission="same"),
            replace(of_class[3], submission="other"),
        ]
    )
    assert one.stages is same.stages
    assert one.stages != other.stages or one.stages is not other.stages
    assert all(not check.message for check in one.checks)
    assert [c.answers for c in other.checks] == [c.answers for c in of_class[3].checks]
