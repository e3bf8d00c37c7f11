"""The marks of a class where they are kept: in a results folder, or in a store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from grader.courses.quiz_results_folder import QuizResultsFolder
from grader.courses.topics_by_name import Topics
from grader.errors import GraderError, NoSuchPath
from grader.quiz.bank.topics import load_misconceptions
from grader.quiz.marking.class_marks import ClassMarks, Keeper
from grader.quiz.marking.sheets import sheet_from_json, topic_of
from grader.settings import question_folder
from grader.store.marking_store import MarkingStore, open_marking_store
from grader.store.quiz_store import default_store


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMarks:
    """The marks of a class, with what is needed to talk about them."""

    name: str  # of the folder or the store
    marks: ClassMarks
    misconceptions: Mapping[str, str]
    grades: Path | None = None  # the gradebook that follows them; a store has none


@contextmanager
def open_marks(where: str | None, questions: Path | None) -> Iterator[KeptMarks]:
    """Open a results folder or a store; by default the store that `take` uses.

    Raises:
        NoSuchPath: there is none.
    """
    if is_results_folder(where):
        results = QuizResultsFolder(Path(where))
        named = results.run().questions
        folder = question_folder(questions or (Path(named) if named else None))
        yield _kept(where, results, folder, grades=results.grades)
        return
    store = where or str(default_store())
    if "://" not in store and not Path(store).expanduser().is_file():
        raise NoSuchPath(
            "there is no such results folder and no such store",
            at=store,
            fix="Name the folder of `grader quiz grade -o`, an SQLite file, or a database URL.",
        )
    with open_marking_store(store) as opened:
        yield _kept(store, opened, question_folder(questions))


def marks_in_store(store: MarkingStore, questions: Path, *, name: str) -> KeptMarks:
    """The marks of an open store, which stays open.

    Args:
        questions: the folder with the questions.
        name: what the store is called in errors.
    """
    return _kept(name, store, questions)


def is_results_folder(where: str | None) -> TypeGuard[str]:
    """Whether marks are kept in a folder there; otherwise it names a store."""
    return where is not None and Path(where).is_dir()


def _kept(name: str, keeper: Keeper, folder: Path, *, grades: Path | None = None) -> KeptMarks:
    sheets = (sheet_from_json(*pair) for pair in keeper.records().items())
    # by the ids of the questions: a quiz may have questions of several topics
    topics = {topic_of(row["question"]) for sheet in sheets for row in sheet.rows}
    items = Topics(folder).items(sorted(topics))
    if topics and not items:
        raise GraderError(
            f"none of the topics {', '.join(sorted(topics))} is among the questions of {folder}",
            at=name,
            fix="Name the folder with its questions: --questions FOLDER.",
        )
    return KeptMarks(
        name=name,
        marks=ClassMarks(keeper, items),
        misconceptions=load_misconceptions(folder),
        grades=grades,
    )
