"""What `grader quiz draw` does."""

from pathlib import Path

import click

from grader.cli.files import write_file
from grader.keys import pictures
from grader.reports import figures


def draw_figure(figure: str, path: Path, *, seed: int) -> None:
    """Draw one of the known figures, and print what it shows."""
    if figure == "attention-matrix":
        matrix = pictures.attention_matrix(seed)
        drawn = figures.attention_matrix(
            matrix.weights, matrix.tokens, title=matrix.title, name=figure
        )
    else:
        flow = pictures.FLOWS[figure](seed)
        drawn = figures.flow_diagram(flow.boxes, arrows=flow.arrows, title=flow.title, name=figure)
    write_file(path, drawn.encode())
    click.echo(figures.words_of(drawn))
    click.echo(f"Drawn: {path}")
