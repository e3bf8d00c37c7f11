"""The results folder of a quiz: what lies where, and how it survives.

quiz-grades.csv               one row a student and topic, and one a file that was not graded
quiz-run.json                 where the questions are, and what became of each file
marks/<topic>/<student>.json  the marks as they are now
decisions.jsonl               what people decided: markings and repairs; lines are only added
history.jsonl                 the marks before each change, with time and reason; the same
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from grader.courses.quiz_grades import FileOutcome, grades_csv, sheet_id
from grader.durable_files import append_lines, make_folder, whole_lines, write_whole
from grader.errors import CourseError, GraderFault
from grader.quiz.marking.sheets import sheet_from_json

_PLAIN_NAME = re.compile(r"\w[\w @+-]{0,99}")


class QuizRun(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be known of the last run of `grader quiz grade`."""

    version: str
    questions: str | None  # the folder; None for the questions that come with the grader
    files: tuple[FileOutcome, ...]


class QuizResultsFolder:
    """The files of one results folder. It keeps marks as `marking.class_marks` asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.grades = folder / "quiz-grades.csv"
        self._run = folder / "quiz-run.json"
        self._marks = folder / "marks"
        self._decisions = folder / "decisions.jsonl"
        self._history = folder / "history.jsonl"

    def is_there(self) -> bool:
        return self._run.is_file()

    def run(self) -> QuizRun:
        """What the last run wrote.

        Raises:
            CourseError: the folder holds no results of a quiz.
        """
        try:
            return msgspec.json.decode(self._run.read_bytes(), type=QuizRun)
        except (OSError, msgspec.DecodeError) as error:
            raise CourseError(
                "holds no results of a quiz",
                at=str(self.folder),
                fix="Name the folder that `grader quiz grade ANSWERS -o RESULTS` has written.",
            ) from error

    def write_run(self, run: QuizRun) -> None:
        make_folder(self.folder)
        write_whole(self._run, msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")

    def records(self) -> dict[str, str]:
        """The JSON of each sheet by its id, topic by topic.

        Raises:
            GraderFault: one of them is broken, which no run of ours leaves behind.
        """
        found: dict[str, str] = {}
        for path in sorted(self._marks.glob("*/*.json")):
            try:
                text = path.read_text(encoding="utf-8")
                sheet = sheet_from_json("", text)
            except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
                raise GraderFault(
                    "cannot be read as marks", at=str(path), fix="Restore it, or move it away."
                ) from error
            found[sheet_id(sheet.topic, sheet.student)] = text
        return found

    def entries(self) -> Sequence[str]:
        return whole_lines(self._decisions)

    def add(self, entries: Sequence[str]) -> None:
        append_lines(self._decisions, entries)

    def replace(self, records: Mapping[str, str], *, reason: str, at: datetime) -> None:
        """Keep other marks; those there were go to the history first."""
        paths = {name: self._path(name) for name in records}
        old = {
            name: path.read_text(encoding="utf-8") for name, path in paths.items() if path.exists()
        }
        changed = [name for name in records if old.get(name) != records[name]]
        past = [(name, old[name]) for name in changed if name in old]
        append_lines(self._history, [_past_line(*pair, reason=reason, at=at) for pair in past])
        for name in changed:
            make_folder(paths[name].parent)
            write_whole(paths[name], records[name].encode())
        self.write_grades()

    def write_grades(self) -> None:
        """Make the gradebook from the marks as they are."""
        run = self.run()
        sheets = [sheet_from_json(*pair) for pair in self.records().items()]
        write_whole(self.grades, grades_csv(sheets, run.files))

    def _path(self, sheet: str) -> Path:
        topic, _, student = sheet.partition("/")
        return self._marks / topic / f"{_file_stem(student)}.json"


def _file_stem(student: str) -> str:
    """A name of a file that no student can choose to be another's, or a path."""
    if _PLAIN_NAME.fullmatch(student):
        return student
    plain = re.sub(r"[^\w@+-]+", "_", student)[:60].strip("_")
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{plain}-{digest}" if plain else digest


def _past_line(sheet: str, marks: str, *, reason: str, at: datetime) -> str:
    record = {
        "sheet": sheet,
        "replaced_at": at,
        "reason": reason,
        "marks": msgspec.json.decode(marks),
    }
    return msgspec.json.encode(record).decode()
