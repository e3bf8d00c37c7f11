"""The gradebook of a class whose answers came as files: a row a sheet, and one a file unread."""

import csv
import io
from collections.abc import Iterable, Iterator
from fractions import Fraction

import msgspec

from grader.quiz.items.marks import Standing
from grader.quiz.marking.gradebook import exact
from grader.quiz.marking.sheets import Sheet
from grader.text import decimal, table_cell


class FileOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one answers file; without a reason it was graded."""

    file: str
    student: str = ""
    topic: str = ""
    reason: str = ""


def sheet_id(topic: str, student: str) -> str:
    """The id of a student's sheet in a results folder."""
    return f"{topic}/{student}"


def grades_csv(sheets: Iterable[Sheet], files: Iterable[FileOutcome]) -> bytes:
    """The gradebook. Points are decimals rounded to four places, beside the exact total."""
    ordered = sorted(sheets, key=lambda sheet: (sheet.topic, sheet.student))
    questions = list(dict.fromkeys(row["question"] for s in ordered for row in s.rows))
    came = {sheet_id(f.topic, f.student) for f in files if not f.reason}
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    head = ["student", "topic", "status", "points", "points_exact", "max_points", "waiting_points"]
    rows.writerow([*head, *map(table_cell, questions), "reason"])
    for sheet in ordered:
        rows.writerow(_sheet_cells(sheet, questions, is_new=sheet.id in came))
    for file in files:
        if file.reason:
            empty = [""] * (4 + len(questions))
            name = table_cell(file.student or file.file)
            rows.writerow(
                [name, table_cell(file.topic), "unreadable", *empty, table_cell(file.reason)]
            )
    return text.getvalue().encode()


def _sheet_cells(sheet: Sheet, questions: Iterable[str], *, is_new: bool) -> Iterator[str | int]:
    yield table_cell(sheet.student)
    yield table_cell(sheet.topic)
    yield "to be marked" if sheet.waiting_points else "graded"
    yield decimal(sheet.points)
    yield exact(sheet.points)
    yield sheet.max_points
    yield sheet.waiting_points
    by_question = {row["question"]: row for row in sheet.rows}
    for question in questions:
        row = by_question.get(question)
        is_marked = row is not None and row["standing"] not in (Standing.WAITING, Standing.DROPPED)
        yield decimal(Fraction(row["points"])) if row and is_marked else ""
    yield "" if is_new else "from an earlier run; not graded in the last one"
