"""What `grader quiz take` does."""

import secrets
from pathlib import Path

import click
from rich.text import Text

from grader.cli.clock import now
from grader.cli.keyboard import ask, edit
from grader.cli.quiz.conversation import Conversation
from grader.cli.quiz.review_run import show
from grader.cli.quiz.typed_quiz import TypedQuiz
from grader.courses.attempts import Attempt, WantedAttempt, begin
from grader.courses.identities import left_alone
from grader.courses.named_quiz import load_named
from grader.courses.taking import MayBegin, NoneLeft, arrive, must_be_open, seed_to_begin
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.rules import Feedback
from grader.quiz.bank.topics import load_misconceptions
from grader.reports.quiz_terminal import console, start
from grader.settings import question_folder
from grader.store.quiz_store import QuizStore, default_store, open_store

_LONGEST_NAME = 200  # as the store keeps it


def take(typed: TypedQuiz, *, seed: int | None, feedback: str | None, new: bool) -> None:
    """Lead the student through an attempt: the one to go on with, or a new one.

    Where none may begin, but marks of an earlier one may be shown by now, they are shown.

    Raises:
        NotNow: the rules of the quiz allow neither.
    """
    wanted = WantedAttempt(
        student=typed.taker,
        seed=seed,
        feedback=Feedback(feedback) if feedback else None,
        new=new,
    )
    folder = question_folder(typed.questions)
    quiz = load_named(typed.word, folder, feedback=wanted.feedback)
    _check(typed, wanted, quiz)
    must_be_open(quiz, at=now())  # before a store is made for it
    with open_store(typed.store or default_store()) as store:
        arrival = arrive(store, quiz, wanted, at=now())
        if note := left_alone(store, quiz, wanted.student):
            console().print(Text(note))
        match arrival:
            case NoneLeft(why, reviewed):
                heading = f"{quiz.title}: {why}. Your attempt number {reviewed.number} counts."
                show(reviewed, folder, heading)
            case MayBegin(number):
                if _wants_to_start(quiz, wanted.student, number):
                    _talk(_begun(store, quiz, wanted, number=number), typed, folder)
            case attempt:
                _talk(attempt, typed, folder)


def _check(typed: TypedQuiz, wanted: WantedAttempt, quiz: Quiz) -> None:
    if quiz.practice is None:
        given = {
            "--seed": wanted.seed is not None,
            "--feedback": wanted.feedback is not None,
            "--new": wanted.new,
        }
        for name in (name for name, is_given in given.items() if is_given):
            raise click.UsageError(
                f"{name} is for practice on a topic; {typed.word} has rules of its own."
            )
    if not wanted.student.strip() or len(wanted.student) > _LONGEST_NAME:
        raise click.UsageError(f"--student needs a name of 1 to {_LONGEST_NAME} characters.")


def _begun(store: QuizStore, quiz: Quiz, wanted: WantedAttempt, *, number: int) -> Attempt:
    seed = seed_to_begin(
        quiz,
        wanted,
        number=number,
        drawn=secrets.randbelow(2**31),
    )
    return begin(store, quiz, wanted, number=number, seed=seed, at=now())


def _wants_to_start(quiz: Quiz, student: str, number: int) -> bool:
    """Ask before a clock starts, or before one of few attempts is used."""
    if quiz.rules.limit is None and quiz.rules.attempts is None:
        return True
    out = console()
    out.print(start(quiz, student=student, number=number, at=now()))
    try:
        return ask("Enter starts, q leaves > ").strip().lower() in ("", "y", "yes")
    except (EOFError, KeyboardInterrupt):
        out.print()
        return False


def _talk(attempt: Attempt, typed: TypedQuiz, folder: Path) -> None:
    out = console()
    for note in attempt.notes:
        out.print(note)
    Conversation(
        attempt.session,
        misconceptions=load_misconceptions(folder),
        console=out,
        ask=ask,
        edit=edit,
        save=attempt.save,
        now=now,
        resume_command=typed.again("take"),
        review_command=typed.again("review"),
    ).run()
