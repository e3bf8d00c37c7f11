"""Each question, as it is taken over, compared with its source: what is broken is not taken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup

from grader.errors import CourseError
from grader.quiz.bank.topics import read_item
from grader.quiz.exports.markup import html
from grader.quiz.items.item import Item, Rejected, Severity
from grader.text import clean_line, counted

INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
GAP_WITH_KEY = re.compile(r"\{\s*(?:\d+:[A-Z_]+:\s*)?[=~]")
PARTS = {
    "choice": "option",
    "choices": "option",
    "ordering": "step",
    "short": "answer",
    "matching": "left item",
}
LONGEST = 40  # characters of a text in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How much there is of a question; None is not known."""

    parts: int | None = None  # options, steps, forms of a short answer
    feedback: int | None = None  # texts for those who gave an answer


NOT_COUNTED = Figures()


def broken(fields: dict[str, Any]) -> Iterator[str]:
    """What makes a question one that nobody can take."""
    stem = BeautifulSoup(html(fields["stem"]), "html.parser")
    if not _visible(str(stem)):
        yield "its text is empty"
    for code in stem.find_all(["pre", "code"]):
        code.decompose()
    if GAP_WITH_KEY.search(stem.get_text()):
        yield "the key of a gap stands in its text"
    yield from _alike(fields)
    if fields["kind"] == "short" and not all(map(_visible, fields["accepted"])):
        yield "one of its answers is empty"
    elif fields["kind"] != "text":
        yield from _unanswerable(fields)


def to_mend(fields: dict[str, Any]) -> Iterator[str]:
    """What keeps a question from being taken, as its author would be told.

    A free text has no rubric where it comes from; `lint` asks for one.
    """
    if fields["kind"] == "text":
        return
    for finding in _item(fields).problems():
        if finding.severity == Severity.ERROR:
            yield f"to be mended, {finding.where}: {finding.problem}"


def difference(source: Figures, fields: dict[str, Any]) -> str:
    """What is not the same after an import; empty if all is."""
    taken = _figures(fields)
    said = []
    if source.parts is not None and taken.parts is not None and source.parts != taken.parts:
        part = PARTS[fields["kind"]]
        said.append(f"{counted(taken.parts, part)} of {source.parts}")
    if source.feedback is not None and source.feedback != taken.feedback:
        said.append(f"{counted(taken.feedback or 0, 'feedback')} of {source.feedback}")
    return f"only this was taken over: {', '.join(said)}" if said else ""


def _unanswerable(fields: dict[str, Any]) -> Iterator[str]:
    try:
        item = _item(fields)
        read = item.read(item.key()) if item.key() else None
    except CourseError as error:
        yield error.problem
        return
    if isinstance(read, Rejected):
        yield f"its right answer cannot be given here: {read.why}"


def _item(fields: dict[str, Any]) -> Item:
    return read_item({"id": "imported.question", **fields}, at="")


def _alike(fields: dict[str, Any]) -> Iterator[str]:
    """Parts that look alike; what stands on two sides is compared by itself."""
    if fields["kind"] == "matching":
        yield from _alike({**fields, "kind": "left item", "options": fields["left"]})
        yield from _alike({**fields, "kind": "right item", "options": fields["right"]})
        return
    parts = [*fields.get("options", ()), *fields.get("steps", ()), *fields.get("distractors", ())]
    seen: set[str] = set()
    for part in parts:
        name = PARTS.get(fields["kind"], "part")
        text = _visible(html(part["text"]))
        if not text:
            yield f"one of its {name}s has no text"
        elif text in seen:
            yield f"two of its {name}s look alike: {clean_line(part['text'], LONGEST)!r}"
        seen.add(text)
    if len(parts) == 1:
        yield f"it has only one {PARTS.get(fields['kind'], 'part')}"


def _visible(markup: str) -> str:
    """What two texts that look the same have in common; empty if there is nothing to see."""
    if not INVISIBLE.sub("", BeautifulSoup(markup, "html.parser").get_text()):
        return markup if "<img" in markup else ""
    return INVISIBLE.sub(" ", markup).strip()


def _figures(fields: dict[str, Any]) -> Figures:
    forms = [
        *fields.get("accepted", ()),
        *(one for n in fields.get("near", ()) for one in n["forms"]),
    ]
    lists = [fields.get(key, ()) for key in ("options", "steps", "distractors", "left")]
    amount = sum(map(len, lists)) or len(forms)
    return Figures(
        parts=amount if fields["kind"] in PARTS else None, feedback=len(list(_feedback(fields)))
    )


def _feedback(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if str(key).startswith("feedback") and inner:
                yield str(inner)
            else:
                yield from _feedback(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _feedback(inner)
