"""The figures of one quiz, from the marks of a class where they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.courses.kept_marks import is_results_folder, open_marks
from grader.errors import GraderError, did_you_mean
from grader.quiz.analysis.class_figures import Analysis, Taken, analyze
from grader.quiz.marking.sheets import Sheet
from grader.store.quiz_store import StoredAttempt, default_store, open_store
from grader.text import clean_line

_LONGEST = 200


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
        quiz: its name; None where there is only one.
        questions: the folder with the questions; None for the one that the marks name.
        which: of each student's attempts: first, last or all.

    Raises:
        GraderError: there is no such place or quiz, or the place holds several and none is named.
    """
    with open_marks(where, questions) as kept:
        stored = {} if is_results_folder(where) else _attempts(where)
        by_quiz: dict[str, list[Taken]] = {}
        for sheet in kept.marks.sheets():
            attempt = stored.get(sheet.id)
            name = attempt.topic if attempt else sheet.topic
            by_quiz.setdefault(name, []).append(_taken(sheet, attempt))
        name = _named(quiz, sorted(by_quiz), at=kept.name)
        figures = analyze(name, by_quiz[name], kept.marks.items, which=which)
        return ClassAnalysis(figures, kept.misconceptions)


def _attempts(where: str | None) -> dict[str, StoredAttempt]:
    with open_store(where or default_store()) as store:
        return {f"attempt {attempt.id}": attempt for attempt in store.attempts()}


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


def _named(quiz: str | None, there: list[str], *, at: str) -> str:
    if not there:
        raise GraderError("holds no marks of a quiz", at=at, fix="Grade some answers first.")
    if quiz is None:
        if len(there) == 1:
            return there[0]
        names = ", ".join(clean_line(name, _LONGEST) for name in there)
        raise GraderError(
            f"holds {len(there)} quizzes: {names}", at=at, fix="Name one after the place."
        )
    # a quiz of a course has the name of its file, a topic that of its file without the ending
    for name in (Path(quiz).name, Path(quiz).stem):
        if name in there:
            return name
    raise GraderError(f"holds no marks of {quiz!r}", at=at, fix=did_you_mean(quiz, there))
