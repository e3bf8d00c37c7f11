"""What was typed after `take` or `review`: which quiz, whose attempts, and how to type it again."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import click

from grader.cli.quiz.options import login_name


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedQuiz:
    """A quiz and a student, as they stand on the command line."""

    words: tuple[str, ...]  # the topic or the file, or ids of questions
    questions: Path | None  # the folder; None for those that are shipped
    student: str | None
    store: str | None

    @property
    def word(self) -> str:
        """What was typed as one word, as `grader.courses.named_quiz` takes it."""
        return " ".join(self.words)

    @property
    def taker(self) -> str:
        return self.student or login_name("student")

    def again(self, command: str) -> str:
        """What to type for this command on the same quiz.

        What GRADER_STORE says, perhaps with a password, need not be typed and is not printed.
        """
        source = click.get_current_context().get_parameter_source("store")
        store = self.store if source == click.core.ParameterSource.COMMANDLINE else None
        options = {"questions": self.questions, "student": self.student, "store": store}
        words = ["grader", "quiz", command, *self.words]
        for name, value in options.items():
            words += [] if value is None else [f"--{name}", str(value)]
        return shlex.join(words)
