"""What the figures make of reports: each is off where it must be, and says of what."""

from dataclasses import replace

import pytest

from grader.audit.cases import AuditCase, CaseKind
from grader.audit.matrix import added_up
from grader.audit.result import Figure
from grader.records import CheckResult, Finding, Report, StageResult, Status, Submission, Verdict
from grader.reports.audit_terminal import audit_csv, audit_report
from grader.reports.terminal import console
from grader.settings import find_assignment
from grader.subject.loading import subject_of

ASSIGNMENT = find_assignment("decoder-generation")
SUBJECT = subject_of(ASSIGNMENT)


def case(kind, name, *stages, ids=(), where=""):
    submission = Submission(name=name, cells=(), modules={}, digest="")
    return AuditCase(kind=kind, submission=submission, stages=stages, ids=ids, where=where)


def report(name, *, strains, findings=()):
    """A report with two checks in each of two stages; a check fails if its strain is above 1."""
    stages = []
    for stage in ("embed", "softmax"):
        checks = [
            CheckResult(
                check=f"{stage}.{check}",
                stage=stage,
                claim="It is right.",
                verdict=Verdict.PASSED if strain is None or strain <= 1 else Verdict.FAILED,
                points=int(strain is None or strain <= 1),
                max_points=1,
                strain=strain,
            )
            for check, strain in zip(("values", "law"), strains[stage], strict=True)
        ]
        stages.append(StageResult(stage=stage, title=stage, checks=tuple(checks)))
    return Report(
        submission=name,
        status=Status.GRADED,
        assignment="decoder-generation",
        key="",
        grader_version="0",
        stages=tuple(stages),
        findings=tuple(
            Finding(stage=id_.partition(".")[0], misconceptions=ids)
            for ids in findings
            for id_ in ids[:1]
        ),
    )


TRUE = Figure(
    name="no false sentence", claim="true", good=3, of=3, percent_needed=100, exceptions=()
)
QUIET = {"embed": (0.01, None), "softmax": (0.02, None)}
E1, S1 = "embed.no_positions", "softmax.twice"
RIGHT = [case(CaseKind.RIGHT, "reference"), case(CaseKind.EQUIVALENT, "softmax.other", "softmax")]
WRONG = [
    case(CaseKind.WRONG, E1, "embed", ids=(E1,)),
    case(CaseKind.WRONG, S1, "softmax", ids=(S1,)),
    case(CaseKind.PAIR, f"{E1} + {S1}", "embed", "softmax", ids=(E1, S1)),
    case(CaseKind.NOISE, "noise 0", "softmax"),
]
REPORTS = {
    "reference": report("reference", strains=QUIET),
    "softmax.other": report("softmax.other", strains=QUIET),
    E1: report(E1, strains=QUIET | {"embed": (300.0, 40.0)}, findings=[(E1,)]),
    S1: report(S1, strains=QUIET | {"softmax": (5.0, 70.0)}, findings=[(S1,)]),
    f"{E1} + {S1}": report(
        f"{E1} + {S1}",
        strains={"embed": (300.0, 40.0), "softmax": (5.0, 70.0)},
        findings=[(E1,), (S1,)],
    ),
    "noise 0": report("noise 0", strains=QUIET | {"softmax": (9.0, None)}),
}


def audited(**changed):
    """The audit of these reports, with some of them changed in the second secret as well."""
    reports = REPORTS | {
        changed_report.submission: changed_report for changed_report in changed["of"]
    }
    return added_up(
        ASSIGNMENT,
        SUBJECT,
        right=RIGHT,
        wrong=WRONG,
        graded=[reports] * 3,
        sentences=TRUE,
        submissions=10,
        seconds=1.0,
    )


def off(audit):
    return {figure.name: figure.exceptions for figure in audit.figures if not figure.is_right}


def test_everything_is_as_it_must_be():
    audit = audited(of=[])
    assert off(audit) == {}
    assert audit.is_right
    assert {figure.name: figure.of for figure in audit.figures} == {
        "caught": 2,
        "fair": 6,
        "named": 2,
        "named in pairs": 1,
        "no false accusation": 1,
        "no false sentence": 3,
        "tolerances": 4,
    }


