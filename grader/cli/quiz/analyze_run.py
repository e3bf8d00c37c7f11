"""What `grader quiz analyze` does."""

from pathlib import Path

import click

from grader.cli.files import make_output_folder, write_file
from grader.cli.outputs import assert_outside_results
from grader.courses.class_analysis import ClassAnalysis, analyze_class
from grader.quiz.exports.markup import html
from grader.reports import analysis_page
from grader.reports.analysis_terminal import analysis_report
from grader.reports.quiz_terminal import console, without_maths


def analyze_marks(
    where: str | None,
    quiz: str | None,
    *,
    questions: Path | None,
    which: str,
    output: Path | None,
    names: bool,
) -> None:
    """Print the figures of one quiz, and write a page and tables if a folder is named."""
    if output is not None:
        assert_outside_results(output)
    analysis = analyze_class(where, quiz, questions=questions, which=which)
    console().print(analysis_report(analysis.figures))
    if output is not None:
        _write(analysis, output, names=names)
        click.echo(f"Page: {output / 'analysis.html'}")


def _write(analysis: ClassAnalysis, folder: Path, *, names: bool) -> None:
    make_output_folder(folder)
    figures = analysis.figures
    page = analysis_page.page(
        figures, analysis.misconceptions, lambda text: html(without_maths(text))
    )
    write_file(folder / "analysis.html", page)
    write_file(folder / "items.csv", analysis_page.items_csv(figures))
    write_file(folder / "distractors.csv", analysis_page.distractors_csv(figures))
    write_file(folder / "responses.csv", analysis_page.responses_csv(figures, names=names))
