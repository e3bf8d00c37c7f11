"""Forbidden ready-made functions, as a student reads of them: what, where, and what it costs."""

from collections.abc import Sequence

from rich.text import Text

from grader.records import Report, Shortcut

_MOST_LINES = 12


def shortcut_lines(shortcuts: Sequence[Shortcut]) -> list[Text]:
    """A title and one sentence for each; nothing where there is none."""
    if not shortcuts:
        return []
    lines = [Text("\nReady-made functions", style="bold")]
    lines += [_sentence(shortcut) for shortcut in shortcuts[:_MOST_LINES]]
    if len(shortcuts) > _MOST_LINES:
        lines.append(Text(f"And {len(shortcuts) - _MOST_LINES} more."))
    return lines


def stages_without_points(report: Report) -> set[str]:
    """The stages whose points a shortcut took."""
    return {shortcut.stage for shortcut in report.shortcuts if shortcut.costs_points}


def _sentence(shortcut: Shortcut) -> Text:
    where = _where(shortcut)
    if not shortcut.times:
        said = f"{shortcut.name} is named{where}, and was not called. That costs nothing."
        return Text(said, style="dim")
    if not shortcut.stage:
        said = f"{shortcut.name} was called while your submission was read{where}, not by a check."
        return Text(f"{said} That costs nothing.", style="dim")
    said = f"{shortcut.stage} called {shortcut.name}{where}"
    said += ", which this assignment asks you to write yourself."
    if shortcut.costs_points:
        return Text(f"{said} So this stage gets no points.", style="red")
    return Text(f"{said} It is noted, and costs no points.", style="yellow")


def _where(shortcut: Shortcut) -> str:
    if not shortcut.places:
        return " in a hidden check" if shortcut.hidden else ""
    lines: dict[str, list[str]] = {}
    for place in shortcut.places:
        lines.setdefault(place.file, []).append(str(place.line))
    told = [f"{file} line{'s' * (len(n) > 1)} {', '.join(n)}" for file, n in lines.items()]
    return f" ({'; '.join(told)})"
