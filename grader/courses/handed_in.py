"""What was handed in: the marks that are stored with attempts, and which attempt counts."""

from collections.abc import Sequence

from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.rules import counting
from grader.quiz.attempt.session import Session
from grader.quiz.marking.gradebook import HandedIn, handed_in
from grader.quiz.marking.scoring import Marks
from grader.quiz.marking.sheets import marks_of, sheet_from_json
from grader.store.database import StoreError
from grader.store.quiz_store import StoredAttempt


def graded(attempt: StoredAttempt) -> HandedIn | None:
    """What an attempt earned by its stored marks; None if it was not handed in.

    Raises:
        StoreError: the marks cannot be read.
    """
    if attempt.finished_at is None or attempt.marks is None:
        return None
    try:
        return handed_in(attempt.marks, number=attempt.number, finished_at=attempt.finished_at)
    except ValueError as error:  # no JSON, or other JSON: nobody's marks are made up
        raise StoreError(
            f"the marks of attempt {attempt.id} cannot be read",
            fix="Another program wrote them; restore the store from a copy.",
        ) from error


def counted_attempt(attempts: Sequence[StoredAttempt], quiz: Quiz) -> StoredAttempt | None:
    """Of one student's attempts, the one that counts."""
    done = filter(None, map(graded, attempts))
    chosen = counting(done, quiz.rules.counts)
    return next((a for a in attempts if chosen and a.number == chosen.number), None)


def stored_marks(attempt: StoredAttempt, session: Session) -> Marks:
    """The marks that are stored, since a person may have changed them after the attempt."""
    if graded(attempt) is None or attempt.marks is None:
        return session.marks()
    items = {item.id: item for item in session.items}
    return marks_of(sheet_from_json("", attempt.marks), items)
