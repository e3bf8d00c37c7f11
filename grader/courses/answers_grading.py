"""Marks from answers files: of one file, or of a folder with one file a student."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from grader.courses.class_answers import (
    NO_SEALS,
    Sealing,
    StudentAnswers,
    asked_topic,
    class_answers,
)
from grader.courses.quiz_grades import FileOutcome
from grader.courses.quiz_results_folder import QuizResultsFolder, QuizRun
from grader.courses.topics_by_name import Topics
from grader.quiz.bank.topics import Topic
from grader.quiz.marking.answers import read_answers, responses
from grader.quiz.marking.decisions import decided, from_line
from grader.quiz.marking.scoring import Marks, mark_all, marks_to_json
from grader.quiz.marking.sheets import Sheet, remarked, sheet_from_json, sheet_to_json


@dataclass(frozen=True, slots=True)
class MarkedFile:
    """One answers file with its marks; the student may have given no name."""

    topic: Topic
    student: str
    marks: Marks

    def to_json(self) -> bytes:
        return marks_to_json(self.marks, topic=self.topic, student=self.student)


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """What became of each file, and all sheets that the results hold then."""

    outcomes: tuple[FileOutcome, ...]
    sheets: tuple[Sheet, ...]

    @property
    def not_graded(self) -> tuple[FileOutcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.reason)


def grade_file(answers: Path, *, questions: Path, sealing: Sealing = NO_SEALS) -> MarkedFile:
    """Mark one answers file.

    Raises:
        AnswersError: it cannot be read, or answers what was not asked.
        CourseError: there is no such topic, or it is wrong.
    """
    file = read_answers(answers)
    topic = asked_topic(file, Topics(questions), sealing, at=str(answers))
    given = responses(file, topic, at=str(answers))
    return MarkedFile(topic, file.student, mark_all(topic.items, given))


def grade_class(
    folder: Path,
    results: QuizResultsFolder,
    *,
    questions: Path,
    named: Path | None,
    now: datetime,
    sealing: Sealing = NO_SEALS,
) -> ClassSummary:
    """Mark every answers file of a folder, and keep markings and repairs of earlier runs.

    Args:
        questions: the folder with the questions.
        named: the same as the instructor named it; None if it is the one that is shipped.

    Raises:
        SubmissionError: the folder holds no answers files.
        CourseError: the questions are wrong.
    """
    topics = Topics(questions)
    read = class_answers(folder, topics, sealing)
    graded = [one for one in read if isinstance(one, StudentAnswers)]
    outcomes = tuple(one.outcome if isinstance(one, StudentAnswers) else one for one in read)
    results.write_run(
        QuizRun(
            version=version("decoder-grader"),
            questions=str(named.absolute()) if named else None,
            files=outcomes,
        )
    )
    decisions = decided(map(from_line, results.entries()))
    records: dict[str, str] = {}
    for answers in graded:
        items = {item.id: item for item in answers.topic.items}
        sheet = remarked(_marked(answers), items, decisions)
        records[sheet.id] = sheet_to_json(sheet).decode()
    results.replace(records, reason="graded again from the answers files", at=now)
    kept = (sheet_from_json(*pair) for pair in results.records().items())
    return ClassSummary(outcomes, tuple(kept))


def _marked(answers: StudentAnswers) -> Sheet:
    marks = mark_all(answers.topic.items, answers.responses)
    record = marks_to_json(marks, topic=answers.topic, student=answers.student)
    return sheet_from_json(answers.sheet_id, record)
