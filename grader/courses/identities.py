"""Which quiz of the store is this one? What another quiz is known by is refused, never shared.

An identity is the course and the name within it. Whoever gives a quiz or its course an id later
takes the attempts along, and so does a quiz whose attempts an earlier version knew by the name of
the file alone.
"""

from pathlib import Path

from grader.errors import CourseError
from grader.quiz.attempt.identity import digest_of, fits, is_same_quiz, path_of, questions_of
from grader.quiz.attempt.quiz import Quiz
from grader.store.quiz_rows import QuizFacts, StoredQuiz
from grader.store.quiz_store import QuizStore, StoredAttempt
from grader.text import counted


def recognised(store: QuizStore, quiz: Quiz) -> StoredQuiz | None:
    """The quiz as the store knows it; None if nobody has begun it.

    Raises:
        CourseError: the store knows another quiz by this identity, or this one by another.
    """
    # first: if another program claims them now, the quiz is there when it is looked for
    old = [a.id for a in store.unclaimed(topic=_topic(quiz)) if _fits(store, quiz, a)]
    is_practice = quiz.practice is not None
    found = store.quiz(course=quiz.course.key, name=quiz.name, is_practice=is_practice)
    if found is None and not is_practice:
        found = _renamed(store, quiz)
    if found is not None and not is_same_quiz(quiz, found):
        raise _another(quiz, found)
    if old:
        found = found or entered(store, quiz)
        store.claim(found.id, attempt_ids=old)
    return found


def entered(store: QuizStore, quiz: Quiz) -> StoredQuiz:
    """The quiz as the store knows it, made known if it was not, and as it is now.

    Raises:
        CourseError: the store knows another quiz by this identity.
    """
    facts = QuizFacts(
        course=quiz.course.key,
        name=quiz.name,
        is_practice=quiz.practice is not None,
        title=quiz.title,
        path=path_of(quiz),
        digest=digest_of(quiz),
        questions=questions_of(quiz),
    )
    found = store.enter_quiz(facts, is_same=lambda known: is_same_quiz(quiz, known))
    if not is_same_quiz(quiz, found):
        raise _another(quiz, found)
    return found


def left_alone(store: QuizStore, quiz: Quiz, student: str | None = None) -> str:
    """What to say of attempts of earlier versions that have this name and other questions."""
    left = [a for a in store.unclaimed(topic=_topic(quiz)) if student in (None, a.student)]
    if not left:
        return ""
    return (
        f"The store has {counted(len(left), 'earlier attempt')} at a quiz {_topic(quiz)!r} with"
        " other questions; nothing is done with them."
    )


def _topic(quiz: Quiz) -> str:
    """The name by which earlier versions knew the quiz."""
    return quiz.name if quiz.practice is not None else quiz.path.name


def _fits(store: QuizStore, quiz: Quiz, attempt: StoredAttempt) -> bool:
    items = attempt.settings.get("items")
    if items is None:
        items = dict.fromkeys(answer.item for answer in store.answers(attempt.id))
    return fits(quiz, digest=attempt.topic_digest, items=tuple(items))


def _renamed(store: QuizStore, quiz: Quiz) -> StoredQuiz | None:
    """The quiz of this file under the identity that it had before it, or its course, got an id."""
    key = quiz.course.key
    for known in store.quizzes(path=path_of(quiz)):
        if known.name not in (quiz.name, quiz.path.name) or not is_same_quiz(quiz, known):
            continue
        if known.course in ("", key):
            store.rename_quiz(known.id, course=key, name=quiz.name)
            return store.quiz(course=key, name=quiz.name)
        if not quiz.course.id and not quiz.has_id:
            raise _another_course(quiz, known)
    return None


def _another(quiz: Quiz, known: StoredQuiz) -> CourseError:
    what, fix = "quiz", "Write another `id` into the file of this one."
    if quiz.practice is not None:
        what, fix = "topic", "Rename this topic, or name another store with --store."
    elif not quiz.is_named:
        fix = (
            f"Write `id: {_suggested(quiz.path)}` or another id into it. If it is that quiz in"
            f" a new place, write `id: {quiz.name}`."
        )
    return CourseError(
        f"the store has attempts at another {what} {quiz.label!r}, {known.title!r} from"
        f" {known.path}, which differs from this one",
        at=str(quiz.path),
        fix=fix,
    )


def _another_course(quiz: Quiz, known: StoredQuiz) -> CourseError:
    course = f"the course {quiz.course.key!r}" if quiz.course.key else "no course"
    return CourseError(
        f"the store has attempts at this quiz in the course {known.course!r}, and now it is in"
        f" {course}",
        at=str(quiz.path),
        fix=f"Write `id: {known.course}` into course.yaml if it is the same course, and another"
        " id if it is not.",
    )


def _suggested(path: Path) -> str:
    return f"{path.resolve().parent.name}-{path.stem}".strip("-")
