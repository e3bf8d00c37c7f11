"""What a submission printed, by the stage and check that it was printed for: the end of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from grader.records import CheckResult, Report, StageResult, Verdict
from grader.text import counted

_LINES = 12  # that are shown where a check failed
_FEW_LINES = 4  # elsewhere
_TEXTS = 6
_LINE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class _Printed:
    heading: str
    text: str


def printed_at(stage: StageResult, check: CheckResult, *, whole: bool) -> list[RenderableType]:
    """What was printed for a check that failed; if nothing was, for one before it in its stage."""
    before = stage.checks[: stage.checks.index(check) + 1]
    for one in reversed(before):
        if one.output.strip():
            during = "" if one is check else f" for the check {one.check}"
            title = Text(f"Your code printed{during}:", style="bold")
            return [title, *_shown(one.output, lines=_LINES, whole=whole)]
    return []


def printed_elsewhere(
    report: Report, told: Sequence[CheckResult], *, only: str, whole: bool
) -> list[RenderableType]:
    """What was printed while the submission was read, and for the checks that are not told above.

    Args:
        told: the checks whose text stands above.
        only: of this stage alone; of all if it is empty.
    """
    texts = [] if only else [_Printed("while it was read", report.output)]
    texts += _of_checks(report, told, only)
    texts = [one for one in texts if one.text.strip()]
    shown = texts if whole else texts[:_TEXTS]
    parts: list[RenderableType] = []
    for one in shown:
        parts.append(Text(f"\nYour code printed {one.heading}:", style="bold"))
        parts += _shown(one.text, lines=_FEW_LINES, whole=whole)
    if len(texts) > len(shown):
        more = counted(len(texts) - len(shown), "more check")
        parts.append(Text(f"It printed for {more}; --output shows all.", style="dim"))
    return parts


def _of_checks(report: Report, told: Sequence[CheckResult], only: str) -> Iterator[_Printed]:
    """Those that failed first."""
    checks = [check for check in report.checks if check not in told and only in ("", check.stage)]
    for check in sorted(checks, key=lambda check: check.verdict == Verdict.PASSED):
        yield _Printed(f"for {check.check}", check.output)


def _shown(text: str, *, lines: int, whole: bool) -> list[RenderableType]:
    """The end of a text, each line indented: no line of it can pass for one of ours."""
    all_lines = text.strip("\n").split("\n")
    shown = all_lines if whole else [_cut(line) for line in all_lines[-lines:]]
    parts: list[RenderableType] = []
    if len(all_lines) > len(shown):
        before = counted(len(all_lines) - len(shown), "line")
        parts.append(Text(f"  ... {before} before; --output shows all", style="dim"))
    parts.append(Padding(Text("\n".join(shown), style="dim"), (0, 0, 0, 2)))
    return parts


def _cut(line: str) -> str:
    left = len(line) - _LINE_CHARACTERS
    return f"{line[:_LINE_CHARACTERS]}... {left:,} more characters" if left > 0 else line
