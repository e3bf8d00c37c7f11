"""What cues earn in a question bank, as it looks in a terminal."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.quiz.bank.cues import Cue
from grader.text import counted

KINDS = {
    "choice": "with one right answer",
    "choices": "with several right answers",
    "true_false": "of true or false",
}


def cue_report(cues: Sequence[Cue]) -> RenderableType:
    """A table of all habits, and a sentence for each that earns clearly more than chance."""
    if not cues:
        return Text("")
    return Group(
        Text("\nWhat a taker earns who knows nothing and always ticks", style="bold"),
        _table(cues),
        Text(
            "Chance is the best blind guess. The last column is how far chance alone moves a share"
            " (two standard deviations).\n"
        ),
        *(Text(line) for line in _sentences(cues)),
    )


def _table(cues: Sequence[Cue]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Ticked", overflow="fold")
    for heading in ("Earns", "Chance", "By accident"):
        table.add_column(heading, justify="right")
    for number, cue in enumerate(cues):
        if not number or cues[number - 1].kind != cue.kind:
            table.add_row(Text(_questions(cue), style="dim"))
        numbers = _percent(cue.share), _percent(cue.chance), f"± {_percent(cue.accident)}"
        table.add_row(Text(f"  {cue.habit}"), *numbers, style="yellow" if cue.tells else "")
    return table


def _sentences(cues: Sequence[Cue]) -> Iterator[str]:
    few = dict.fromkeys(_questions(cue) for cue in cues if cue.is_loose)
    for questions in few:
        yield f"Too few to tell a habit from an accident: {questions}."
    for cue in cues:
        if cue.tells and _questions(cue) not in few:
            yield (
                f"{cue.habit.capitalize()}: {_percent(cue.share - cue.chance)} above chance in"
                f" {_questions(cue)}, most of it in {', '.join(cue.carried_by)}."
            )


def _questions(cue: Cue) -> str:
    return f"{counted(cue.questions, 'question')} {KINDS[cue.kind]}"


def _percent(share: Fraction | float) -> str:
    return f"{float(share):.1%}".replace("%", " %")
