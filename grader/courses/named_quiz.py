"""The quiz that words name: the file of a quiz, or a topic or some questions for practice."""

from pathlib import Path

from grader.errors import CourseError
from grader.quiz.attempt.quiz import Quiz, practice
from grader.quiz.attempt.quiz_file import is_quiz_file, load_quiz
from grader.quiz.attempt.rules import Feedback
from grader.quiz.bank.selection import is_question_id, selection
from grader.quiz.bank.topics import load, load_topic, topic_paths


def load_named(word: str, folder: Path, *, feedback: Feedback | None = None) -> Quiz:
    """The quiz.

    Args:
        word: the path of a quiz's file, the name of a topic, or ids of questions with spaces
            between them.
        folder: with the questions.
        feedback: when practice shows marks; a file has rules of its own.

    Raises:
        CourseError: there is no such topic or question, or a file is wrong.
    """
    if is_quiz_file(word):
        return load_quiz(Path(word), load(folder))
    if word and all(map(is_question_id, word.split())):
        return practice(selection(load(folder).topics, word.split()), feedback or Feedback.NOW)
    file = Path(f"{word}.yaml")
    if file.is_file() and word not in {path.stem for path in topic_paths(folder)}:
        raise CourseError(f"there is no topic {word!r}", fix=f"Did you mean the file {file}?")
    return practice(load_topic(folder, word), feedback or Feedback.NOW)
