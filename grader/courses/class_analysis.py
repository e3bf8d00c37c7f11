"""The figures of one quiz, from the marks of a class where they are kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.courses.chosen_quiz import QuizKey, chosen_quiz, key_of, names_quiz
from grader.courses.identities import recognised
from grader.courses.kept_marks import is_results_folder, marks_in_store, open_marks
from grader.courses.named_quiz import load_named
from grader.quiz.analysis.class_figures import Analysis, Taken, analyze
from grader.quiz.marking.sheets import Sheet
from grader.settings import question_folder
from grader.store.marking_store import MarkingStore
from grader.store.quiz_store import QuizStore, StoredAttempt, default_store, open_store


@dataclass(frozen=True, slots=True)
class ClassAnalysis:
    """The figures of a quiz, and the sentence of each misconception."""

    figures: Analysis
    misconceptions: Mapping[str, str]


def analyze_class(
    where: str | None, quiz: str | None, *, questions: Path | None, which: str
) -> ClassAnalysis:
    """Analyze one quiz of a results folder or a store; by default of the store that `take` uses.

    Args:
        quiz: its name, or its file; None where there is only one.
        questions: the folder with the questions; None for the one that the marks name.
        which: of each student's attempts: first, last or all.

    Raises:
        GraderError: there is no such place or quiz, or the place holds several that are meant.
    """
    with open_marks(where, questions) as kept:
        stored = {} if is_results_folder(where) else _attempts(where, quiz, questions)
        by_quiz = _by_quiz(kept.marks.sheets(), stored)
        key = chosen_quiz(quiz, by_quiz, at=kept.name)
        figures = analyze(key.label, by_quiz[key], kept.marks.items, which=which)
        return ClassAnalysis(figures, kept.misconceptions)


def analyze_quiz(store: MarkingStore, quiz: QuizKey, *, questions: Path, which: str) -> Analysis:
    """The figures of one quiz of an open store.

    Args:
        questions: the folder with the questions.
        which: of each student's attempts: first, last or all.
    """
    kept = marks_in_store(store, questions, name=quiz.label)
    taken = _by_quiz(kept.marks.sheets(), _by_sheet(store)).get(quiz, [])
    return analyze(quiz.label, taken, kept.marks.items, which=which)


def _attempts(
    where: str | None, quiz: str | None, questions: Path | None
) -> dict[str, StoredAttempt]:
    with open_store(where or default_store()) as store:
        if quiz and names_quiz(quiz):  # another quiz of this name is refused
            recognised(store, load_named(quiz, question_folder(questions)))
        return _by_sheet(store)


def _by_sheet(store: QuizStore) -> dict[str, StoredAttempt]:
    return {f"attempt {attempt.id}": attempt for attempt in store.attempts()}


def _by_quiz(
    sheets: Iterable[Sheet], stored: Mapping[str, StoredAttempt]
) -> dict[QuizKey, list[Taken]]:
    by_quiz: dict[QuizKey, list[Taken]] = {}
    for sheet in sheets:
        attempt = stored.get(sheet.id)
        key = key_of(attempt) if attempt else QuizKey("", sheet.topic)
        by_quiz.setdefault(key, []).append(_taken(sheet, attempt))
    return by_quiz


def _taken(sheet: Sheet, attempt: StoredAttempt | None) -> Taken:
    if attempt is None:
        return Taken(student=sheet.student or sheet.id, rows=sheet.rows)
    took = attempt.finished_at - attempt.started_at if attempt.finished_at else None
    return Taken(
        student=attempt.student,
        rows=sheet.rows,
        number=attempt.number,
        seconds=took.total_seconds() if took is not None else None,
    )
