"""What `grader quiz export-answers` does."""

import re
from pathlib import Path

from grader.cli.clock import now
from grader.cli.files import write_file
from grader.cli.outputs import assert_output
from grader.cli.quiz.typed_quiz import TypedQuiz
from grader.courses.answers_export import exported_answers
from grader.courses.attempts import NotNow
from grader.courses.named_quiz import load_named
from grader.courses.reviewing import PastAttempt
from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.quiz_file import is_quiz_file
from grader.reports.quiz_terminal import console
from grader.settings import question_folder
from grader.store.quiz_store import default_store, open_store

_LONGEST_NAME = 80


def export(typed: TypedQuiz, number: int | None, output: Path | None) -> None:
    """Write the answers of an attempt, by default of the one that counts.

    Raises:
        NotNow: there is none that was handed in.
        WrongOutput: something would be lost where they are to be written.
    """
    quiz = load_named(typed.word, question_folder(typed.questions))
    path = output or Path(f"{_plain(typed.taker)}-{_plain(Path(quiz.name).stem)}.yaml")
    quiz_files = [Path(typed.word)] if is_quiz_file(typed.word) else []
    assert_output(path, reads=[Path(typed.store or default_store()), *quiz_files], ending=".yaml")
    past = PastAttempt(student=typed.taker, number=number)
    with open_store(typed.store or default_store()) as store:
        try:
            content = exported_answers(store, quiz, past, at=now())
        except NotNow as error:
            fix = f"Hand one in first: {typed.again('take')}"
            raise NotNow(error.problem, at=error.at, fix=fix) from error
    write_file(path, content)
    console().print(f"Written: {path}", soft_wrap=True)
    console().print(_how_far(quiz))


def _how_far(quiz: Quiz) -> str:
    if quiz.course.secret:
        return "It is sealed by the secret of the course: changed answers are not marked."
    return (
        "It is sealed without a secret, so the seal tells only what is changed by accident."
        " For more, a course takes the quiz where its course.yaml with a secret is."
    )


def _plain(name: str) -> str:
    return re.sub(r"[^\w.@+-]+", "-", name)[:_LONGEST_NAME]
