"""What `grader report` does, and what other commands do to write pages."""

from collections.abc import Iterable
from pathlib import Path

import click

from grader.batch.class_grades import grades_kept
from grader.batch.grades import CodeGrade
from grader.batch.results import Results, report_in
from grader.cli.files import make_output_folder, write_file
from grader.cli.outputs import assert_output
from grader.courses.people_behind import no_report_on
from grader.errors import CourseError, GraderError, NoSuchPath
from grader.records import Report
from grader.reports.pages.student_page import student_page
from grader.settings import Assignment, find_assignment, shipped_assignment
from grader.text import counted


def write_pages(
    results: Path, name: str | None, *, output: Path | None, assignment: str | None
) -> int:
    """Write the pages of finished reports and say where; the exit code.

    Raises:
        NoSuchPath: there is nothing at the path.
        GraderError: there are no such reports, or a page cannot be written.
        CourseError: there is no such assignment.
        WrongOutput: something would be lost where a page is to be written.
    """
    if not results.exists():
        raise NoSuchPath(
            "there is no such file or folder",
            at=str(results),
            fix="Name the folder that `grader batch -o` filled, or one report.",
        )
    if results.is_file():
        target = _one_file(results, name, output=output, assignment=assignment)
        click.echo(f"Page: {target}")
        return 0
    if output:
        assert_output(output)
    kept = Results(results)
    chosen = _chosen(kept, name, at=results)
    known = _assignment(chosen[0].report, assignment)
    if name is None:
        _write_all(kept, chosen, known, folder=output)
        folder = output or kept.page_of(chosen[0].report.submission).parent
        click.echo(f"{counted(len(chosen), 'page')}: {folder}")
        return 0
    page = _page(chosen[0], known)
    target = output or kept.write_page(name, page)
    if output:
        write_file(output, page)
    click.echo(f"Page: {target}")
    return 0


def _one_file(path: Path, name: str | None, *, output: Path | None, assignment: str | None) -> Path:
    if name is not None:
        raise GraderError(
            "is one report, and takes no name", at=str(path), fix=f"Leave out {name!r}."
        )
    report = report_in(path)
    target = output or path.with_suffix(".html")
    if output or target == path:
        assert_output(target, reads=[path])
    page = student_page(report, _assignment(report, assignment))
    write_file(target, page, in_results=output is None)
    return target


def pages_of_class(results: Results, assignment: Assignment, names: Iterable[str]) -> None:
    """Write the page of each report of a class that counts.

    Raises:
        GraderFault: one cannot be written.
    """
    wanted = set(names)
    for grade in grades_kept(results):
        if (name := grade.report.submission) in wanted:
            results.write_page(name, _page(grade, assignment))


def pages_again(results: Results, names: Iterable[str] | None = None) -> None:
    """Write the pages of reports that count again, or otherwise; None: of all that have a page.

    Raises:
        GraderFault: one cannot be written.
    """
    wanted = None if names is None else set(names)
    for grade in grades_kept(results):
        name = grade.report.submission
        if name in wanted if wanted is not None else results.page_of(name).exists():
            results.write_page(name, _page(grade, _assignment(grade.report, None)))


def _page(grade: CodeGrade, assignment: Assignment | None) -> bytes:
    return student_page(grade.report, assignment, grade.counted_points)


def _write_all(
    kept: Results,
    grades: Iterable[CodeGrade],
    assignment: Assignment | None,
    *,
    folder: Path | None,
) -> None:
    if folder is not None:
        make_output_folder(folder)
    for grade in grades:
        page, name = _page(grade, assignment), grade.report.submission
        if folder is None:
            kept.write_page(name, page)
        else:
            write_file(folder / kept.page_of(name).name, page)


def _chosen(kept: Results, name: str | None, *, at: Path) -> list[CodeGrade]:
    newest = kept.newest()
    if not newest:
        raise GraderError(
            "there are no reports", at=str(at), fix="Name the folder that `grader batch -o` filled."
        )
    if name is not None and name not in newest:
        raise no_report_on(name, kept.last_run(), newest)
    return list(grades_kept(kept, only=name))


def _assignment(report: Report, named: str | None) -> Assignment | None:
    """The assignment that is named, or the shipped one that the report is about, if there is."""
    if named is not None:
        chosen = find_assignment(named)
        if chosen.name != report.assignment:
            raise CourseError(
                f"the reports are about {report.assignment!r}, not {chosen.name!r}",
                fix="Name the assignment that was graded.",
            )
        return chosen
    return shipped_assignment(report.assignment)
