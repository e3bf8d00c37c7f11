"""The stored results of a verification: `verified.json` beside the questions.

A key is run on the reference by `grader quiz verify`, which needs torch. What it found is stored,
so that a taker sees the evidence of a real run and needs no torch.
"""

import hashlib
import json
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import CourseError

VERIFIED_FILE = "verified.json"
PLACEHOLDER = "{evidence}"
# What a key does not depend on. All the rest of a question is covered by its key's digest.
_BESIDE_THE_KEY = frozenset(
    (
        "concept",
        "difficulty",
        "points",
        "purpose",
        "tags",
        "explanation",
        "feedback",
        "feedback_true",
        "feedback_false",
        "misconception",
    )
)
# What may change while the question stays the one that was asked.
_BESIDE_THE_QUESTION = _BESIDE_THE_KEY | {"rubric", "model_answer", "numbers", "with", "shapes"}


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one seed showed, as Markdown."""

    seed: int
    evidence: str


class StoredResult(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What was run for one question, and what came out."""

    digest: str  # see `key_digest`
    kind: str
    ran: str  # the claim, the trace or the misconception
    seeds: str = ""
    value: float | None = None
    variants: tuple[Variant, ...] = ()


class Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All results of a folder, and the reference that gave them."""

    reference: str  # a digest of its source
    questions: dict[str, StoredResult]


def read_stored(folder: Path) -> Stored | None:
    """What is stored beside the questions of a folder; None if nothing is.

    Raises:
        CourseError: the file is damaged.
    """
    path = folder / VERIFIED_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Stored)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise CourseError(
            f"holds no results of a verification ({error})",
            at=str(path),
            fix="Make it anew with `grader quiz verify --write`.",
        ) from error


def stored_bytes(stored: Stored) -> bytes:
    """The content of the file; equal results give equal bytes."""
    ordered = msgspec.structs.replace(stored, questions=dict(sorted(stored.questions.items())))
    return msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n"


def with_evidence(stem: str, evidence: str) -> str:
    """The stem with Markdown in the place of its placeholder."""
    return stem.replace(PLACEHOLDER, evidence)


def question_digest(raw: Mapping[str, Any]) -> str:
    """Changes when the question is another one than was asked: its texts, key and `verify`."""
    return _digest(raw, beside=_BESIDE_THE_QUESTION)


def key_digest(raw: Mapping[str, Any]) -> str:
    """Changes with all that the key depends on: also with model answers and rubrics."""
    return _digest(raw, beside=_BESIDE_THE_KEY)


def _digest(raw: Mapping[str, Any], *, beside: Set[str]) -> str:
    text = json.dumps(_bare(raw, beside), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _bare(value: Any, beside: Set[str]) -> Any:
    match value:
        case dict():
            return {k: _bare(v, beside) for k, v in value.items() if k not in beside}
        case list():
            return [_bare(each, beside) for each in value]
        case str():
            return " ".join(value.split())
        case _:
            return value
