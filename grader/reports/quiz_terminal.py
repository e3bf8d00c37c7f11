"""Questions and marks as they look in a terminal."""

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from io import TextIOWrapper

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import CodeBlock, Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.rules import Feedback, Rules, duration, moment
from grader.quiz.attempt.session import Session
from grader.quiz.bank.topics import Topic
from grader.quiz.items.item import Presentation, ShownPart
from grader.quiz.items.marks import Mark, Standing, shown
from grader.quiz.marking.scoring import Marks, Row
from grader.reports.terminal_maths import plain_maths
from grader.text import counted

COLOURS = {
    Standing.RIGHT: "green",
    Standing.PARTLY: "yellow",
    Standing.WRONG: "red",
    Standing.WAITING: "cyan",
    Standing.UNANSWERED: "dim",
    Standing.DROPPED: "dim",
}

WIDEST = 100  # longer lines are hard to read, however wide the terminal is
FEW_MINUTES = timedelta(minutes=5)

CODE_OR_MATHS = re.compile(r"(```.*?```|`[^`\n]*`)|\$\$?([^$]+)\$\$?", re.DOTALL)


class _PlainCode(CodeBlock):
    """A code block without colours or margin, so that a drawing has the whole width."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(str(self.text).rstrip())


class _Markdown(Markdown):
    elements = Markdown.elements | {"fence": _PlainCode, "code_block": _PlainCode}


def console() -> Console:
    """A console on stdout, coloured only in a terminal."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # not every terminal can show every symbol
    theme = Theme({"markdown.code": "bold"})
    made = Console(theme=theme, highlight=False, markup=False, emoji=False)
    made.width = min(made.width, WIDEST)
    return made


def markdown(text: str) -> Markdown:
    """Markdown for a terminal."""
    return _Markdown(without_maths(text))


def without_maths(text: str) -> str:
    """Markdown in which maths is plain text, as code, which Markdown does not touch."""

    def as_code(found: re.Match[str]) -> str:
        return found[1] or f"`{plain_maths(found[2])}`"

    return CODE_OR_MATHS.sub(as_code, text.strip())


def plain_text(text: str) -> str:
    """A text in which maths is plain text, and all else stays as it is."""
    return CODE_OR_MATHS.sub(lambda found: found[1] or plain_maths(found[2]), text)


def opening(topic: Topic) -> RenderableType:
    """What a taker reads first."""
    return Text.assemble(
        (topic.title, "bold"),
        f": {_size(topic)}.\nEvery answer is saved at once. ? shows help, q stops.",
    )


def start(quiz: Quiz, *, student: str, number: int, at: datetime) -> RenderableType:
    """What a taker should know before the clock starts or an attempt is used."""
    rules, lines = quiz.rules_for(student), []
    asked = len(quiz.items) + sum(pool.pick for pool in quiz.pools)
    if rules.limit is not None:
        left = rules.limit if rules.closes is None else min(rules.limit, rules.closes - at)
        lines.append(f"You have {duration(left)} from the start on, also if you stop in between.")
    if rules.closes is not None:
        lines.append(f"It closes {moment(rules.closes)}.")
    if rules.attempts == 1:
        lines.append("There is one attempt.")
    elif rules.attempts is not None:
        lines.append(f"This is attempt {number} of {rules.attempts}; the {rules.counts} counts.")
    lines.append(_when_shown(rules))
    head = f"{quiz.title}: {counted(asked, 'question')}.\n"
    return Text.assemble((head, "bold"), "\n".join(lines), "\n")


def handed_in(session: Session) -> RenderableType:
    """The end of an attempt whose marks are not to be shown, or not yet."""
    text = f"\nHanded in: {session.why_no_marks()}."
    if session.rules.feedback == Feedback.CLOSED:
        text += " Then type:"
    return Text(text)


def question(
    presentation: Presentation, *, number: int, of: int, left: timedelta | None = None
) -> RenderableType:
    """A question as a taker sees it before answering, with the time left if that is limited."""
    title = Text(f"\nQuestion {number} of {of} ({counted(presentation.points, 'point')})", "bold")
    if left is not None:
        title.append(f", {duration(left)} left", "bold yellow" if left < FEW_MINUTES else "")
    lists = [side for side in (presentation.parts, presentation.targets) if side]
    return Group(
        title,
        Padding(markdown(presentation.stem), (1, 0)),
        *(shown for side in lists for shown in (_parts(side), "")),
        Text(presentation.how, style="dim"),
    )


def _parts(shown: Sequence[ShownPart]) -> Table:
    grid = Table.grid(padding=(0, 1))
    for part in shown:
        grid.add_row(Text(f"  {part.label}", style="bold"), markdown(part.text))
    return grid


def verdict(mark: Mark) -> RenderableType:
    """What a taker learns right after an answer: never the key."""
    if mark.standing == Standing.WAITING:
        head = f"Saved. A person will mark it ({counted(mark.max_points, 'point')})."
    else:
        head = f"{mark.standing.capitalize()}: {_points(mark)}."
    lines = (Padding(markdown(line), (0, 0, 0, 2)) for line in mark.feedback if line)
    return Group(Text(head, style=COLOURS[mark.standing]), *lines)


