"""`grader quiz grade`: marks from answers files."""

from pathlib import Path

import click

from grader.cli.quiz.options import FILE, questions_option


@click.command()
@click.argument("answers", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="For a file: also write the marks as JSON to this file. For a folder: the results folder.",
)
@click.option(
    "--course",
    "course_file",
    type=FILE,
    help="course.yaml whose secret seals exported answers; by default ./course.yaml if there.",
)
@click.option("--sealed", is_flag=True, help="Mark only answers with the seal of the course.")
@questions_option
@click.pass_context
def grade(
    ctx: click.Context,
    *,
    answers: Path,
    output: Path | None,
    course_file: Path | None,
    sealed: bool,
    questions: Path | None,
) -> None:
    """Mark an answers file, or a folder with one file a student, without a terminal.

    An answers file is YAML: `topic`, `student`, and `answers` with the id of each question and its
    answer: an option id or a list of them, true or false, a number, a list of step ids, a text.

    A file of `grader quiz export-answers` has a seal. If it was changed since, it is not marked.

    Marking a folder again is harmless: markings and repairs are kept. The exit code is 1 if some
    file could not be read; all others are graded.
    """
    from grader.cli.quiz import grade_run

    sealing = grade_run.sealing_of(course_file, required=sealed)
    if not answers.is_dir():
        grade_run.grade_answers(answers, output, questions=questions, sealing=sealing)
        return
    if output is None:
        raise click.UsageError("A folder of answers needs a results folder: add -o RESULTS.")
    all_read = grade_run.grade_folder(answers, output, questions=questions, sealing=sealing)
    ctx.exit(0 if all_read else 1)
