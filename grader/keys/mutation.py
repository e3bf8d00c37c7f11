"""How much of a bank would change unnoticed? Its questions are changed, and verified again."""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import CourseError
from grader.keys.bank_check import verified
from grader.keys.mutants import Mutant, mutants
from grader.keys.registry import Claim, printed_by, prints
from grader.keys.subject_keys import SubjectKeys
from grader.keys.truths import Broken
from grader.keys.words import words
from grader.quiz.bank.assents import Assents
from grader.quiz.bank.topics import Topic, questions_as_written, read_item, read_topic
from grader.quiz.items.verify_keys import DiagnosisRun


@dataclass(slots=True)
class Share:
    """How many changes of one kind there were, and those that nothing noticed."""

    changed: int = 0
    survivors: list[str] = field(default_factory=list)

    @property
    def noticed(self) -> int:
        return self.changed - len(self.survivors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as its author wrote it."""

    path: Path
    raw: Mapping[str, Any]

    @property
    def where(self) -> str:
        return f"{self.path}#{self.raw['id']}"


def backed_questions(paths: Iterable[Path]) -> Iterator[Question]:
    """The questions with a `verify:`.

    Raises:
        CourseError: a file or a question does not fit its schema.
    """
    for path in paths:
        for error in read_topic(path, with_evidence=False).errors:
            raise error
        for raw in questions_as_written(path):
            if raw.get("verify"):
                yield Question(path=path, raw=raw)


def sampled(questions: Sequence[Question], size: int | None) -> Sequence[Question]:
    """So many questions, from all of the bank alike; None takes all."""
    if size is None or size >= len(questions):
        return questions
    return [questions[number * len(questions) // size] for number in range(size)]


class Mutation:
    """Changes the questions of one bank."""

    def __init__(self, keys: SubjectKeys, assents: Assents) -> None:
        self.keys, self.assents = remembering(keys), assents

    def is_noticed(self, question: Question) -> bool:
        """Whether something is wrong with a question as it stands."""
        return self._runs_red(question.raw, question.path) or self._is_unread(question.raw)

    def count(self, question: Question, shares: dict[str, Share]) -> None:
        """Change one question in every way, and add to the shares, by kind."""
        for mutant in mutants(question.raw):
            share = shares.setdefault(mutant.kind, Share())
            share.changed += 1
            if not self._dies(mutant, question.path):
                share.survivors.append(f"{question.where}: {mutant.says}")

    def _dies(self, mutant: Mutant, path: Path) -> bool:
        try:
            if mutant.in_words:
                return self._is_unread(mutant.raw)
            return self._runs_red(mutant.raw, path)
        except CourseError:
            return True  # it cannot even be read

    def _runs_red(self, raw: Mapping[str, Any], path: Path) -> bool:
        item = read_item(dict(raw), at=str(path))
        topic = Topic(name=path.stem, title="", concepts=(), items=(item,), path=path, digest="")
        return any(not outcome.is_sound for outcome in verified(self.keys, topic))

    def _is_unread(self, raw: Mapping[str, Any]) -> bool:
        item = read_item(dict(raw), at="")
        if item.verify is None:
            return False
        try:
            return bool(self.assents.lacking(item.id, words(self.keys, item, item.verify)))
        except Broken:
            return True


def remembering(keys: SubjectKeys) -> SubjectKeys:
    """The same keys, which run nothing twice: most changes concern what is not run."""
    programs: dict[object, Any] = {}

    def program(backing: DiagnosisRun, misconception: str | None, seed: int) -> Any:
        key = msgspec.json.encode(backing), misconception, seed
        if key not in programs:
            programs[key] = keys.program(backing, misconception, seed)
        return programs[key]

    claims = {name: _remembered(claim) for name, claim in keys.claims.items()}
    return replace(keys, claims=claims, program=program)


def _remembered(claim: Claim) -> Claim:
    results: dict[str, Any] = {}
    figures: dict[str, Any] = {}

    @functools.wraps(claim)
    def run(seed: int, **run_with: Any) -> Any:
        key = repr((seed, run_with))
        if key not in results:
            results[key] = claim(seed, **run_with)
        return results[key]

    def printed(**run_with: Any) -> Mapping[str, Any]:
        key = repr(run_with)
        if key not in figures:
            figures[key] = printed_by(claim)(**run_with)
        found: Mapping[str, Any] = figures[key]
        return found

    return prints(printed)(run)
