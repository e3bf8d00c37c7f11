"""An audit in a terminal, and its rows for a spreadsheet."""

import csv
import io
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.audit.result import Audit, CheckRow, Figure, MisconceptionRow

_EXCEPTIONS_SHOWN = 12


def audit_report(audit: Audit, *, in_full: bool) -> RenderableType:
    """The matrix by stage, what is worth a look, and the figures.

    Args:
        in_full: also each check and each misconception, and every exception.
    """
    parts: list[RenderableType] = [
        Text(f"The audit of {audit.assignment}", style="bold"),
        Text(f"{audit.submissions} submissions were graded in {audit.seconds:.0f} s.\n"),
        _stage_table(audit),
    ]
    if in_full:
        parts += [Text(""), _check_table(audit.checks)]
        parts += [Text(""), _misconception_table(audit.misconceptions)]
    parts += [Text(f"\n{sentence}") for sentence in _remarks(audit)]
    parts.append(Text(""))
    for figure in audit.figures:
        parts += _figure(figure, len(figure.exceptions) if in_full else _EXCEPTIONS_SHOWN)
    said = "Everything is as it must be." if audit.is_right else "Something is off; see above."
    parts.append(Text(f"\n{said}", style="green" if audit.is_right else "red"))
    return Group(*parts)


def audit_csv(audit: Audit) -> bytes:
    """One row a misconception."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(
        ["misconception", "stage", "caught", "loses", "named_first", "names", "size", "checks"]
    )
    for row in audit.misconceptions:
        size = "" if row.strain is None else f"{row.strain:.4g}"
        told = [" ".join(row.lost), row.named_first, " ".join(row.names), size]
        rows.writerow([row.id, row.stage, row.caught, *told, " ".join(row.checks)])
    return text.getvalue().encode()


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    table.columns[0].no_wrap = True  # an id that is broken over two lines cannot be searched for
    return table


def _stage_table(audit: Audit) -> Table:
    table = _table("stage", "known", "caught", "named", "rounding", "nearest", "")
    table.columns[-1].justify = "left"
    for row in audit.stages:
        counts = (row.misconceptions, row.caught, row.named_first)
        id_ = row.nearest_id.removeprefix(f"{row.stage}.")
        table.add_row(
            row.stage, *map(str, counts), _share(row.rounding), _times(row.nearest), Text(id_)
        )
    return table


def _check_table(checks: tuple[CheckRow, ...]) -> Table:
    table = _table("check", "points", "fails", "alone", "rounding", "nearest")
    for row in checks:
        name = f"{row.check}{' (hidden)' if row.hidden else ''}"
        counts = (row.points, row.sees, row.sees_alone)
        table.add_row(name, *map(str, counts), _share(row.rounding), _times(row.nearest))
    return table


def _misconception_table(rows: tuple[MisconceptionRow, ...]) -> Table:
    table = _table("misconception", "caught", "named", "size", "failed checks")
    table.columns[-1].justify = "left"
    for row in rows:
        checks = ", ".join(check.removeprefix(f"{row.stage}.") for check in row.checks)
        table.add_row(
            row.id, _yes(row.caught), _yes(row.named_first), _times(row.strain), Text(checks)
        )
    return table


def _share(rounding: float | None) -> str:
    return "" if not rounding else f"1/{1 / rounding:,.0f}"


def _times(strain: float | None) -> str:
    return "" if strain is None else f"{strain:,.0f} x"


def _yes(value: bool) -> str:
    return "yes" if value else "NO"


def _remarks(audit: Audit) -> Iterator[str]:
    """What no figure holds against an assignment, and is worth a look."""
    yield (
        "Rounding: the largest error of right code, as a part of what is accepted. Nearest: the "
        "smallest error of a mistake, in the check that shows it best, where size alone decides."
    )
    for a, b in audit.twins:
        yield f"{a} and {b.partition('.')[2]} always fail together: one of them could ask more."
    for row in audit.checks:
        if not row.sees:
            yield f"{row.check}: no known mistake fails it, and it is worth {row.points}."
    if audit.not_audited:
        yield f"No misconceptions are known about: {', '.join(audit.not_audited)}."


def _figure(figure: Figure, most: int) -> list[RenderableType]:
    """One figure with its exceptions."""
    mark = "ok " if figure.is_right else "OFF"
    needed = "all" if figure.percent_needed == 100 else f"{figure.percent_needed} %"
    line = Text.assemble(
        (mark, "green" if figure.is_right else "red"),
        f" {figure.name}: ",
        (f"{figure.good} of {figure.of}", "bold"),
        f" ({figure.percent:.1f} %; {needed} needed) {figure.claim}.",
    )
    left = len(figure.exceptions) - most
    more = [Text(f"      and {left} more, which --all shows")] if left > 0 else []
    return [line, *(Text(f"      {said}") for said in figure.exceptions[:most]), *more]
