"""GIFT as drafts of questions, read as Moodle reads it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from bs4 import BeautifulSoup, Tag

from grader.errors import CourseError
from grader.quiz.imports.comparison import Figures
from grader.quiz.imports.draft import Draft, NotTaken, Reading, letters, number
from grader.quiz.imports.gift_text import blocks, hidden, shown
from grader.quiz.imports.import_rules import (
    TypedForm,
    assign_misconceptions,
    category_topic,
    lose_number,
    order_rule,
    read_tags,
    right_shares,
    short_kind,
    tolerance_of,
)
from grader.quiz.imports.markdown_text import from_html, from_lines, from_markdown, from_plain
from grader.quiz.imports.matches import matching_kind, split_pairs
from grader.quiz.imports.moodle_reader import RULES, UNIT_LINE

MARK = re.compile(r"\[(id|tag):((?:\\\]|[^\]])+)\]")
FORMAT = re.compile(r"\[(html|markdown|plain|moodle)\]", re.IGNORECASE)
WEIGHT = re.compile(r"%([+-]?[0-9.,]+)%")
ORDERING = re.compile(r">\s*(\d+)\s+(ALL)\s+(\w+)\s+([A-Z_]+)\s+(\w+)\s+(\w+)\s*\n(.*)", re.DOTALL)
SIGN = re.compile(r"~\s*=|[=~]")

Fields = dict[str, Any]
Note = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One answer: its text still hides what was escaped."""

    text: str
    share: float  # in percent
    feedback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _GiftQuestion:
    """One block of the file."""

    name: str
    format: str
    stem: str
    inside: str  # between the braces, without the explanation
    explanation: str
    marks: tuple[tuple[str, str], ...]
    lose: Note

    def markdown(self, text: str) -> str:
        return _markdown(text, self.format, self.lose)


def read(text: str, *, at: str) -> Reading:
    """Every question of the file.

    Raises:
        CourseError: there is no question in it.
    """
    reading = Reading()
    topic = None
    before = ""  # a question with a name and without an answer, right before another
    found = list(blocks(text))
    for line, block in found:
        category = re.match(r"\s*\$CATEGORY:(.*)", block)
        if category:
            topic = category_topic(reading, category[1])
            continue
        unnamed = f"question at line {line}"
        name, marks, rest = _head(block, unnamed)
        lose = partial(reading.lose, name)
        if before and name == unnamed:
            lose(f"a blank line stands before it: look whether {before!r} is its beginning")
        try:
            draft = _draft(_question(name, rest, marks, lose=lose))
            reading.add(topic or reading.topic("imported"), draft)
        except NotTaken as error:
            lose(f"left out: {error}")
        before = "" if "{" in rest or name == unnamed else name
    if not found:
        raise CourseError("holds no question", at=at, fix="Name a file in the GIFT format.")
    return reading


def _head(block: str, name: str) -> tuple[str, tuple[tuple[str, str], ...], str]:
    """The name of a question, the marks in its comments, and the rest with escapes hidden."""
    lines = block.splitlines()
    comments = "\n".join(line for line in lines if line.lstrip().startswith("//"))
    marks = tuple((found[1], found[2].replace(r"\]", "]")) for found in MARK.finditer(comments))
    text = "\n".join(line for line in lines if not line.lstrip().startswith("//")).strip()
    text = hidden(text)
    if titled := re.match(r"::(.*?)::(.*)", text, re.DOTALL):
        name, text = " ".join(shown(titled[1]).split()) or name, titled[2].strip()
    return name, marks, text


