"""The analysis of a quiz in a terminal: figures by question, and what to look at."""

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.quiz.analysis.class_figures import Analysis
from grader.quiz.analysis.item_figures import LEAST
from grader.reports.analysis_page import decimal, percent
from grader.text import clean_line, counted

_LONGEST = 200


def analysis_report(analysis: Analysis) -> RenderableType:
    """The figures of the class and of each question, then what stands out."""
    name = clean_line(analysis.quiz, _LONGEST)
    attempts, students = counted(analysis.n, "attempt"), counted(analysis.students, "student")
    parts: list[RenderableType] = [
        Text(f"{name}: {attempts} of {students}"),
        Text(_summary(analysis)),
        _questions(analysis),
        Text("To look at:" if analysis.flags else "Nothing stands out."),
    ]
    for flag in analysis.flags:
        at = f"{clean_line(flag.question, _LONGEST)}: " if flag.question else ""
        parts.append(Text(f"- {at}{clean_line(flag.why, _LONGEST)}"))
    return Group(*parts)


def _summary(analysis: Analysis) -> str:
    if analysis.mean is None:
        return f"n < {LEAST}: figures of so few are not shown."
    said = [
        f"mean {percent(analysis.mean)}",
        f"sd {percent(analysis.deviation)}",
        f"alpha {decimal(analysis.alpha)}",
        f"KR-20 {decimal(analysis.kr20)}",
    ]
    if analysis.times.quartiles:
        low, middle, high = analysis.times.quartiles
        said.append(f"median {middle:.1f} min (quartiles {low:.1f}, {high:.1f})")
    return ", ".join(said)


def _questions(analysis: Analysis) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Question", overflow="fold")
    for heading in ("n", "Facility", "Rest", "Guess", "Empty", "Flags"):
        table.add_column(heading, justify="right")
    for item in analysis.items:
        flags = sum(flag.question == item.question for flag in analysis.flags)
        hidden = f"n < {LEAST}" if item.n < LEAST else "waiting"
        table.add_row(
            Text(clean_line(item.question, _LONGEST)),
            str(item.n),
            hidden if item.facility is None else percent(item.facility),
            decimal(item.rest_correlation),
            percent(item.guess),
            percent(item.unanswered),
            str(flags or ""),
        )
    return table
