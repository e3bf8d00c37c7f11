"""Moodle XML as drafts of questions."""

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from lxml import etree

from grader.errors import CourseError
from grader.quiz.imports import safe_xml
from grader.quiz.imports.comparison import Figures
from grader.quiz.imports.draft import Draft, NotTaken, Reading, letters, number, whole_points
from grader.quiz.imports.import_rules import (
    TypedForm,
    assign_misconceptions,
    category_topic,
    lose_number,
    order_rule,
    read_tags,
    right_shares,
    rubric,
    short_kind,
    tolerance_of,
)
from grader.quiz.imports.markdown_text import from_html, from_lines, from_markdown, from_plain
from grader.quiz.imports.matches import matching_kind, split_pairs

RULES = {
    "ALL_OR_NOTHING": "exact",
    "LONGEST_ORDERED_SUBSET": "edit",
    "ABSOLUTE_POSITION": "position",
    "RELATIVE_ALL_PREVIOUS_AND_NEXT": "pairs",
}
COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
IS_EMPTY = re.compile(r"(?:<(?!img)[^<>]*>|\s|&nbsp;|\xa0)*", re.IGNORECASE)  # to those who read it
AUTO = ("moodle_auto_format", "0")
UNIT_LINE = re.compile(r'\s*<p class="answer-unit">.*?</p>', re.DOTALL)

Fields = dict[str, Any]


class _MoodleQuestion:
    """One <question> and whoever wants to know what is lost of it."""

    def __init__(self, element: etree._Element, reading: Reading) -> None:
        self.element = element
        self.reading = reading
        self.name = self.raw("name") or f"question at line {element.sourceline}"

    def lose(self, what: str) -> None:
        self.reading.lose(self.name, what)

    def plain(self, tag: str, default: str = "") -> str:
        """The text right inside an element."""
        return (self.element.findtext(tag) or default).strip()

    def raw(self, tag: str, of: etree._Element | None = None) -> str:
        """The text in the <text> of an element."""
        return _inside((self.element if of is None else of).find(f"{tag}/text"))

    def markdown(self, tag: str, of: etree._Element | None = None) -> str:
        owner = self.element if of is None else of
        element = owner.find(tag)
        return "" if element is None else self.own_markdown(element)

    def own_markdown(self, element: etree._Element) -> str:
        """The text of an element in its format."""
        text = _inside(element.find("text"))
        if element.find("file") is not None:
            self.lose("lost: files in its text, such as images")
        format_ = element.get("format", "html")
        if format_ == "markdown":
            return from_markdown(text, self.lose)
        if format_ == "plain_text":
            return from_plain(text, self.lose)
        text = UNIT_LINE.sub("", text)
        return (from_lines if format_ in AUTO else from_html)(text, self.lose)

    def answers(self) -> Iterator[tuple[etree._Element, float]]:
        """Each answer with its share in percent."""
        for answer in self.element.findall("answer"):
            yield answer, float(number(answer.get("fraction", "0")))

    def points(self) -> int:
        return whole_points(float(number(self.plain("defaultgrade", "1"))), self.lose)

    def figures(self) -> Figures:
        """How much the file has of this question, counted apart from how it is read."""
        if rows := self.element.findall("subquestion"):
            asked = [row for row in rows if not IS_EMPTY.fullmatch(_inside(row.find("text")))]
            return Figures(parts=len(asked))
        answers = self.element.findall("answer")
        others = [one for one in answers if (one.findtext("text") or "").strip() == "*"]
        said = [self.raw("feedback", one) for one in answers]
        return Figures(
            parts=len(answers) - len(others),
            feedback=sum(not IS_EMPTY.fullmatch(text) for text in said),
        )

    def is_on(self, tag: str, default: str = "true") -> bool:
        return self.plain(tag, default).lower() not in ("false", "0")


def read(data: bytes, *, at: str) -> Reading:
    """Every question of the file.

    Raises:
        CourseError: it is not XML, or not Moodle's.
    """
    root = safe_xml.parse(data, at=at)
    if safe_xml.local_name(root) != "quiz":
        raise CourseError(
            f"expected <quiz> as the outermost element, got <{safe_xml.local_name(root)}>",
            at=f"{at}:{root.sourceline}",
            fix="Export the questions from Moodle as Moodle XML.",
        )
    reading = Reading()
    topic = None
    for element in root.iter("question"):
        question = _MoodleQuestion(element, reading)
        if element.get("type") == "category":
            info = element.find("info")
            is_title = info is not None and info.get("format") == "plain_text"
            title = question.raw("info") if is_title else ""
            topic = category_topic(reading, question.raw("category"), title)
            continue
        try:
            reading.add(topic or reading.topic("imported"), _draft(question))
        except NotTaken as error:
            question.lose(f"left out: {error}")
    return reading


def _draft(question: _MoodleQuestion) -> Draft:
    type_ = question.element.get("type", "")
    if type_ not in TYPES:
        raise NotTaken(f"there is no counterpart for the type {type_!r}")
    tags = read_tags(tag.findtext("text") or "" for tag in question.element.iterfind("tags/tag"))
    fields: Fields = {
        **tags.fields,
        "points": question.points(),
        "stem": question.markdown("questiontext"),
        "explanation": question.markdown("generalfeedback"),
        **TYPES[type_](question),
    }
    if question.element.find("hint") is not None:
        question.lose("lost: its hints")
    if any(question.raw(tag) for tag in COMBINED):
        question.lose("lost: what it says to all who are right, partly right or wrong")
    assign_misconceptions(fields, tags.misconceptions, lose=question.lose)
    return Draft(
        name=question.plain("idnumber") or question.name,
        title=question.name,
        fields=fields,
        source=question.figures(),
    )