def _question(
    name: str, text: str, marks: tuple[tuple[str, str], ...], *, lose: Note
) -> _GiftQuestion:
    start, end = text.find("{"), text.find("}")
    if start < 0 and end < 0:
        raise NotTaken("it asks for nothing (a description)")
    if start < 0 or end < start:
        raise NotTaken("a { or a } is missing")
    inside, found, explanation = text[start + 1 : end].rpartition("####")
    if not found:
        inside, explanation = explanation, ""
    rest = text[end + 1 :]
    if "{" in text[start + 1 : end]:
        raise NotTaken("there is a { inside its answers, without a backslash")
    if "{" in rest or "}" in rest:
        raise NotTaken(
            "it has several pairs of braces: several gaps, a brace without a backslash, or a "
            "blank line is missing"
        )
    stem = text[:start] + (f"_____{rest}" if rest.strip() else "")
    written = FORMAT.match(stem)
    return _GiftQuestion(
        name=name,
        format=written[1].lower() if written else "moodle",
        stem=stem[written.end() :] if written else stem,
        inside=inside.strip(),
        explanation=explanation,
        marks=marks,
        lose=lose,
    )


def _draft(question: _GiftQuestion) -> Draft:
    tags = read_tags(value for mark, value in question.marks if mark == "tag")
    fields: Fields = {
        **tags.fields,
        "stem": question.markdown(question.stem),
        "explanation": question.markdown(question.explanation),
        **_body(question),
    }
    assign_misconceptions(fields, tags.misconceptions, lose=question.lose)
    known = dict(question.marks).get("id", "")
    source = Figures(parts=_count_of_answers(question.inside))
    return Draft(name=known or question.name, title=question.name, fields=fields, source=source)


def _count_of_answers(inside: str) -> int | None:
    """How many answers there are, by their signs alone; None where signs do not tell."""
    if inside.startswith((">", "#")):
        return None
    if "->" in inside and "~" not in inside:
        return len(re.findall(r"=(?!\s*->)", inside))
    signs = inside.count("=") + inside.count("~") - len(re.findall(r"~\s*=", inside))
    others = len(re.findall(r"=\s*(?:%[^%]*%)?\s*\*\s*(?:#|$)", inside))
    return signs - others + (inside[:1] not in "=~")


def _body(question: _GiftQuestion) -> Fields:
    inside = question.inside
    if not inside:
        return {"kind": "text", "model_answer": ""}
    if inside.startswith(">"):
        return _ordering(question)
    if inside.startswith("#"):
        return _numeric(question)
    word = inside.partition("#")[0].strip()
    if word in ("T", "TRUE", "F", "FALSE"):
        return _true_false(question, answer=word.startswith("T"))
    if "~" in inside:
        return _choice(question)
    if "->" in inside:
        return _matching(question)
    if word.lower() in ("t", "true", "f", "false"):
        question.lose("read as a short answer, as Moodle does: true and false are written large")
    answers = [
        TypedForm(_typed(a.text), a.share, question.markdown(a.feedback))
        for a in _answers(question, "=")
    ]
    return short_kind(answers, points=1, whole_words=False, lose=question.lose)


def _choice(question: _GiftQuestion) -> Fields:
    if re.search(r"<[a-z][^<>~]*=[\"']", question.inside, re.IGNORECASE):
        raise NotTaken("an = inside a tag has no backslash")
    answers = _answers(question, "~")
    has_one = "=" in question.inside
    right = right_shares([a.share for a in answers], single=has_one, lose=question.lose)
    options: list[Fields] = []
    for name, answer in zip(letters(len(answers)), answers, strict=True):
        option: Fields = {"id": name, "text": question.markdown(answer.text)}
        if answer.share in right:
            option["correct"] = True
        if feedback := question.markdown(answer.feedback):
            option["feedback"] = feedback
        options.append(option)
    return {"kind": "choice" if has_one else "choices", "options": options}


def _true_false(question: _GiftQuestion, *, answer: bool) -> Fields:
    _, *feedback = question.inside.split("#", 2)
    says = [str(not answer).lower(), str(answer).lower()]  # those who are wrong come first
    shown = {
        f"feedback_{word}": question.markdown(text)
        for word, text in zip(says, feedback, strict=False)
        if text.strip()
    }
    return {"kind": "true_false", "answer": answer, **shown}


