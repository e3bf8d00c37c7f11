"""What came out of verifying one question."""

from dataclasses import dataclass, field
from pathlib import Path

from grader.quiz.bank.assents import Words
from grader.quiz.bank.stored_results import StoredResult


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOutcome:
    """The result that can be stored, and what speaks against the key; a sound key has nothing."""

    topic: str
    path: Path
    item: str
    result: StoredResult
    problems: tuple[str, ...] = ()
    words: Words = field(default_factory=dict)  # each text beside the statement that was run

    @property
    def is_sound(self) -> bool:
        return not self.problems
