"""A class's answers files, each marked by itself: one that cannot be read stops nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from grader.courses.quiz_results import (
    FileOutcome,
    QuizResults,
    QuizRun,
    sheet_id,
)
from grader.durable_files import make_folder
from grader.errors import CourseError, GraderError, SubmissionError, did_you_mean
from grader.quiz.bank.topics import Topic, load_topic, topic_paths
from grader.quiz.items.item import Item, Response
from grader.quiz.marking.answers import AnswersError, read_answers, responses
from grader.quiz.marking.decisions import decided, from_line
from grader.quiz.marking.scoring import mark_all, marks_to_json
from grader.quiz.marking.sheets import Sheet, remarked, sheet_from_json, sheet_to_json
from grader.text import clean_line

_ENDINGS = (".yaml", ".yml")
_NAME_LENGTH = 100
_REASON_LENGTH = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """The answers of one file; with a reason, why there are none."""

    file: str
    student: str = ""
    topic: Topic | None = None
    responses: Mapping[str, Response] | None = None
    reason: str = ""

    @property
    def outcome(self) -> FileOutcome:
        topic = self.topic.name if self.topic else ""
        return FileOutcome(file=self.file, student=self.student, topic=topic, reason=self.reason)


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """What became of each file, and all sheets that the results hold then."""

    outcomes: tuple[FileOutcome, ...]
    sheets: tuple[Sheet, ...]


class Topics:
    """The topics of a bank, each loaded when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = [path.stem for path in topic_paths(folder)]
        self._loaded: dict[str, Topic] = {}

    def get(self, name: str) -> Topic | None:
        """The topic, or None if there is none of this name. Raises CourseError if it is wrong."""
        if name not in self._names:
            return None
        if name not in self._loaded:
            self._loaded[name] = load_topic(self._folder, name)
        return self._loaded[name]

    def items(self, names: Iterable[str]) -> dict[str, Item]:
        """The questions of these topics by id; a topic that is gone has none."""
        topics = (self.get(name) for name in names)
        return {item.id: item for topic in topics if topic for item in topic.items}

    @property
    def names(self) -> list[str]:
        return self._names


def grade_class(
    folder: Path, results: QuizResults, *, questions: Path, named: Path | None, now: datetime
) -> ClassSummary:
    """Mark every answers file of a folder, and keep markings and repairs of earlier runs.

    Args:
        questions: the folder with the questions.
        named: the same as the instructor named it; None if it is the one that is shipped.

    Raises:
        CourseError: the questions are wrong, or the folder holds no answers files.
    """
    topics = Topics(questions)
    read = _without_twins([_read(path, topics) for path in answers_files(folder)])
    graded = [answers for answers in read if not answers.reason]
    make_folder(results.folder)
    results.write_run(
        QuizRun(
            version=version("decoder-grader"),
            questions=str(named.absolute()) if named else None,
            files=tuple(answers.outcome for answers in read),
        )
    )
    decisions = decided(map(from_line, results.entries()))
    records: dict[str, str] = {}
    for answers in graded:
        fresh = _marked(answers)
        sheet = remarked(fresh, topics.items([fresh.topic]), decisions)
        records[sheet.id] = sheet_to_json(sheet).decode()
    results.replace(records, reason="graded again from the answers files", at=now)
    return ClassSummary(tuple(answers.outcome for answers in read), _kept(results))


def answers_files(folder: Path) -> list[Path]:
    """The answers files of a folder, by name.

    Raises:
        SubmissionError: there are none.
    """
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise SubmissionError(
            f"cannot be read ({error.strerror})", at=str(folder), fix="Check the path."
        ) from error
    found = [p for p in paths if p.suffix.lower() in _ENDINGS and not p.name.startswith(".")]
    if not found:
        raise SubmissionError(
            "holds no answers files", at=str(folder), fix="Put one YAML file a student into it."
        )
    return found


def _kept(results: QuizResults) -> tuple[Sheet, ...]:
    return tuple(sheet_from_json(*pair) for pair in results.records().items())


def _read(path: Path, topics: Topics) -> _Answers:
    name = clean_line(path.name, _NAME_LENGTH)
    student = clean_line(path.stem, _NAME_LENGTH)
    topic = None
    try:
        if not path.is_file():
            raise AnswersError("is no file", at=path.name, fix="Put one YAML file a student there.")
        file = read_answers(path)
        student = clean_line(file.student.strip(), _NAME_LENGTH) or student
        topic = topics.get(file.topic)
        if topic is None:
            problem = f"there is no topic {file.topic!r}"
            raise AnswersError(problem, at=path.name, fix=did_you_mean(file.topic, topics.names))
        given = responses(file, topic, at=path.name)
    except AnswersError as error:
        return _Answers(file=name, student=student, topic=topic, reason=_reason(error, path))
    except CourseError as error:
        if not error.at.startswith(str(path)):  # our questions, not the student's file
            raise
        return _Answers(file=name, student=student, topic=topic, reason=_reason(error, path))
    return _Answers(file=name, student=student, topic=topic, responses=given)


def _without_twins(read: list[_Answers]) -> list[_Answers]:
    """Two files of one student in one topic: nobody but the instructor knows which one counts."""
    files: dict[str, list[str]] = {}
    for answers in read:
        if not answers.reason:
            files.setdefault(_sheet(answers), []).append(answers.file)
    kept: list[_Answers] = []
    for answers in read:
        twins = files.get(_sheet(answers), []) if not answers.reason else []
        if len(twins) < 2:
            kept.append(answers)
            continue
        reason = (
            f"{' and '.join(twins)} are both of student {answers.student!r} in topic"
            f" {_topic(answers).name!r}: keep one, or correct `student:`"
        )
        kept.append(
            _Answers(
                file=answers.file,
                student=answers.student,
                topic=answers.topic,
                reason=reason,
            )
        )
    return kept


def _marked(answers: _Answers) -> Sheet:
    topic = _topic(answers)
    marks = mark_all(topic.items, answers.responses or {})
    return sheet_from_json(
        _sheet(answers), marks_to_json(marks, topic=topic, student=answers.student)
    )


def _sheet(answers: _Answers) -> str:
    return sheet_id(_topic(answers).name, answers.student)


def _topic(answers: _Answers) -> Topic:
    assert answers.topic is not None, "answers without a reason have a topic"
    return answers.topic


def _reason(error: GraderError, path: Path) -> str:
    """The sentence on one line, without the name of the file, which stands beside it."""
    where = error.at.removeprefix(str(path)).removeprefix(path.name).lstrip(":#")
    where = f"line {where}" if where.isdigit() else where
    parts = [f"{where}: {error.problem}" if where else error.problem, error.fix]
    text = " ".join(part if part[-1] in ".?!" else f"{part}." for part in parts if part)
    return clean_line(" ".join(text.split()), _REASON_LENGTH)
