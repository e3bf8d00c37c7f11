"""What answer keys are run on: claims, procedures and programs, which belong to a subject."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import CourseError
from grader.keys.procedure import Procedure
from grader.keys.registry import Claim
from grader.quiz.bank.concepts import load_concepts
from grader.quiz.items.verify_keys import DiagnosisRun
from grader.subject.loading import named_subject
from grader.subject_sources import source_digest

Keys = TypeVar("Keys")


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
class FurtherKeys:
    """What a further subject adds to the keys of a bank's main one."""

    claims: Mapping[str, Claim]
    misconceptions: Mapping[str, str]  # the sentence of each, by id
    procedures: Mapping[str, Procedure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankKeys:
    """The keys of the subjects that a bank names, and the digest that stored results carry."""

    keys: SubjectKeys
    digest: str


def keys_of_bank(folder: Path) -> BankKeys:
    """What the keys of this folder's questions are run on.

    Raises:
        CourseError: a subject is not there, or its reference cannot be asked.
    """
    concepts = load_concepts(folder)
    at = str(concepts.path)
    main, *further = concepts.subjects
    keys = _keys_of(main, SubjectKeys, at=at)
    for name in further:
        more = _keys_of(name, FurtherKeys, at=at)
        known = {*keys.claims, *keys.procedures}
        if twice := sorted(known & {*more.claims, *more.procedures}):
            raise CourseError(
                f"{twice[0]!r} is a claim or a procedure of {name!r} and of a subject before it",
                at=at,
                fix="Give one of the two another name.",
            )
        keys = replace(
            keys,
            claims={**keys.claims, **more.claims},
            procedures={**keys.procedures, **more.procedures},
            misconceptions={**keys.misconceptions, **more.misconceptions},
        )
    digests = [source_digest(named_subject(name, at=at).folder) for name in concepts.subjects]
    return BankKeys(keys=keys, digest=_together(digests))


def _keys_of(name: str, kind: type[Keys], *, at: str) -> Keys:
    subject = named_subject(name, at=at)
    if subject.keys is None:
        raise CourseError(
            f"answer keys cannot be run on the subject {name!r}",
            at=at,
            fix="Name a subject with claims, such as `subject: decoder`.",
        )
    keys = subject.keys()
    if not isinstance(keys, kind):
        raise CourseError(
            f"the keys of the subject {name!r} are a {type(keys).__name__}",
            at=at,
            fix=f"They must be a grader.keys.subject_keys.{kind.__name__}.",
        )
    return keys


def _together(digests: Sequence[str]) -> str:
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:16]
