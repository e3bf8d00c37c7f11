"""Repairs after the fact: they are data beside the bank, and the bank stays as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from grader import strict_yaml
from grader.errors import CourseError, did_you_mean
from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Item, Rejected, Response
from grader.quiz.marking.decisions import Action, Decisions, Repaired


class _Entry(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    question: str
    reason: str
    drop: bool = False
    full_marks: bool = False
    accept: Any = None


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    repairs: tuple[_Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRepair:
    """A repair as an instructor writes it; `answer` is for `accept`, as in an answers file."""

    question: str
    action: Action
    reason: str
    answer: object = None
    at: str = ""  # where it is written


def read_repairs(path: Path) -> tuple[WantedRepair, ...]:
    """The repairs of a file `repairs.yaml`.

    Raises:
        CourseError: it is no such file, or an entry says nothing, or two things at once.
    """
    return tuple(
        _wish(entry, at=f"{path}#{number}")
        for number, entry in enumerate(strict_yaml.read(path, _File).repairs, start=1)
    )


def repairs(
    wishes: Iterable[WantedRepair], items: Mapping[str, Item], decisions: Decisions, *, at: datetime
) -> tuple[Repaired, ...]:
    """The entries for these wishes; one that holds already is left out.

    Raises:
        CourseError: there is no such question, or the answer cannot be one to it.
    """
    known = {_content(repair) for repair in decisions.repairs.values()}
    made: list[Repaired] = []
    for wish in wishes:
        repair = Repaired(
            number=decisions.next_number + len(made),
            question=wish.question,
            action=wish.action,
            answer=_answer(wish, items),
            reason=wish.reason.strip(),
            at=at,
        )
        if _content(repair) not in known:
            known.add(_content(repair))
            made.append(repair)
    return tuple(made)


def in_words(repair: Repaired) -> str:
    """A repair as a sentence without its reason; options and steps by their ids."""
    match repair.action:
        case "drop":
            return f"{repair.question} does not count"
        case "full_marks":
            return f"{repair.question} gives everybody all points"
        case "accept":
            answer = repair.answer or ""
            shown = answer if isinstance(answer, str) else ", ".join(answer)
            return f"{repair.question} also accepts {shown}"


def _content(repair: Repaired) -> tuple[str, str, Response | None]:
    return repair.question, repair.action, repair.answer


def _wish(entry: _Entry, *, at: str) -> WantedRepair:
    given: list[Action] = []
    if entry.drop:
        given.append("drop")
    if entry.full_marks:
        given.append("full_marks")
    if entry.accept is not None:
        given.append("accept")
    if len(given) != 1:
        said = " and ".join(given) or "nothing to do"
        raise CourseError(
            f"the repair of {entry.question!r} says {said}",
            at=at,
            fix="Write one of `drop: true`, `full_marks: true` and `accept: ANSWER`.",
        )
    return WantedRepair(
        question=entry.question, action=given[0], reason=entry.reason, answer=entry.accept, at=at
    )


def _answer(wish: WantedRepair, items: Mapping[str, Item]) -> Response | None:
    item = items.get(wish.question)
    if item is None:
        raise CourseError(
            f"there is no question {wish.question!r}",
            at=wish.at,
            fix=did_you_mean(wish.question, items),
        )
    if not wish.reason.strip():
        raise CourseError(
            f"the repair of {wish.question!r} has no reason",
            at=wish.at,
            fix="Say why: the students read it beside the mark.",
        )
    if wish.action != "accept":
        return None
    if isinstance(item, Text):
        raise CourseError(
            f"{wish.question!r} is marked by a person, so no answer can be accepted",
            at=wish.at,
            fix="Tick rubric items with `grader quiz mark`.",
        )
    response = item.read(wish.answer)
    if isinstance(response, Rejected):
        raise CourseError(response.why, at=wish.at or wish.question, fix=f"Write {item.shape}.")
    return response
