"""What `grader quiz take` and `grader quiz review` do."""

import secrets

import click
from rich.text import Text

from grader.cli.keyboard import ask
from grader.cli.quiz.conversation import Conversation
from grader.courses.attempts import Attempt, NotNow, WantedAttempt, begin, opened, unfinished
from grader.courses.identities import left_alone
from grader.courses.named_quiz import Desk, counted_attempt, graded, load_named, now, settled
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.session import Phase, Session
from grader.quiz.bank.topics import load_misconceptions
from grader.quiz.marking.sheets import marks_of, sheet_from_json
from grader.reports.quiz_terminal import console, later, start, summary
from grader.store.quiz_store import QuizStore, StoredAttempt, open_store

_LONGEST_NAME = 200  # as the store keeps it


def take(desk: Desk, wish: WantedAttempt) -> None:
    """Lead the student through an attempt: the one to go on with, or a new one.

    Where none may begin, but marks of an earlier one may be shown by now, they are shown.

    Raises:
        NotNow: the rules of the quiz allow neither.
    """
    quiz = load_named(desk.word, desk.folder, feedback=wish.feedback)
    _check(desk, wish, quiz)
    if early := quiz.rules.too_early(now()):  # an attempt begun before the opening was moved waits
        raise NotNow(early, at=quiz.name)
    with open_store(desk.store) as store:
        earlier = settled(store, quiz, wish.student)
        if note := left_alone(store, quiz, wish.student):
            console().print(Text(note))
        attempt = unfinished(store, quiz, wish, earlier)
        if attempt is None:
            if refusal := quiz.rules.no_attempt(now(), begun=len(earlier)):
                _look_back(store, quiz, desk, earlier, refusal)
                return
            attempt = _begun(store, quiz, wish, number=len(earlier) + 1)
        if attempt is not None:
            _talk(attempt, desk)


def review(desk: Desk, number: int | None) -> None:
    """Show marks and explanations of an attempt, by default of the one that counts.

    Raises:
        NotNow: there is nothing to be shown, or not yet.
    """
    quiz = load_named(desk.word, desk.folder)
    with open_store(desk.store) as store:
        attempts = settled(store, quiz, desk.student)
        if number is None:
            chosen = counted_attempt(attempts, quiz)
        else:
            chosen = next((attempt for attempt in attempts if attempt.number == number), None)
        if chosen is None:
            which = f"attempt number {number}" if number else "attempt that was handed in"
            raise NotNow(
                f"{desk.student} has no {which}", at=quiz.name, fix=f"Type: {desk.resume_command}"
            )
        session = opened(store, quiz, chosen).session
    if session.phase != Phase.FINISHED:
        raise NotNow(
            f"attempt number {chosen.number} is not handed in",
            at=quiz.name,
            fix=f"Go on with it: {desk.resume_command}",
        )
    if not session.shows_feedback(now()):
        raise NotNow(later(session), at=quiz.name)
    heading = f"{quiz.title}: attempt number {chosen.number} of {desk.student}."
    _show(chosen, session, desk, heading)


def _check(desk: Desk, wish: WantedAttempt, quiz: Quiz) -> None:
    if quiz.practice is None:
        given = {
            "--seed": wish.seed is not None,
            "--feedback": wish.feedback is not None,
            "--new": wish.new,
        }
        for name in (name for name, is_given in given.items() if is_given):
            raise click.UsageError(
                f"{name} is for practice on a topic; {desk.word} has rules of its own."
            )
    if not wish.student.strip() or len(wish.student) > _LONGEST_NAME:
        raise click.UsageError(f"--student needs a name of 1 to {_LONGEST_NAME} characters.")


def _begun(store: QuizStore, quiz: Quiz, wish: WantedAttempt, *, number: int) -> Attempt | None:
    """A new attempt; None if the taker would rather not."""
    if not _wants_to_start(quiz, number):
        return None
    seed = wish.seed
    if seed is None and quiz.practice is not None:
        seed = secrets.randbelow(2**31)
    if seed is None:
        seed = quiz.seed(student=wish.student, number=number)
    return begin(store, quiz, wish, number=number, seed=seed, at=now())


def _wants_to_start(quiz: Quiz, number: int) -> bool:
    """Ask before a clock starts, or before one of few attempts is used."""
    if quiz.rules.limit is None and quiz.rules.attempts is None:
        return True
    out = console()
    out.print(start(quiz, number=number, at=now()))
    try:
        return ask("Enter starts, q leaves > ").strip().lower() in ("", "y", "yes")
    except (EOFError, KeyboardInterrupt):
        out.print()
        return False


def _look_back(
    store: QuizStore, quiz: Quiz, desk: Desk, earlier: list[StoredAttempt], refusal: str
) -> None:
    chosen = counted_attempt(earlier, quiz)
    if chosen is None:
        raise NotNow(refusal, at=quiz.name)
    session = opened(store, quiz, chosen).session
    if not session.shows_feedback(now()):
        raise NotNow(f"{refusal}; {later(session)}", at=quiz.name)
    heading = f"{quiz.title}: {refusal}. Your attempt number {chosen.number} counts."
    _show(chosen, session, desk, heading)


def _show(stored: StoredAttempt, session: Session, desk: Desk, heading: str) -> None:
    """The marks that are stored, since a person may have changed them after the attempt."""
    marks = session.marks()
    if graded(stored) is not None and stored.marks is not None:
        items = {item.id: item for item in session.items}
        marks = marks_of(sheet_from_json("", stored.marks), items)
    out = console()
    out.print(heading)
    out.print(summary(marks, load_misconceptions(desk.folder)))


def _talk(attempt: Attempt, desk: Desk) -> None:
    out = console()
    for note in attempt.notes:
        out.print(note)
    Conversation(
        attempt.session,
        misconceptions=load_misconceptions(desk.folder),
        console=out,
        ask=ask,
        save=attempt.save,
        now=now,
        resume_command=desk.resume_command,
        review_command=desk.review_command,
    ).run()