def summary(marks: Marks, misconceptions: Mapping[str, str]) -> RenderableType:
    """After the attempt: every key with its explanation, then the marks."""
    numbered = enumerate(marks.rows, start=1)
    reviews = (_review(row, number, misconceptions) for number, row in numbered)
    return Group(*reviews, results(marks, misconceptions))


def results(marks: Marks, misconceptions: Mapping[str, str]) -> RenderableType:
    """The marks as a table, the total, and what to read about."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right")
    table.add_column("Question", overflow="fold")
    table.add_column("Points")
    table.add_column("Result")
    for number, row in enumerate(marks.rows, start=1):
        standing = row.mark.standing
        points = "" if standing == Standing.WAITING else shown(row.mark.points)
        table.add_row(
            str(number),
            row.item.id.partition(".")[2] or row.item.id,
            f"{points or '-'} of {row.mark.max_points}",
            Text(standing.value, style=COLOURS[standing]),
        )
    total = Text(f"{marks.total()}.", style="bold")
    return Group(table, total, *_reading_list(marks, misconceptions))


def reasons(marks: Marks, misconceptions: Mapping[str, str]) -> RenderableType:
    """Beside each mark why it was given, the mistaken idea, and what guessing would earn."""
    parts: list[RenderableType] = []
    for number, row in enumerate(marks.rows, start=1):
        name = row.item.id.partition(".")[2] or row.item.id
        head = Text.assemble(
            f"{number}. {name}: ",
            (row.mark.standing.value, COLOURS[row.mark.standing]),
            f", {_points(row.mark)}{_guessing(row)}",
        )
        parts += [head, *_why(row, misconceptions)]
    return Group(*parts)


def percent(share: Fraction) -> str:
    """A share as whole percent; a small one is not said to be nothing."""
    return "less than 1 %" if 0 < share < Fraction(1, 100) else f"{round(100 * share)} %"


def topics_list(topics: tuple[Topic, ...]) -> RenderableType:
    """The topics of a bank: name, title, size and kinds of question."""
    grid = Table.grid(padding=(0, 2))
    for topic in topics:
        kinds = ", ".join(dict.fromkeys(item.kind() for item in topic.items))
        grid.add_row(Text(topic.name, style="bold"), topic.title)
        grid.add_row("", Text(f"{_size(topic)}: {kinds}", style="dim"))
    return grid


def _when_shown(rules: Rules) -> str:
    match rules.feedback:
        case Feedback.NOW:
            return "Each answer is marked at once and is final."
        case Feedback.END:
            return "Marks are shown when you hand in; until then answers may be changed."
        case Feedback.CLOSED:
            return (
                "Marks are shown once the quiz has closed; until you hand in, answers may change."
            )
        case Feedback.NEVER:
            return "No marks are shown; until you hand in, answers may be changed."


def _size(topic: Topic) -> str:
    return f"{counted(len(topic.items), 'question')}, {counted(topic.points, 'point')}"


def _points(mark: Mark) -> str:
    if mark.standing == Standing.WAITING:
        return counted(mark.max_points, "point")
    return f"{shown(mark.points)} of {counted(mark.max_points, 'point')}"


def _review(row: Row, number: int, misconceptions: Mapping[str, str]) -> RenderableType:
    item, standing = row.item, row.mark.standing
    head = Text.assemble(
        (f"\n{number}. ", "bold"),
        (standing, COLOURS[standing]),
        f" ({_points(row.mark)}{_guessing(row)})",
    )
    parts: list[RenderableType] = [head, Padding(markdown(item.stem), (0, 0, 1, 0))]
    if row.response is not None:
        parts += _labelled("Your answer", item.show(row.response))
    if why := _why(row, misconceptions):
        parts += [Text("How it was marked:", style="bold"), *why]
    if standing != Standing.RIGHT:
        label = "A good answer" if standing == Standing.WAITING else "Right answer"
        parts += _labelled(label, item.show_key())
    parts += _labelled("Why", item.explanation)
    return Group(*parts)


def _guessing(row: Row) -> str:
    level = row.item.guess_level()
    return "" if level is None else f"; guessing earns {percent(level)}"


def _why(row: Row, misconceptions: Mapping[str, str]) -> list[RenderableType]:
    lines = [line for line in row.mark.feedback if line]
    lines += [
        f"Mistaken idea: {misconceptions.get(name, '')} `{name}`"
        for name in row.mark.misconceptions
    ]
    return [Padding(markdown(line), (0, 0, 0, 2)) for line in lines]


def _labelled(label: str, text: str) -> list[RenderableType]:
    return [
        Text(f"{label}:", style="bold"),
        Padding(markdown(text), (0, 0, 0, 2)),
    ]


def _reading_list(marks: Marks, misconceptions: Mapping[str, str]) -> list[RenderableType]:
    if not marks.misconceptions:
        return []
    lines = []
    for name in marks.misconceptions:
        rows = enumerate(marks.rows, start=1)
        numbers = [str(number) for number, row in rows if name in row.mark.misconceptions]
        where = f"question{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
        lines.append(f"- {misconceptions.get(name, '')} `{name}` ({where})")
    return [Text("\nMistaken ideas to read about:"), markdown("\n".join(lines))]
