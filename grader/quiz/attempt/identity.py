"""Is this the quiz that the attempts in a store are about, or another one of the same name?

A quiz may be edited while it is taken, and its file may be moved or copied to other machines. So
neither what it asks nor where it lies settles the question alone:

- What is the same to the letter is the same quiz.
- In the same file it is an edit, unless the title and all questions are others.
- In another file it is one if the course or the file gives an identity, and the title or a whole
  question has stayed. Where nobody gave one, two files are two quizzes.
- A topic for practice is the same wherever the questions lie, if a whole question has stayed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from grader.quiz.attempt.quiz import Quiz


class Known(Protocol):
    """What a store knows of a quiz."""

    @property
    def title(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def questions(self) -> Mapping[str, str]: ...


def questions_of(quiz: Quiz) -> dict[str, str]:
    """A digest of each question that may be asked, by its id."""
    topics = quiz.bank if quiz.practice is None else (quiz.practice,)
    digests = {name: digest for topic in topics for name, digest in topic.digests.items()}
    items = [*quiz.items, *(item for pool in quiz.pools for item in pool.items)]
    return {item.id: digests[item.id] for item in items}


def digest_of(quiz: Quiz) -> str:
    """Changes with the title, the questions and the pools; times and rules may change freely."""
    pools = [[pool.pick, [item.id for item in pool.items]] for pool in quiz.pools]
    text = json.dumps([quiz.title, questions_of(quiz), pools])
    return hashlib.sha256(text.encode()).hexdigest()


def path_of(quiz: Quiz) -> str:
    """Where the file of the quiz lies, whatever the path by which it was named."""
    return str(quiz.path.resolve())


def is_same_quiz(quiz: Quiz, known: Known) -> bool:
    """Whether the known quiz is this one, perhaps before an edit."""
    if known.digest == digest_of(quiz):
        return True
    questions = questions_of(quiz)
    shared = questions.keys() & known.questions.keys()
    same_title = quiz.title == known.title
    if known.path == path_of(quiz):
        return same_title or bool(shared)
    has_whole = any(questions[name] == known.questions[name] for name in shared)
    if quiz.practice is not None:
        return has_whole
    return quiz.is_named and bool(shared) and (same_title or has_whole)


def fits(quiz: Quiz, *, digest: str, items: Sequence[str]) -> bool:
    """Whether an attempt of which only this is known can have been one at this quiz.

    Args:
        digest: of the questions that the attempt was given, as `Quiz.paper` makes it.
        items: their ids; without any, the name of the quiz has to do.
    """
    if not items or quiz.paper(items).digest == digest:
        return True
    return 2 * len(questions_of(quiz).keys() & set(items)) > len(items)
