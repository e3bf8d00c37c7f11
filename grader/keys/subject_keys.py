"""What answer keys are run on: claims, procedures and programs, which belong to a subject."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import CourseError
from grader.keys.procedure import Procedure
from grader.keys.registry import Claim
from grader.quiz.bank.concepts import load_concepts
from grader.quiz.items.verify_keys import DiagnosisRun
from grader.subject.loading import named_subject
from grader.subject_sources import source_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """Evidence as Markdown, and whether it comes out the same on every CPU."""

    text: str
    is_clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectKeys:
    """What the reference of one subject can be asked for an answer key."""

    claims: Mapping[str, Claim]
    procedures: Mapping[str, Procedure]
    misconceptions: Mapping[str, str]  # the sentence of each, by id
    # Runs the right program (None) or one with a mistake on a seed.
    program: Callable[[DiagnosisRun, str | None, int], Any]
    # What a taker sees of a program, beside the right one.
    shown: Callable[[DiagnosisRun, Any, Any], ShownRun]
    # The same run with so many random prompts in addition.
    with_prompts: Callable[[DiagnosisRun, int], DiagnosisRun]
    drawings: Mapping[str, Callable[[int], Any]]  # figures from a run, by name


@dataclass(frozen=True, slots=True, kw_only=True)
class BankKeys:
    """The keys of the subject that a bank names, and the digest that stored results carry."""

    keys: SubjectKeys
    digest: str


def keys_of_bank(folder: Path) -> BankKeys:
    """What the keys of this folder's questions are run on.

    Raises:
        CourseError: its subject is not there, or its reference cannot be asked.
    """
    concepts = load_concepts(folder)
    subject = named_subject(concepts.subject, at=str(concepts.path))
    if subject.keys is None:
        raise CourseError(
            f"answer keys cannot be run on the subject {concepts.subject!r}",
            at=str(concepts.path),
            fix="Name a subject with claims, such as `subject: decoder`.",
        )
    keys = subject.keys()
    if not isinstance(keys, SubjectKeys):
        raise CourseError(
            f"the keys of the subject {concepts.subject!r} are a {type(keys).__name__}",
            at=str(concepts.path),
            fix="They must be a grader.keys.subject_keys.SubjectKeys.",
        )
    return BankKeys(keys=keys, digest=source_digest(subject.folder))
