"""A class on one assignment as it looks in a terminal."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.code_figures.class_figures import ClassFigures
from grader.reports.class_page import summary
from grader.text import clean_line

_MOST = 10  # lines of a table
_LONGEST = 200
_FEW = 3  # checks that are named
_MOST_LINES = 100  # of groups with the same files
_MOST_NAMES = 100  # in each


def class_figures_report(figures: ClassFigures) -> RenderableType:
    """What the class came to, its mistaken ideas, and what to look at."""
    parts: list[RenderableType] = [Text(summary(figures))]
    if figures.median is not None:
        parts.append(Text(f"Median: {figures.median:g} of {figures.max_points} points."))
    if figures.stages:
        parts += [Text(""), _stages(figures)]
    if figures.ideas:
        parts.append(_ideas(figures))
    if figures.groups:
        parts.append(_groups(figures))
    return Group(*parts, *(Text(line) for line in _to_look_at(figures)))


def _stages(figures: ClassFigures) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Stage", overflow="fold")
    for heading in ("All points", "Part", "None", "Not written"):
        table.add_column(heading, justify="right")
    for stage in figures.stages:
        counts = (stage.whole, stage.part, stage.nothing, stage.not_written)
        table.add_row(stage.stage, *(str(count) if count else "" for count in counts))
    return table


def _ideas(figures: ClassFigures) -> Table:
    graded = len(figures.points)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Mistaken ideas of the class", overflow="fold")
    table.add_column("Students", justify="right")
    table.add_column("", justify="right")
    for idea in figures.ideas[:_MOST]:
        n = len(idea.students)
        table.add_row(Text(clean_line(idea.says, _LONGEST)), str(n), f"{n / graded:.0%}")
    if len(figures.ideas) > _MOST:
        table.add_row(f"and {len(figures.ideas) - _MOST} more", "", "")
    return table


def _groups(figures: ClassFigures) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Equal answers that nothing explains", overflow="fold")
    table.add_column("Students", justify="right")
    table.add_column("Such as", overflow="fold")
    for group in figures.groups[:_MOST]:
        name = Text(clean_line(group.representative, _LONGEST))
        table.add_row(group.id, str(len(group.students)), name)
    return table


def _to_look_at(figures: ClassFigures) -> Iterator[str]:
    for remark, checks in figures.remarks.items():
        few = ", ".join(checks[:_FEW])
        more = f" and {len(checks) - _FEW} more" if len(checks) > _FEW else ""
        yield f"{remark.capitalize()}: {few}{more}."
    for names in figures.identical[:_MOST_LINES]:
        shown = ", ".join(clean_line(name, _LONGEST) for name in names[:_MOST_NAMES])
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        yield f"The same files: {shown}{more}."
    if len(figures.identical) > _MOST_LINES:
        yield f"The same files: {len(figures.identical) - _MOST_LINES} further groups."
