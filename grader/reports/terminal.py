"""Results in a terminal: tables in colour where there is a terminal, plain text where not.

What a submission said is indented in each of its lines, also where the terminal's width wraps
it: no line of it can pass for a line of ours.
"""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.records import CheckResult, Finding, Report, RunCost, StageResult, Status, Verdict
from grader.reports.cost_lines import EXPLAINED, cost_heading, cost_rows
from grader.reports.findings import finding_lines
from grader.reports.package_lines import package_notes
from grader.reports.printed_text import printed_at, printed_elsewhere
from grader.reports.shortcut_lines import shortcut_lines, stages_without_points
from grader.settings import Assignment
from grader.text import all_of, counted

_COLOURS = {Verdict.PASSED: "green", Verdict.BLOCKED: "yellow", Verdict.UNGRADED: "magenta"}


def console(*, stderr: bool = False) -> Console:
    """Where to print: no colour and no cutting of words when it is not a terminal."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=False)
    if not made.is_terminal:
        made.width = 100
    return made


def check_report(
    report: Report,
    assignment: Assignment,
    *,
    stage: str = "",
    every_failure: bool = False,
    whole_output: bool = False,
) -> RenderableType:
    """One submission for its student: stages with points, then the first failure of each stage.

    Args:
        stage: show the failures of this one alone; of all if it is empty.
        every_failure: show every failed check, and not the first of each stage alone.
        whole_output: show all that was printed, and not the last lines alone.
    """
    parts: list[RenderableType] = [
        Text(f"{assignment.title}: {report.submission}", style="bold"),
        _stage_table(report),
    ]
    parts += [_note(note) for note in _different(report.notes)]
    parts += [_note(note) for note in package_notes(report, assignment)]
    told = _told_checks(report, stage, every_failure=every_failure)
    parts += _failures(report, assignment, told, whole_output=whole_output)
    parts += shortcut_lines(report.shortcuts)
    if report.chain and not stage:
        parts.append(Text(f"\n{report.chain}"))
    parts += [_cost_table(c) for c in report.costs if stage in ("", c.stage)]
    if report.costs and not stage:
        parts.append(Text(EXPLAINED, style="dim"))
    parts += printed_elsewhere(report, told, only=stage, whole=whole_output)
    parts += _verdict(report)
    if report.isolation:
        parts.append(Text(f"Isolation level: {report.isolation.level}.", style="dim"))
    return Group(*parts)


def gradebook(
    reports: Iterable[Report], counted_points: Mapping[str, str] | None = None
) -> RenderableType:
    """The class: one line a submission, with the stages that lost points.

    Args:
        counted_points: what counts in the end, by submission, where policies or people changed
            something.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("submission", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    if counted_points:
        table.add_column("counted", justify="right", no_wrap=True)
    table.add_column("lost")
    for report in reports:
        points, lost = _grade(report)
        final = [Text(counted_points.get(report.submission, "-"))] if counted_points else []
        table.add_row(Text(report.submission), points, *final, lost)
    return table


def _grade(report: Report) -> tuple[RenderableType, RenderableType]:
    if report.status == Status.UNREADABLE:
        return Text("-"), Text(f"unreadable: {report.reason}", style="yellow")
    if report.status == Status.UNGRADED:
        return Text("-"), Text(f"ungraded (our fault): {report.reason}", style="magenta")
    lost = [stage for stage in report.stages if stage.points < stage.max_points]
    if not report.points:
        return Text("0", style="red"), Text(_why_zero(report))
    words = ", ".join(f"{s.stage} -{s.max_points - s.points}" for s in lost)
    return Text(str(report.points), style="" if lost else "green"), Text(words)


def _why_zero(report: Report) -> str:
    if report.noted_reason:
        return report.noted_reason
    verdicts = {c.verdict for c in report.checks} - {Verdict.BLOCKED}
    is_one = len(verdicts) == 1 and Verdict.PASSED not in verdicts
    return f"every check: {verdicts.pop()}" if is_one else "every stage"


def _stage_table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("stage", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("checks")
    taken = stages_without_points(report)
    for stage in report.stages:
        points = Text(f"{stage.points}/{stage.max_points}")
        points.stylize("green" if stage.points == stage.max_points else "red")
        tally = _tally(stage)
        if stage.stage in taken:
            tally.append("; no points: see below", style="red")
        table.add_row(stage.stage, points, tally)
    return table


def _cost_table(cost: RunCost) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(cost_heading(cost))
    for name in ("yours", "reference"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in cost_rows(cost):
        table.add_row(*row)
    return Padding(table, (1, 0, 0, 0))


def _tally(stage: StageResult) -> Text:
    if stage.first_failure is None:
        n = len(stage.checks)
        return Text("1 passed" if n == 1 else f"all {n} passed", style="green")
    tally = Text()
    for verdict in Verdict:
        n = sum(check.verdict == verdict for check in stage.checks)
        if n:
            tally.append(", " if tally else "")
            tally.append(f"{n} {verdict.value}", style=_COLOURS.get(verdict, "red"))
    return tally


def _told_checks(report: Report, only: str, *, every_failure: bool) -> list[CheckResult]:
    """The failed checks that are told one by one: all, or the first of each stage."""
    if report.says_one_thing:
        return []  # the note above says why nothing could run
    stages = [stage for stage in report.stages if only in ("", stage.stage)]
    firsts = [stage.first_failure for stage in stages]
    if not every_failure:
        return [check for check in firsts if check is not None]
    checks = [check for stage in stages for check in stage.checks]
    return [check for check in checks if check.verdict != Verdict.PASSED]


def _failures(
    report: Report, assignment: Assignment, told: Sequence[CheckResult], *, whole_output: bool
) -> list[RenderableType]:
    """One block a stage; stages that are not begun take one line."""
    failed = [s for s in report.stages if any(check.stage == s.stage for check in told)]
    begun = [s for s in failed if _first_verdict(s) != Verdict.NOT_IMPLEMENTED]
    blocks = [
        _failure(
            stage,
            assignment,
            report.findings,
            told=[check for check in told if check.stage == stage.stage],
            whole_output=whole_output,
            carrying=_carrying(report, stage.stage),
        )
        for stage in begun
    ]
    missing = [stage.stage for stage in failed if stage not in begun]
    if missing:
        blocks.append(Text(f"\nNot implemented yet: {', '.join(missing)}."))
    return blocks


def _first_verdict(stage: StageResult) -> Verdict | None:
    return stage.first_failure.verdict if stage.first_failure else None


def _failure(
    stage: StageResult,
    assignment: Assignment,
    findings: Iterable[Finding],
    *,
    told: Sequence[CheckResult],
    whole_output: bool,
    carrying: Sequence[str],
) -> RenderableType:
    """A stage that failed: what is expected, what must hold, what came, why."""
    failed = [check for check in stage.checks if check.verdict != Verdict.PASSED]
    others = len(failed) - len(told)
    lines: list[RenderableType] = [Text.assemble((stage.stage, "bold"), f"  {stage.title}")]
    if expects := assignment.stage(stage.stage).expects:
        lines.append(Text(f"expected of it: {expects}", style="dim"))
    for check in told:
        colour = _COLOURS.get(check.verdict, "red")
        lines.append(Text.assemble((check.verdict.value, colour), f": {check.claim}{_cost(check)}"))
        if check.message:
            lines.append(_indented(check.message))
        lines += printed_at(stage, check, whole=whole_output)
    for finding in findings:
        if finding.stage == stage.stage:
            lines += finding_lines(finding)
    if carrying:
        lines.append(Text(_carried(carrying)))
    more = f" {others} more of its checks did not pass." if others else ""
    if last := f"{_read_on(stage, assignment)}{more}".strip():
        lines.append(Text(last, style="dim"))
    return Padding(Group(*lines), (1, 0, 0, 0))


def _carrying(report: Report, inner: str) -> list[str]:
    """The stages that passed checks although a wrong inner stage shows in their answers."""
    found = [
        c.stage for c in report.checks if c.verdict == Verdict.PASSED and inner in c.inner_causes
    ]
    return list(dict.fromkeys(found))


def _carried(stages: Sequence[str]) -> str:
    *first, last = stages
    names = f"{', '.join(first)} and {last}" if first else last
    return f"The same mistake is inside of {names}. It costs nothing there, and is mended here."


def _read_on(stage: StageResult, assignment: Assignment) -> str:
    """Where the handout speaks of a stage; nothing where it does not, or there is none."""
    if stage.stage not in assignment.handout_sections:
        return ""
    return f"Read on: handout.md, section {stage.stage}."


def _cost(check: CheckResult) -> str:
    return f" (-{check.max_points})" if check.max_points else ""


def _verdict(report: Report) -> list[RenderableType]:
    """The closing sentence; it never says 'all passed' while hidden checks remain."""
    failed = sum(check.verdict != Verdict.PASSED for check in report.checks)
    kind = "visible " if report.hidden_checks_left else ""
    points = f"{report.points} of {counted(report.max_points, 'point')}."
    parts: list[RenderableType]
    if report.status == Status.UNGRADED:
        title = Text("\nNot graded, and not your fault:", style="magenta")
        parts = [title, _indented(f"{report.reason}.", style="magenta")]
    elif failed:
        some = f"\n{failed} of {counted(len(report.checks), f'{kind}check')} did not pass: "
        parts = [Text.assemble((some, "red"), points)]
    else:
        every = all_of(len(report.checks), f"{kind}check").capitalize()
        parts = [Text.assemble((f"\n{every} passed: ", "green"), points)]
    if report.hidden_checks_left:
        left = report.hidden_checks_left
        worth = counted(report.hidden_points_left, "point")
        are = "is" if left == 1 else "are"
        words = f"{counted(left, 'hidden check')}, worth {worth}, {are} run when your course"
        parts.append(Text(f"{words} grades you."))
    return parts


def _note(note: str) -> Table:
    """A note beside its label: its further lines begin below its first."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, style="yellow")
    table.add_column(style="yellow")
    table.add_row("note:", Text(note))
    return table


def _indented(text: str, *, style: str = "") -> Padding:
    """The text with each of its lines indented, those that are wrapped as well."""
    return Padding(Text(text, style=style), (0, 0, 0, 2))


def _different(notes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(notes))
