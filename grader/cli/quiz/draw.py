"""`grader quiz draw`: figures for questions and slides, from a run of the reference."""

from pathlib import Path

import click

from grader.cli.quiz.options import FILE, seed_type

# Those that the subject of the shipped questions draws; it is imported with torch and later.
FIGURES = ("forward-pass", "generation-flow", "decoding-phase", "attention-matrix")


@click.command()
@click.argument("figure", metavar="FIGURE", type=click.Choice(FIGURES))
@click.option("-o", "--output", type=FILE, help="The SVG file.  [default: FIGURE.svg]")
@click.option(
    "--seed",
    type=seed_type,
    default=0,
    show_default=True,
    help="Decides the weights of the small model and the prompt.",
)
def draw(*, figure: str, output: Path | None, seed: int) -> None:
    """Draw FIGURE as SVG, as it comes out of a run of the reference on a small random model.

    FIGURE is forward-pass, generation-flow, decoding-phase or attention-matrix.

    What the figure shows is printed in words, too; the SVG holds them for screen readers.
    """
    from grader.cli.quiz import draw_run

    draw_run.draw_figure(figure, output or Path(f"{figure}.svg"), seed=seed)
