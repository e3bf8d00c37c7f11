"""What `grader quiz draw` does."""

from pathlib import Path

import click

from grader.cli.files import write_file
from grader.cli.outputs import assert_output
from grader.keys.subject_keys import keys_of_bank
from grader.reports import figures
from grader.settings import question_folder


def draw_figure(figure: str, path: Path, *, seed: int) -> None:
    """Draw one of the known figures, and print what it shows."""
    assert_output(path)
    seen = keys_of_bank(question_folder(None)).keys.drawings[figure](seed)
    if figure == "attention-matrix":
        drawn = figures.attention_matrix(seen.weights, seen.tokens, title=seen.title, name=figure)
    else:
        drawn = figures.flow_diagram(seen.boxes, arrows=seen.arrows, title=seen.title, name=figure)
    write_file(path, drawn.encode())
    click.echo(figures.words_of(drawn))
    click.echo(f"Drawn: {path}")
