"""`grader quiz grade` once it knows what it was given."""

import shlex
from datetime import datetime
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from grader.cli.quiz.options import write_file
from grader.courses.class_quiz import ClassSummary, grade_class
from grader.courses.quiz_results import QuizResults
from grader.quiz.bank.topics import load_misconceptions, load_topic
from grader.quiz.items.marks import shown
from grader.quiz.marking.answers import read_answers, responses
from grader.quiz.marking.scoring import mark_all, marks_to_json
from grader.reports.quiz_terminal import console, reasons, results
from grader.text import counted

_MOST_LINES = 60


def grade_file(answers: Path, output: Path | None, folder: Path) -> None:
    """Mark one answers file and show the marks."""
    file = read_answers(answers)
    topic = load_topic(folder, file.topic)
    marks = mark_all(topic.items, responses(file, topic, at=str(answers)))
    if output is not None:
        write_file(output, marks_to_json(marks, topic=topic, student=file.student))
    misconceptions = load_misconceptions(folder)
    out = console()
    out.print(f"{topic.title}: {file.student or 'no name given'}")
    out.print(reasons(marks, misconceptions))
    out.print(results(marks, misconceptions))


def grade_folder(
    answers: Path, output: Path, *, questions: Path, named: Path | None, now: datetime
) -> bool:
    """Mark a folder of answers files; whether all could be read."""
    kept = QuizResults(output)
    summary = grade_class(answers, kept, questions=questions, named=named, now=now)
    out = console()
    if len(summary.sheets) <= _MOST_LINES:
        out.print(_gradebook(summary))
    unread = [outcome for outcome in summary.outcomes if outcome.reason]
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


def _gradebook(summary: ClassSummary) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Student", "Topic"):
        table.add_column(name, overflow="fold")
    table.add_column("Points")
    table.add_column("To be marked")
    for sheet in sorted(summary.sheets, key=lambda sheet: (sheet.topic, sheet.student)):
        table.add_row(
            Text(sheet.student),
            Text(sheet.topic),
            f"{shown(sheet.points)} of {sheet.max_points}",
            counted(sheet.waiting_points, "point") if sheet.waiting_points else "",
        )
    return table
