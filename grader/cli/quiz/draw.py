"""`grader quiz draw`: figures for questions and slides, from a run of the reference."""

from pathlib import Path

import click

from grader.cli.quiz.options import FILE, write_file

# Those that the subject of the shipped questions draws; it is imported with torch and later.
FIGURES = ("forward-pass", "generation-flow", "decoding-phase", "attention-matrix")


@click.command()
@click.argument("figure", metavar="FIGURE", type=click.Choice(FIGURES))
@click.option("-o", "--output", type=FILE, help="The SVG file.  [default: FIGURE.svg]")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Decides the weights of the small model and the prompt.",
)
def draw(*, figure: str, output: Path | None, seed: int) -> None:
    """Draw FIGURE as SVG, as it comes out of a run of the reference on a small random model.

    FIGURE is forward-pass, generation-flow, decoding-phase or attention-matrix.

    What the figure shows is printed in words, too; the SVG holds them for screen readers.
    """
    from grader.keys.subject_keys import keys_of_bank
    from grader.reports import figures
    from grader.settings import question_folder

    seen = keys_of_bank(question_folder(None)).keys.drawings[figure](seed)
    if figure == "attention-matrix":
        drawn = figures.attention_matrix(seen.weights, seen.tokens, title=seen.title, name=figure)
    else:
        drawn = figures.flow_diagram(seen.boxes, arrows=seen.arrows, title=seen.title, name=figure)
    path = output or Path(f"{figure}.svg")
    write_file(path, drawn.encode())
    click.echo(figures.words_of(drawn))
    click.echo(f"Drawn: {path}")