def _numeric(question: _GiftQuestion) -> Fields:
    fields: Fields = {"kind": "numeric"}
    traps: list[Fields] = []
    body = question.inside[1:].strip()
    for answer in _signs(body, "="):
        read_ = _answer(answer)
        feedback = question.markdown(read_.feedback)
        text = shown(read_.text)
        if not text or text == "*":
            fields["feedback"] = feedback
        elif read_.share == 100 and "answer" not in fields:
            fields |= _value(text)
            if feedback:
                question.lose("lost: what it says to those who are right")
        elif read_.share == 0:
            value = {"value": _value(text)["answer"]}
            traps.append({**value, **({"feedback": feedback} if feedback else {})})
        else:
            lose_number(text, read_.share, question.lose)
    if "answer" not in fields:
        raise NotTaken("no number earns all points")
    return {**fields, **_unit(question.stem), **({"traps": traps} if traps else {})}


def _value(text: str) -> Fields:
    """`3`, `3:0.1` or `2.9..3.1` as a number and a tolerance."""
    low, dots, high = text.partition("..")
    if dots:
        least, most = (Decimal(str(number(end))) for end in sorted((low, high), key=number))
        middle = number(str((least + most) / 2))
        return {"answer": middle, **tolerance_of(str((most - least) / 2), middle)}
    value, _, width = text.partition(":")
    return {"answer": number(value), **tolerance_of(width, number(value))}


def _unit(stem: str) -> Fields:
    line = UNIT_LINE.search(shown(stem))
    unit = BeautifulSoup(line[0], "html.parser").find("p") if line else None
    if not isinstance(unit, Tag):
        return {}
    return {"unit": unit.get_text().removeprefix("Answer in ").removesuffix(".")}


def _ordering(question: _GiftQuestion) -> Fields:
    found = ORDERING.fullmatch(question.inside)
    if found is None:
        raise NotTaken(
            "the words after > are not: count, ALL, layout, marking, SHOW or HIDE, style"
        )
    lines = [line.strip() for line in found[7].splitlines() if line.strip()]
    steps = [
        {"id": f"step-{place}", "text": question.markdown(line)}
        for place, line in enumerate(lines, start=1)
    ]
    rule = order_rule(RULES.get(found[4], ""), said=found[4], lose=question.lose)
    return {"kind": "ordering", "steps": steps, **rule}


def _matching(question: _GiftQuestion) -> Fields:
    rows = []
    for answer in _answers(question, "="):
        left, arrow, right = answer.text.partition("->")
        if not arrow:
            raise NotTaken(f"{shown(answer.text)!r} has no -> where the others match something")
        if answer.feedback:
            question.lose("lost: what it says about single pairs")
        rows.append((question.markdown(left), from_plain(_typed(right), question.lose)))
    return matching_kind(*split_pairs(rows, question.lose))


def _answers(question: _GiftQuestion, default: str) -> list[_Answer]:
    """Each answer; `default` is the sign of one that stands before all signs."""
    return [_answer(text) for text in _signs(question.inside, default)]


def _signs(inside: str, default: str) -> list[str]:
    """Each answer from its sign to the next; `~=` is `=`."""
    marked = SIGN.sub(lambda found: found[0][-1], inside)
    if marked and marked[0] not in "=~":
        marked = default + marked
    return re.findall(r"[=~][^=~]*", marked)


def _answer(text: str) -> _Answer:
    sign, rest = text[0], text[1:].strip()
    share = 100.0 if sign == "=" else 0.0
    if weight := WEIGHT.match(rest):
        share, rest = float(number(weight[1].replace(",", "."))), rest[weight.end() :]
    said, _, feedback = rest.partition("#")
    return _Answer(text=said.strip(), share=share, feedback=feedback.strip())


def _typed(text: str) -> str:
    """An answer to be typed: plain text, whatever format it says it has."""
    written = FORMAT.match(text)
    return shown(text[written.end() :] if written else text).strip()


def _markdown(text: str, format_: str, lose: Note) -> str:
    said = text.strip()
    if written := FORMAT.match(said):
        format_, said = written[1].lower(), said[written.end() :]
    said = shown(said)
    if format_ == "markdown":
        return from_markdown(said, lose)
    if format_ == "plain":
        return from_plain(said, lose)
    said = UNIT_LINE.sub("", said)
    return from_lines(said, lose) if format_ == "moodle" else from_html(said, lose)
