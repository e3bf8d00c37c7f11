"""What `grader quiz review` does."""

from pathlib import Path

from grader.cli.clock import now
from grader.cli.quiz.typed_quiz import TypedQuiz
from grader.courses.attempts import NotNow
from grader.courses.named_quiz import load_named
from grader.courses.reviewing import (
    NoSuchAttempt,
    NotHandedIn,
    PastAttempt,
    ReviewedAttempt,
    review,
)
from grader.quiz.bank.topics import load_misconceptions
from grader.reports.quiz_terminal import console, summary
from grader.settings import question_folder
from grader.store.quiz_store import default_store, open_store


def review_attempt(typed: TypedQuiz, number: int | None) -> None:
    """Show marks and explanations of an attempt, by default of the one that counts.

    Raises:
        NotNow: there is nothing to be shown, or not yet.
    """
    folder = question_folder(typed.questions)
    quiz = load_named(typed.word, folder)
    past = PastAttempt(student=typed.taker, number=number)
    with open_store(typed.store or default_store()) as store:
        try:
            reviewed = review(store, quiz, past, at=now())
        except NoSuchAttempt as error:
            raise _with_fix(error, f"Type: {typed.again('take')}") from error
        except NotHandedIn as error:
            raise _with_fix(error, f"Go on with it: {typed.again('take')}") from error
    heading = f"{quiz.title}: attempt number {reviewed.number} of {typed.taker}."
    show(reviewed, folder, heading)


def show(reviewed: ReviewedAttempt, folder: Path, heading: str) -> None:
    """Print an attempt with its marks.

    Args:
        folder: of the questions, with the sentences of mistaken ideas.
    """
    out = console()
    out.print(heading)
    out.print(summary(reviewed.marks, load_misconceptions(folder)))


def _with_fix(error: NotNow, fix: str) -> NotNow:
    return NotNow(error.problem, at=error.at, fix=fix)
