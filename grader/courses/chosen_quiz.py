"""Which quiz of a place is meant by what was typed: a name, one with its course, or a file."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from grader.errors import CourseError, GraderError, did_you_mean
from grader.quiz.attempt.quiz_file import identity, is_quiz_file
from grader.store.quiz_store import StoredAttempt
from grader.text import clean_line

_LONGEST = 200


class QuizKey(NamedTuple):
    """A quiz of a store or a results folder; without a course, the course is empty."""

    course: str
    name: str
    is_practice: bool = False

    @property
    def label(self) -> str:
        return f"{self.course}: {self.name}" if self.course else self.name


def key_of(attempt: StoredAttempt) -> QuizKey:
    """The quiz of an attempt; of one that no quiz has claimed, its topic."""
    quiz = attempt.quiz
    return QuizKey(quiz.course, quiz.name, quiz.is_practice) if quiz else QuizKey("", attempt.topic)


def chosen_quiz(word: str | None, there: Collection[QuizKey], *, at: str) -> QuizKey:
    """The quiz that is meant; without a word, the only one.

    Raises:
        GraderError: there is none, or several.
    """
    if not there:
        raise GraderError("holds no marks of a quiz", at=at, fix="Grade some answers first.")
    found = list(there) if word is None else _meant(word, there)
    if len(found) == 1:
        return found[0]
    labels = sorted(clean_line(key.label, _LONGEST) for key in found or there)
    if not found:
        raise GraderError(f"holds no marks of {word!r}", at=at, fix=did_you_mean(word, labels))
    which = "quizzes" if word is None else f"quizzes {word!r}"
    raise GraderError(
        f"holds {len(found)} {which}: {', '.join(labels)}",
        at=at,
        fix="Name one after the place, as it stands here.",
    )


def names_quiz(word: str) -> bool:
    """Whether a word is the path of a quiz's file that is there; that of a topic is not."""
    if not is_quiz_file(word) or not Path(word).is_file():
        return False
    try:
        identity(Path(word))
    except CourseError:
        return False
    return True


def _meant(word: str, there: Collection[QuizKey]) -> list[QuizKey]:
    """Those that the word fits, by the first way in which it fits any."""
    path = Path(word)
    if names_quiz(word):
        key = QuizKey(*identity(path))
        return [key] if key in there else []
    # a quiz of a course has the name of its file, a topic that of its file without the ending
    for ways in (lambda key: key.label, lambda key: key.name, lambda key: Path(key.name).stem):
        for name in dict.fromkeys((word, path.name, path.stem)):
            if found := [key for key in there if ways(key) == name]:
                return found
    return []
