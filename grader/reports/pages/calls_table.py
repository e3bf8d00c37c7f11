"""The calls of a function as a table: a row a call, what was called and what is expected."""

from itertools import zip_longest

from grader.evidence import CallTable
from grader.reports.pages.loop_table import LoopCell, LoopRow, LoopTable

_NO_CALL = "none"


def calls_table(record: CallTable) -> LoopTable:
    """The table of recorded calls; without expected ones where the course does not show them."""
    heads = [("step", "Call"), ("calls", "Your function called")]
    if record.expected:
        heads.append(("expected", "Expected"))
    pairs = zip_longest(record.made, record.expected)
    rows = [_row(record, number, *pair) for number, pair in enumerate(pairs, start=record.first)]
    return LoopTable(
        heads=(*heads, ("state", "")), rows=tuple(rows), caption=_caption(record, len(rows))
    )


def _row(record: CallTable, number: int, made: str | None, expected: str | None) -> LoopRow:
    is_first = number == record.wrong
    texts = {"step": str(number), "calls": made or _NO_CALL}
    if record.expected:
        texts["expected"] = expected or _NO_CALL
    texts["state"] = _state(record, number)
    cells = (
        LoopCell(column=column, text=text, is_wrong=is_first and column == "calls")
        for column, text in texts.items()
    )
    return LoopRow(cells=tuple(cells), is_first_wrong=is_first)


def _state(record: CallTable, number: int) -> str:
    if number < record.wrong:
        return "right"
    return "✗ first wrong call" if number == record.wrong else ""


def _caption(record: CallTable, n_rows: int) -> str:
    said = "The calls that your function made, as the grader saw them."
    if record.first > 1 or record.first + n_rows <= record.n_made:
        last = min(record.first + n_rows - 1, record.n_made)
        said += f" Calls {record.first} to {last} of {record.n_made} are shown."
    return said
