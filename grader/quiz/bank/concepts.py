"""The table of concepts beside the questions: `concepts.yaml`, its rows and its subject."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from grader import strict_yaml
from grader.errors import CourseError
from grader.quiz.items.item import Concept
from grader.settings import shipped

CONCEPTS_FILE = "concepts.yaml"


class _ConceptsFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    subject: str
    concepts: dict[Concept, str]
    further_subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Concepts:
    """The rows that questions may be about, by number."""

    titles: Mapping[int, str]
    subjects: tuple[str, ...]  # whose references the answer keys are run on, the main one first
    path: Path


def must_be_a_row(number: int, folder: Path) -> None:
    """Refuse a number that is no row of the table that a bank uses.

    Raises:
        CourseError: there is no such row, or the file is wrong.
    """
    concepts = load_concepts(folder)
    if number not in concepts.titles:
        raise CourseError(
            f"there is no concept {number}",
            at=str(concepts.path),
            fix=f"The rows are {', '.join(map(str, concepts.titles))}.",
        )


@cache
def shipped_concepts() -> Concepts:
    """The table that comes with the grader."""
    return load_concepts(shipped("questions"))


def load_concepts(folder: Path) -> Concepts:
    """The table of a bank; a bank without one uses the table that comes with the grader.

    Raises:
        CourseError: the file is wrong.
    """
    own = folder / CONCEPTS_FILE
    path = own if own.is_file() else shipped("questions") / CONCEPTS_FILE
    read = strict_yaml.read(path, _ConceptsFile)
    return Concepts(
        titles=read.concepts, subjects=(read.subject, *read.further_subjects), path=path
    )