def test_a_mistake_that_costs_nothing_or_too_much_is_not_caught():
    blind = report(E1, strains=QUIET, findings=[(E1,)])
    both = {"embed": (300.0, 40.0), "softmax": (2.0, None)}
    twice = report(E1, strains=both, findings=[(E1,)])
    assert off(audited(of=[blind]))["caught"] == (f"{E1} loses points in no stage.",)
    assert off(audited(of=[twice])) == {"caught": (f"{E1} loses points in embed, softmax.",)}


def test_a_right_submission_that_loses_a_point_is_unfair():
    failing = report("reference", strains=QUIET | {"embed": (2.0, None)})
    assert off(audited(of=[failing]))["fair"] == (
        "reference loses points in embed. embed.values: failed",
    )


@pytest.mark.parametrize(("stage", "is_fair"), [("softmax", True), ("embed", False)])
def test_what_is_right_on_some_inputs_may_fail_in_its_own_stage(stage, is_fair):
    partly = [*RIGHT, case(CaseKind.EQUIVALENT, "partly", "softmax", where="sometimes")]
    reports = REPORTS | {"partly": report("partly", strains=QUIET | {stage: (2.0, None)})}
    audit = added_up(
        ASSIGNMENT,
        SUBJECT,
        right=partly,
        wrong=WRONG,
        graded=[reports],
        sentences=TRUE,
        submissions=1,
        seconds=0,
    )
    assert audit.is_right is is_fair


def test_a_mistake_under_another_name_is_not_named():
    strains = QUIET | {"softmax": (5.0, 70.0)}
    other = report(S1, strains=strains, findings=[("softmax.base_two", S1)])
    assert off(audited(of=[other])) == {
        "named": (f"{S1} is named as softmax.base_two, {S1}.",),
    }


def test_a_pair_of_which_one_is_not_named_counts_as_missed():
    pair = replace(REPORTS[f"{E1} + {S1}"], findings=REPORTS[E1].findings)
    assert off(audited(of=[pair])) == {"named in pairs": (f"{E1} + {S1}: {S1} is not named.",)}


def test_noise_with_a_name_is_a_false_accusation():
    noisy = replace(REPORTS["noise 0"], findings=REPORTS[S1].findings)
    assert off(audited(of=[noisy])) == {
        "no false accusation": (f"noise 0 on softmax is named as {S1}.",)
    }


def test_a_limit_near_rounding_or_near_a_mistake_is_off():
    rough = report("reference", strains=QUIET | {"embed": (0.1, None)})
    fine = report(S1, strains=QUIET | {"softmax": (5.0, 0.5)}, findings=[(S1,)])
    assert off(audited(of=[rough])) == {
        "tolerances": ("embed.values accepts only 10 times the rounding of right code.",)
    }
    assert off(audited(of=[fine])) == {"tolerances": (f"{S1} is only 5.0 times what is accepted.",)}


def test_checks_that_fail_together_and_checks_that_see_nothing_are_told():
    audit = audited(of=[])
    assert audit.twins == (("embed.values", "embed.law"), ("softmax.values", "softmax.law"))
    single = report(S1, strains=QUIET | {"softmax": (50.0, None)}, findings=[(S1,)])
    audit = audited(of=[single])
    assert audit.twins == (("embed.values", "embed.law"),)
    assert [row.check for row in audit.checks if not row.sees] == ["softmax.law"]


def printed(audit, *, in_full):
    terminal = console()
    with terminal.capture() as captured:
        terminal.print(audit_report(audit, in_full=in_full))
    return captured.get()


def test_the_report_shows_stages_figures_and_what_is_off():
    blind = report(E1, strains=QUIET, findings=[(E1,)])
    text = printed(audited(of=[blind]), in_full=False)
    assert "OFF caught: 1 of 2 (50.0 %; all needed)" in text
    assert f"{E1} loses points in no stage." in text
    assert "ok  fair: 6 of 6 (100.0 %; all needed)" in text
    assert "Something is off" in text
    assert "softmax.values and law always fail together" in text
    assert E1 in printed(audited(of=[]), in_full=True)
    assert "Everything is as it must be." in printed(audited(of=[]), in_full=True)


def test_a_table_of_the_mistakes_can_be_kept():
    rows = audit_csv(audited(of=[])).decode().splitlines()
    assert rows[0].startswith("misconception,stage,caught,loses,named_first")
    assert f"{S1},softmax,True,softmax,True,{S1},70,softmax.values softmax.law" in rows