def _multichoice(question: _MoodleQuestion) -> Fields:
    answers = list(question.answers())
    single = question.is_on("single")
    right = right_shares([share for _, share in answers], single=single, lose=question.lose)
    options = []
    for name, (answer, share) in zip(letters(len(answers)), answers, strict=True):
        option: Fields = {"id": name, "text": question.own_markdown(answer)}
        if share in right:
            option["correct"] = True
        if feedback := question.markdown("feedback", answer):
            option["feedback"] = feedback
        options.append(option)
    kept = {} if question.is_on("shuffleanswers") else {"keep_order": True}
    return {"kind": "choice" if single else "choices", "options": options, **kept}


def _true_false(question: _MoodleQuestion) -> Fields:
    fields: Fields = {"kind": "true_false"}
    for answer, share in question.answers():
        says = (answer.findtext("text") or "").strip().lower()
        if says not in ("true", "false"):
            raise NotTaken(f"its answer {says!r} is neither true nor false")
        if share == 100 and "answer" in fields:
            raise NotTaken("both true and false are right")
        if share == 100:
            fields["answer"] = says == "true"
        elif share:
            question.lose(f"lost: that {says} earns {share:g} %")
        if feedback := question.markdown("feedback", answer):
            fields[f"feedback_{says}"] = feedback
    if "answer" not in fields:
        raise NotTaken("neither true nor false is right")
    return fields


def _numerical(question: _MoodleQuestion) -> Fields:
    fields: Fields = {"kind": "numeric"}
    traps: list[Fields] = []
    for answer, share in question.answers():
        text = (answer.findtext("text") or "").strip()
        feedback = question.markdown("feedback", answer)
        if text == "*":
            fields["feedback"] = feedback
        elif share == 100 and "answer" not in fields:
            fields["answer"] = number(text)
            fields |= tolerance_of(answer.findtext("tolerance") or "", fields["answer"])
            if feedback:
                question.lose("lost: what it says to those who are right")
        elif share == 0:
            traps.append({"value": number(text), **({"feedback": feedback} if feedback else {})})
        else:
            lose_number(text, share, question.lose)
    if "answer" not in fields:
        raise NotTaken("no number earns all points")
    return {**fields, **_unit(question), **({"traps": traps} if traps else {})}


def _unit(question: _MoodleQuestion) -> Fields:
    units = [unit.findtext("unit_name") or "" for unit in question.element.iterfind("units/unit")]
    if len(units) > 1:
        question.lose(f"lost: the units {', '.join(units[1:])}")
    if question.plain("unitgradingtype", "0") != "0" and units:
        question.lose("lost: that a missing or wrong unit costs points")
    return {"unit": units[0].strip()} if units and units[0].strip() else {}


def _short_answer(question: _MoodleQuestion) -> Fields:
    answers = [
        TypedForm(
            _inside(answer.find("text")),
            share,
            question.markdown("feedback", answer),
        )
        for answer, share in question.answers()
    ]
    return short_kind(
        answers,
        points=whole_points(float(number(question.plain("defaultgrade", "1"))), lambda _: None),
        whole_words=question.is_on("usecase", "0"),
        lose=question.lose,
    )


def _essay(question: _MoodleQuestion) -> Fields:
    if question.raw("responsetemplate"):
        question.lose("lost: the text that the answer begins with")
    if question.plain("attachments", "0") != "0":
        question.lose("lost: that files may be attached")
    if question.plain("minwordlimit", "0").strip("0") or question.plain("maxwordlimit").strip("0"):
        question.lose("lost: how many words an answer may have")
    notes = question.element.find("graderinfo")
    if notes is None or not question.raw("graderinfo"):
        return {"kind": "text", "model_answer": ""}
    return {"kind": "text", **rubric(question.raw("graderinfo"), question.lose)}


def _ordering(question: _MoodleQuestion) -> Fields:
    answers = question.element.findall("answer")  # their order is the key
    steps = [
        {"id": f"step-{place}", "text": question.own_markdown(answer)}
        for place, answer in enumerate(answers, start=1)
    ]
    if question.plain("selecttype", "RANDOM") != "ALL":
        question.lose("all steps are asked for, and not some of them")
    if any(question.raw("feedback", answer) for answer in answers):
        question.lose("lost: what it says about single steps")
    grading = question.plain("gradingtype", "RELATIVE_NEXT_EXCLUDE_LAST")
    rule = order_rule(RULES.get(grading, ""), said=grading, lose=question.lose)
    return {"kind": "ordering", "steps": steps, **rule}


def _matching(question: _MoodleQuestion) -> Fields:
    rows = [
        (question.own_markdown(row), from_plain(question.raw("answer", row), question.lose))
        for row in question.element.findall("subquestion")
    ]
    kept = {} if question.is_on("shuffleanswers") else {"keep_order": True}
    return {**matching_kind(*split_pairs(rows, question.lose)), **kept}


def _inside(element: etree._Element | None) -> str:
    """The text of an element; HTML that nobody escaped is part of it."""
    if element is None:
        return ""
    if len(element) == 0:
        return (element.text or "").strip()
    children = (etree.tostring(child, encoding="unicode") for child in element)
    return (escape(element.text or "", quote=False) + "".join(children)).strip()


TYPES: dict[str, Callable[[_MoodleQuestion], Fields]] = {
    "multichoice": _multichoice,
    "truefalse": _true_false,
    "numerical": _numerical,
    "shortanswer": _short_answer,
    "essay": _essay,
    "ordering": _ordering,
    "matching": _matching,
}
