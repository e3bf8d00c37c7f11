"""What a person has agreed to: that a text of a question says what was run for it.

A number can be computed; whether words say the same as a claim cannot. So `assents.json` beside
the questions keeps each text with the statement that stood beside it when somebody read both and
agreed. Where one of the two has changed since, the agreement is gone.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from grader.errors import CourseError

ASSENTS_FILE = "assents.json"


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text of a question, and the statement that is run for it."""

    text: str
    statement: str

    @classmethod
    def plain(cls, text: str, statement: str) -> "Said":
        """Both without line breaks: how a text is wrapped is no part of what it says."""
        return cls(text=" ".join(text.split()), statement=" ".join(statement.split()))

    @property
    def is_the_statement(self) -> bool:
        """Whether the text is the statement to the letter, which needs nobody's judgement."""
        return self.text == self.statement


Words = Mapping[str, Said]  # by place in the question: `stem`, `option same`, `step embed`


class Assents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was agreed to, by question and place."""

    questions: dict[str, dict[str, Said]] = msgspec.field(default_factory=dict)

    def lacking(self, item: str, words: Words) -> dict[str, Said | None]:
        """The places whose words nobody has agreed to, with what was agreed to there before."""
        agreed = self.questions.get(item, {})
        return {
            place: agreed.get(place)
            for place, said in words.items()
            if agreed.get(place) != said and not said.is_the_statement
        }

    def given(self, item: str, words: Words) -> "Assents":
        """The same, and all words of this question agreed to."""
        kept = {place: said for place, said in words.items() if not said.is_the_statement}
        return Assents(questions={**self.questions, item: kept})


def read_assents(folder: Path) -> Assents:
    """What was agreed to in the questions of a folder; nothing if there is no such file.

    Raises:
        CourseError: the file is damaged.
    """
    path = folder / ASSENTS_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Assents)
    except FileNotFoundError:
        return Assents()
    except (OSError, msgspec.DecodeError) as error:
        raise CourseError(
            f"holds no record of what was agreed to ({error})",
            at=str(path),
            fix="Take an earlier version of it, or remove it and read the questions anew.",
        ) from error


def assents_bytes(assents: Assents) -> bytes:
    """The content of the file; equal assents give equal bytes."""
    ordered = Assents(
        questions={
            name: dict(sorted(assents.questions[name].items()))
            for name in sorted(assents.questions)
        }
    )
    return msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n"
