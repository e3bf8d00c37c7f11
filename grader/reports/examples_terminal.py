"""The examples of an assignment in a terminal: a table of what differs."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.audit.examples_run import ExamplesOutcome
from grader.text import counted


def examples_report(outcome: ExamplesOutcome) -> RenderableType:
    """A row for each difference, and one sentence."""
    examples = f"{counted(outcome.n_examples, 'example')} of {outcome.assignment}"
    if not outcome.differences:
        return Text(f"{examples}: each gets what is expected.", style="green")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("submission", "stage", "expected", "came"):
        table.add_column(column, overflow="fold")
    for difference in outcome.differences:
        cells = (difference.submission, difference.stage, difference.expected, difference.came)
        table.add_row(*(Text(cell) for cell in cells))
    wrong = len({difference.submission for difference in outcome.differences})
    verb = "differs" if wrong == 1 else "differ"
    return Group(table, Text(f"\n{examples}: {wrong} {verb} from what is expected.", style="red"))
