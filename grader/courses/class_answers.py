"""The answers files of a class, each read by itself: one that cannot be read stops nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.courses.quiz_grades import FileOutcome, sheet_id
from grader.courses.topics_by_name import Topics
from grader.errors import CourseError, GraderError, SubmissionError, did_you_mean
from grader.quiz.bank.topics import Topic
from grader.quiz.items.item import Response
from grader.quiz.marking.answers import AnswersError, AnswersFile, read_answers, responses
from grader.text import clean_line

_ENDINGS = (".yaml", ".yml")
_NAME_LENGTH = 100
_REASON_LENGTH = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentAnswers:
    """What one student answered in one topic, as a file says it."""

    file: str
    student: str
    topic: Topic
    responses: Mapping[str, Response]

    @property
    def sheet_id(self) -> str:
        return sheet_id(self.topic.name, self.student)

    @property
    def outcome(self) -> FileOutcome:
        return self.not_graded("")

    def not_graded(self, reason: str) -> FileOutcome:
        """The outcome of a file that is left out for this reason."""
        return FileOutcome(
            file=self.file, student=self.student, topic=self.topic.name, reason=reason
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """What is asked of the seals of answers files."""

    secret: str = ""  # of the course
    required: bool = False


NO_SEALS = Sealing()


def class_answers(
    folder: Path, topics: Topics, sealing: Sealing = NO_SEALS
) -> list[StudentAnswers | FileOutcome]:
    """The answers of each file of a folder, by name; of one that is not graded the reason.

    Raises:
        SubmissionError: the folder holds no answers files.
        CourseError: a topic that is asked for is wrong.
    """
    return _without_twins([_read(path, topics, sealing) for path in answers_files(folder)])


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


def _read(path: Path, topics: Topics, sealing: Sealing) -> StudentAnswers | FileOutcome:
    name = clean_line(path.name, _NAME_LENGTH)
    student = clean_line(path.stem, _NAME_LENGTH)
    topic = None
    try:
        if not path.is_file():
            raise AnswersError("is no file", at=path.name, fix="Put one YAML file a student there.")
        file = read_answers(path)
        student = clean_line(file.student.strip(), _NAME_LENGTH) or student
        topic = asked_topic(file, topics, sealing, at=path.name)
        given = responses(file, topic, at=path.name)
    except (AnswersError, CourseError) as error:
        is_the_file = isinstance(error, AnswersError) or error.at.startswith(str(path))
        if not is_the_file:  # our questions, not the student's file
            raise
        return FileOutcome(
            file=name,
            student=student,
            topic=topic.name if topic else "",
            reason=_reason(error, path),
        )
    return StudentAnswers(file=name, student=student, topic=topic, responses=given)


def asked_topic(file: AnswersFile, topics: Topics, sealing: Sealing, *, at: str) -> Topic:
    """The questions that a file answers, as its taker saw them if the file tells the seed.

    Raises:
        AnswersError: there is no such topic or question, or its seal is not as it should be.
        CourseError: a topic is wrong.
    """
    file.assert_sealed(secret=sealing.secret, required=sealing.required, at=at)
    if file.asked:
        topic: Topic | None = topics.asked(clean_line(file.topic, _NAME_LENGTH), file.asked)
    else:
        topic = topics.get(file.topic)
    if topic is None:
        problem = f"there is no topic {file.topic!r}"
        raise AnswersError(problem, at=at, fix=did_you_mean(file.topic, topics.names))
    return topic if file.seed is None else replace(topic, items=topic.items_for(file.seed))


def _without_twins(
    read: list[StudentAnswers | FileOutcome],
) -> list[StudentAnswers | FileOutcome]:
    """Two files of one student in one topic: nobody but the instructor knows which one counts."""
    files: dict[str, list[str]] = {}
    for one in read:
        if isinstance(one, StudentAnswers):
            files.setdefault(one.sheet_id, []).append(one.file)
    return [
        one
        if isinstance(one, FileOutcome) or len(files[one.sheet_id]) == 1
        else one.not_graded(_twins_reason(one, files[one.sheet_id]))
        for one in read
    ]


def _twins_reason(answers: StudentAnswers, files: list[str]) -> str:
    return (
        f"{' and '.join(files)} are both of student {answers.student!r} in topic"
        f" {answers.topic.name!r}: keep one, or correct `student:`"
    )


def _reason(error: GraderError, path: Path) -> str:
    """The sentence on one line, without the name of the file, which stands beside it."""
    where = error.at.removeprefix(str(path)).removeprefix(path.name).lstrip(":#")
    where = f"line {where}" if where.isdigit() else where
    parts = [f"{where}: {error.problem}" if where else error.problem, error.fix]
    text = " ".join(part if part[-1] in ".?!" else f"{part}." for part in parts if part)
    return clean_line(" ".join(text.split()), _REASON_LENGTH)
