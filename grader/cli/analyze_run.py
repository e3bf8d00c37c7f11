"""What `grader analyze` does."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import click

from grader.batch.grades import CodeGrade
from grader.batch.results import Results
from grader.cli.files import make_output_folder, write_file, write_lines
from grader.cli.outputs import assert_outside_results
from grader.code_figures.class_figures import ClassFigures
from grader.courses.code_analysis import IdeaInBoth, figures_of_class, ideas_in_both
from grader.courses.code_marks import CodeMarks
from grader.records import Status
from grader.reports.class_figures_terminal import class_figures_report
from grader.reports.class_page import MOST_ROWS, SharedIdea, StudentRow, class_page
from grader.reports.class_tables import checks_csv, ideas_csv, students_csv
from grader.reports.terminal import console
from grader.settings import shipped_assignment


def analyze_results(folder: Path, *, output: Path | None, quiz_results: str | None) -> None:
    """Print the figures of a class, and write a page and tables if a folder is named."""
    if output is not None:
        assert_outside_results(output)
    results = Results(folder)
    figures = figures_of_class(results, at=str(folder))
    shared = ideas_in_both(figures, quiz_results) if quiz_results else ()
    console().print(class_figures_report(figures))
    if output is None:
        return
    make_output_folder(output)
    shown: list[StudentRow] = []
    rows = (_row(grade, results, output) for grade in _grades(results, figures))
    table = students_csv(_noted(rows, shown))
    write_lines(output / "students.csv", table)
    page = class_page(
        figures, title=_title(figures), rows=shown, shared=[_counted(idea) for idea in shared]
    )
    write_file(output / "class.html", page)
    for name, made in (("ideas.csv", ideas_csv(figures)), ("checks.csv", checks_csv(figures))):
        write_lines(output / name, made)
    click.echo(f"Page: {output / 'class.html'}")


def _grades(results: Results, figures: ClassFigures) -> Iterator[CodeGrade]:
    without = {name for name, _, _ in figures.without_grade}
    grades = CodeMarks(results).grades()
    return (g for g in grades if (name := g.report.submission) in figures.points or name in without)


def _noted(rows: Iterable[StudentRow], shown: list[StudentRow]) -> Iterator[StudentRow]:
    """The same rows; those that a page has room for are kept as they pass."""
    for row in rows:
        if len(shown) < MOST_ROWS:
            shown.append(row)
        yield row


def _row(grade: CodeGrade, results: Results, output: Path) -> StudentRow:
    page = results.page_of(grade.report.submission)
    link = quote(os.path.relpath(page, output)) if page.exists() else ""
    return StudentRow(
        link=link,
        name=grade.report.submission,
        points=f"{float(grade.final):g}" if grade.counts else "",
        state=_state(grade),
        said="; ".join([*_lost(grade), *grade.said(), *_explained(grade)])
        if grade.counts
        else _why(grade),
    )


def _state(grade: CodeGrade) -> str:
    if grade.decided.excuse:
        return "excused"
    match grade.report.status:
        case Status.UNREADABLE:
            return "unreadable"
        case Status.UNGRADED:
            return "ours"
        case _:
            return "right" if grade.points == grade.max_points else "lost"


def _lost(grade: CodeGrade) -> Iterator[str]:
    for stage in grade.report.stages:
        if lost := grade.most_of(stage) - grade.points_of(stage):
            yield f"{stage.stage} −{lost}"  # noqa: RUF001 - a minus sign


def _why(grade: CodeGrade) -> str:
    return "; ".join(grade.said()) or grade.report.reason or grade.explained


def _explained(grade: CodeGrade) -> Iterator[str]:
    if grade.explained:
        yield grade.explained


def _counted(idea: IdeaInBoth) -> SharedIdea:
    return SharedIdea(
        says=idea.says,
        code_alone=len(idea.code_alone),
        both=len(idea.both),
        quiz_alone=len(idea.quiz_alone),
    )


def _title(figures: ClassFigures) -> str:
    """Of the assignment, if it is one that comes with the grader; otherwise its name."""
    known = shipped_assignment(figures.assignment)
    return known.title if known else figures.assignment
