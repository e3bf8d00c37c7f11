"""What `grader quiz grade` does."""

import shlex
from pathlib import Path

from grader.cli.clock import now
from grader.cli.files import write_file
from grader.cli.outputs import assert_output, assert_outside_results
from grader.courses.answers_grading import grade_class, grade_file
from grader.courses.class_answers import Sealing
from grader.courses.quiz_results_folder import QuizResultsFolder
from grader.quiz.bank.topics import load_misconceptions
from grader.reports.class_terminal import sheets_table
from grader.reports.quiz_terminal import console, reasons, results
from grader.settings import course_file_in, load_course, question_folder
from grader.text import counted

_MOST_LINES = 60


def sealing_of(course_file: Path | None, *, required: bool) -> Sealing:
    """What is asked of seals in this course."""
    return Sealing(
        secret=load_course(course_file or course_file_in(Path())).secret, required=required
    )


def grade_answers(
    answers: Path, output: Path | None, *, questions: Path | None, sealing: Sealing
) -> None:
    """Mark one answers file and show the marks."""
    folder = question_folder(questions)
    if output is not None:
        assert_output(output, reads=[answers])
    marked = grade_file(answers, questions=folder, sealing=sealing)
    if output is not None:
        write_file(output, marked.to_json())
    misconceptions = load_misconceptions(folder)
    out = console()
    out.print(f"{marked.topic.title}: {marked.student or 'no name given'}")
    out.print(reasons(marked.marks, misconceptions))
    out.print(results(marked.marks, misconceptions))


def grade_folder(answers: Path, output: Path, *, questions: Path | None, sealing: Sealing) -> bool:
    """Mark a folder of answers files; whether all could be read."""
    kept = QuizResultsFolder(output)
    if not kept.is_there():
        assert_outside_results(output)
    summary = grade_class(
        answers,
        kept,
        questions=question_folder(questions),
        named=questions,
        now=now(),
        sealing=sealing,
    )
    out = console()
    if len(summary.sheets) <= _MOST_LINES:
        out.print(sheets_table(summary.sheets))
    unread = summary.not_graded
    for outcome in unread:
        out.print(f"{outcome.file}: not graded: {outcome.reason}")
    graded = len(summary.outcomes) - len(unread)
    tail = f", {counted(len(unread), 'file')} not graded" if unread else ""
    out.print(f"\n{counted(graded, 'file')} graded{tail}.")
    out.print(f"Grades: {kept.grades}", soft_wrap=True)
    if waiting := sum(sheet.waiting_points > 0 for sheet in summary.sheets):
        words = shlex.join(["grader", "quiz", "mark", str(output)])
        out.print(f"Answers of {counted(waiting, 'student')} wait for a person:")
        out.print(f"  {words}", soft_wrap=True)
    return not unread
