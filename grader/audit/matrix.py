"""From the reports of an audit to its matrix and its figures."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from grader.audit.cases import AuditCase, CaseKind
from grader.audit.result import (
    MISTAKE_MARGIN,
    ROUNDING_MARGIN,
    Audit,
    CheckRow,
    Figure,
    MisconceptionRow,
    StageRow,
)
from grader.records import CheckResult, Report, Verdict
from grader.settings import Assignment
from grader.subject.subject import Subject

Reports = Mapping[str, Report]  # by the name of the case
_QUIET = (Verdict.PASSED, Verdict.BLOCKED)  # every other verdict says that the check saw something


def added_up(
    assignment: Assignment,
    subject: Subject,
    *,
    right: Sequence[AuditCase],
    wrong: Sequence[AuditCase],
    graded: Sequence[Reports],
    sentences: Figure,
    submissions: int,
    seconds: float,
) -> Audit:
    """The result of an audit.

    Args:
        subject: of the assignment, its own stages alone.
        graded: the reports by secret; those of wrong cases with the first secret only.
        sentences: the figure on what is said where no name fits.
    """
    known = tuple(subject.functions)
    by_kind = {kind: [case for case in wrong if case.kind == kind] for kind in CaseKind}
    rows = [_row(case, graded[0][case.name], known) for case in by_kind[CaseKind.WRONG]]
    checks = _check_rows(rows, right, graded, known)
    stages = [_stage_row(stage, rows, checks) for stage in known]
    figures = (
        _caught(rows),
        _fair(right, graded),
        _named(rows, _raises(by_kind[CaseKind.WRONG], graded[0])),
        _pairs(by_kind[CaseKind.PAIR], graded[0]),
        _accused(by_kind[CaseKind.NOISE], graded[0]),
        sentences,
        _tolerances(rows, checks),
    )
    return Audit(
        assignment=assignment.name,
        submissions=submissions,
        seconds=round(seconds, 1),
        figures=figures,
        stages=tuple(stages),
        misconceptions=tuple(rows),
        checks=tuple(checks),
        twins=tuple(_twins(rows, checks)),
        not_audited=tuple(s.name for s in assignment.stages if s.name not in known),
    )


def lost(report: Report) -> tuple[str, ...]:
    """The stages that lost points."""
    return tuple(stage.stage for stage in report.stages if stage.points < stage.max_points)


def names(report: Report, stage: str) -> tuple[str, ...]:
    """The misconceptions that are named for a stage, the first finding first."""
    found = [finding.misconceptions for finding in report.findings if finding.stage == stage]
    return tuple(itertools.chain(*found))


def _row(case: AuditCase, report: Report, known: Sequence[str]) -> MisconceptionRow:
    [stage], [id_] = case.stages, case.ids
    failed = [c for c in report.checks if c.stage == stage and c.verdict not in _QUIET]
    first = [f.misconceptions[:1] for f in report.findings if f.stage == stage]
    stages = tuple(name for name in lost(report) if name in known)
    return MisconceptionRow(
        id=id_,
        stage=stage,
        caught=stages == (stage,),
        lost=stages,
        checks=tuple(check.check for check in failed),
        named_first=(id_,) in first,
        names=names(report, stage),
        strain=_strain_of_failure(failed),
    )


def _strain_of_failure(failed: Sequence[CheckResult]) -> float | None:
    """The clearest error; None where a check failed by anything but the size of an error."""
    strains = [check.strain for check in failed]
    if any(strain is None or strain <= 1 for strain in strains):
        return None
    return max((strain for strain in strains if strain is not None), default=None)


def _check_rows(
    rows: Sequence[MisconceptionRow],
    right: Sequence[AuditCase],
    graded: Sequence[Reports],
    known: Sequence[str],
) -> list[CheckRow]:
    rounding, nearest = _rounding(right, graded), _nearest(rows, graded[0])
    found = []
    for check in graded[0]["reference"].checks:
        if check.stage not in known:
            continue
        seeing = [row for row in rows if check.check in row.checks]
        found.append(
            CheckRow(
                check=check.check,
                points=check.max_points,
                hidden=check.hidden,
                sees=len(seeing),
                sees_alone=sum(row.checks == (check.check,) for row in seeing),
                rounding=rounding.get(check.check),
                nearest=nearest.get(check.check),
            )
        )
    return found


def _rounding(right: Sequence[AuditCase], graded: Sequence[Reports]) -> dict[str, float]:
    """The largest strain of each check on code that is right wherever it is used."""
    largest: dict[str, float] = {}
    for case, reports in itertools.product(right, graded):
        for check in reports[case.name].checks if not case.where else ():
            if check.strain is not None:
                largest[check.check] = max(check.strain, largest.get(check.check, 0.0))
    return largest


def _nearest(rows: Sequence[MisconceptionRow], reports: Reports) -> dict[str, float]:
    """For each check, the smallest strain of a misconception that fails it by size alone."""
    smallest: dict[str, float] = {}
    for row in rows:
        for check in reports[row.id].checks:
            if check.check in row.checks and check.strain is not None and check.strain > 1:
                smallest[check.check] = min(check.strain, smallest.get(check.check, check.strain))
    return smallest


def _stage_row(
    stage: str, rows: Sequence[MisconceptionRow], checks: Sequence[CheckRow]
) -> StageRow:
    own = [row for row in rows if row.stage == stage]
    strains = [(row.strain, row.id) for row in own if row.strain is not None]
    nearest, id_ = min(strains, default=(None, ""))
    mine = [check for check in checks if check.check.startswith(f"{stage}.")]
    return StageRow(
        stage=stage,
        misconceptions=len(own),
        caught=sum(row.caught for row in own),
        named_first=sum(row.named_first for row in own),
        rounding=max((c.rounding for c in mine if c.rounding is not None), default=None),
        nearest=nearest,
        nearest_id=id_,
    )


def _twins(
    rows: Sequence[MisconceptionRow], checks: Sequence[CheckRow]
) -> Iterator[tuple[str, str]]:
    """Two checks of a stage that fail on the same misconceptions, both visible or both hidden.

    A hidden check may repeat a visible one: it does so on inputs that nobody knows.
    """
    seeing = {c.check: {row.id for row in rows if c.check in row.checks} for c in checks}
    for a, b in itertools.combinations(checks, 2):
        same_stage = a.check.partition(".")[0] == b.check.partition(".")[0]
        same = seeing[a.check] == seeing[b.check] != set()
        if same_stage and a.hidden == b.hidden and same:
            yield a.check, b.check


def _caught(rows: Sequence[MisconceptionRow]) -> Figure:
    return Figure(
        name="caught",
        claim="misconceptions that lose points in their own stage and nowhere else",
        good=sum(row.caught for row in rows),
        of=len(rows),
        percent_needed=100,
        exceptions=tuple(
            f"{row.id} loses points in {', '.join(row.lost) or 'no stage'}."
            for row in rows
            if not row.caught
        ),
    )


def _fair(right: Sequence[AuditCase], graded: Sequence[Reports]) -> Figure:
    """Where an equivalent says itself that it is right on some inputs only, it may fail on others,
    but in its own stage alone."""
    exceptions, of = [], 0
    for case, reports in itertools.product(right, graded):
        stages = lost(reports[case.name])
        if case.where and stages == case.stages:
            continue
        of += 1
        if stages:
            exceptions.append(
                f"{case.name} loses points in {', '.join(stages)}.{_why(reports[case.name])}"
            )
    return Figure(
        name="fair",
        claim=f"right submissions with full marks, on {len(graded)} secrets",
        good=of - len(exceptions),
        of=of,
        percent_needed=100,
        exceptions=tuple(dict.fromkeys(exceptions)),
    )


def _why(report: Report) -> str:
    """The first check that was lost, and what a student would read of it."""
    failed = next((c for c in report.checks if c.verdict not in _QUIET), None)
    return f" {failed.check}: {failed.message or failed.verdict.value}" if failed else ""


def _raises(cases: Sequence[AuditCase], reports: Reports) -> dict[str, str]:
    """What the wrong versions raise that never answer: without an answer there is no name."""
    found = {}
    for case in cases:
        [stage], [id_] = case.stages, case.ids
        checks = [c for c in reports[case.name].checks if c.stage == stage]
        seen = [c for c in checks if c.verdict != Verdict.BLOCKED]
        if seen and all(c.verdict == Verdict.CRASHED for c in seen):
            found[id_] = f" It only raises: {seen[0].message}"
    return found


def _named(rows: Sequence[MisconceptionRow], raises: Mapping[str, str]) -> Figure:
    return Figure(
        name="named",
        claim="misconceptions whose name comes first in the diagnosis",
        good=sum(row.named_first for row in rows),
        of=len(rows),
        percent_needed=95,
        exceptions=tuple(
            f"{row.id} is named as {', '.join(row.names) or 'nothing'}.{raises.get(row.id, '')}"
            for row in rows
            if not row.named_first
        ),
    )


def _pairs(pairs: Sequence[AuditCase], reports: Reports) -> Figure:
    exceptions = []
    for case in pairs:
        both = zip(case.stages, case.ids, strict=True)
        missing = [id_ for stage, id_ in both if id_ not in names(reports[case.name], stage)]
        if missing:
            exceptions.append(f"{case.name}: {', '.join(missing)} is not named.")
    return Figure(
        name="named in pairs",
        claim="two misconceptions in different stages of which both are named",
        good=len(pairs) - len(exceptions),
        of=len(pairs),
        percent_needed=90,
        exceptions=tuple(exceptions),
    )


def _accused(noisy: Sequence[AuditCase], reports: Reports) -> Figure:
    """Noise that no check sees is no wrong answer, and is not counted."""
    exceptions, of = [], 0
    for case in noisy:
        report = reports[case.name]
        for stage in lost(report):
            of += 1
            if named := names(report, stage):
                exceptions.append(f"{case.name} on {stage} is named as {', '.join(named)}.")
    return Figure(
        name="no false accusation",
        claim="stages with noise on right answers in which no misconception is named",
        good=of - len(exceptions),
        of=of,
        percent_needed=100,
        exceptions=tuple(exceptions),
    )


def _tolerances(rows: Sequence[MisconceptionRow], checks: Sequence[CheckRow]) -> Figure:
    measured = [check for check in checks if check.rounding is not None]
    near = [row for row in rows if row.strain is not None]
    exceptions = [
        f"{check.check} accepts only {1 / check.rounding:.0f} times the rounding of right code."
        for check in measured
        if check.rounding is not None and check.rounding * ROUNDING_MARGIN > 1
    ]
    exceptions += [
        f"{row.id} is only {row.strain:.1f} times what is accepted."
        for row in near
        if row.strain is not None and row.strain < MISTAKE_MARGIN
    ]
    of = len(measured) + len(near)
    return Figure(
        name="tolerances",
        claim=f"checks at least {ROUNDING_MARGIN} times above rounding, and misconceptions at "
        f"least {MISTAKE_MARGIN} times above what is accepted",
        good=of - len(exceptions),
        of=of,
        percent_needed=100,
        exceptions=tuple(exceptions),
    )
