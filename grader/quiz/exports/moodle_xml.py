"""Moodle XML: the question bank of Moodle, and of those who read its files.

Written after what Moodle's importer does with a file: a fraction must be one of its list, the text
of a true/false answer is literally `true` or `false`, a missing element of an ordering silently
becomes another way of marking it.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from lxml import etree

from grader.quiz.bank.topics import Topic
from grader.quiz.exports import item_parts, moodle_cloze, paired_parts
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.markup import html, inline_html
from grader.quiz.exports.moodle_shares import one_of, share_of
from grader.quiz.exports.tags import tags
from grader.quiz.items.choice import Choice, Choices, TrueFalse
from grader.quiz.items.fill import Fill
from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Item
from grader.quiz.items.matching import Matching
from grader.quiz.items.numeric import Numeric
from grader.quiz.items.ordering import Ordering

GRADING = {
    "exact": ("ALL_OR_NOTHING", ""),
    "edit": (
        "LONGEST_ORDERED_SUBSET",
        "marked otherwise: Moodle gives the share of the longest run of steps in right order, "
        "which is more generous",
    ),
    "position": ("ABSOLUTE_POSITION", ""),
    "pairs": (
        "RELATIVE_ALL_PREVIOUS_AND_NEXT",
        "marked by pairs without correction for chance: a random order earns half",
    ),
}
RANDOM_GUESS = "0.3333333"  # what Moodle takes off for another try, where a quiz allows one


class _MoodleBody:
    """The type of a question in Moodle, its stem, and what comes after the common head."""

    def __init__(self, type_: str, stem: str) -> None:
        self.type, self.stem = type_, stem
        self.elements: list[etree._Element] = []

    def add(self, tag: str, value: str = "") -> None:
        element = etree.Element(tag)
        element.text = value or None
        self.elements.append(element)

    def add_text(self, tag: str, value: str = "") -> etree._Element:
        """An element with formatted text."""
        element = _formatted(tag, value)
        self.elements.append(element)
        return element

    def add_answer(self, value: str, *, fraction: str, feedback: str, format_: str) -> None:
        answer = _formatted("answer", value, format_)
        answer.set("fraction", fraction)
        answer.append(_formatted("feedback", feedback))
        self.elements.append(answer)

    def add_combined_feedback(self) -> None:
        for tag in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
            self.add_text(tag)


def write(topics: Sequence[Topic], job: ExportJob) -> bytes:
    """All topics, each as a category, as one file."""
    quiz = etree.Element("quiz")
    for topic in topics:
        quiz.append(_category(topic))
        for item, body in job.bodies(topic, BODIES):
            item_parts.lose_common(item, job, has_tags=True)
            quiz.append(_question(item, body))
    etree.indent(quiz)
    return bytes(etree.tostring(quiz, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _category(topic: Topic) -> etree._Element:
    question = etree.Element("question", type="category")
    question.append(_named("category", f"$course$/top/{topic.name}"))
    question.append(_formatted("info", topic.title, "plain_text"))
    question.append(_plain("idnumber", topic.name))
    return question


def _question(item: Item, body: _MoodleBody) -> etree._Element:
    question = etree.Element("question", type=body.type)
    question.append(_named("name", item.id))
    question.append(_formatted("questiontext", body.stem))
    question.append(_formatted("generalfeedback", html(item.explanation)))
    penalty = "1" if body.type == "truefalse" else RANDOM_GUESS
    for tag, value in (
        ("defaultgrade", str(item.points)),
        ("penalty", penalty),
        ("hidden", "0"),
        ("idnumber", item.id),
    ):
        question.append(_plain(tag, value))
    question.extend(body.elements)
    question.append(_tags(item))
    return question


def _choice(item: Choice, job: ExportJob) -> _MoodleBody:
    shares = {True: "100", False: "0"}
    return _multichoice(item, job, shares=shares)


def _choices(item: Choices, job: ExportJob) -> _MoodleBody:
    share = one_of(len(item.key()))
    return _multichoice(item, job, shares={True: share, False: f"-{share}"})


def _multichoice(item: Choice | Choices, job: ExportJob, *, shares: dict[bool, str]) -> _MoodleBody:
    item_parts.must_differ(inline_html(option.text) for option in item.options)
    body = _MoodleBody("multichoice", html(item.stem))
    body.add("single", str(isinstance(item, Choice)).lower())
    body.add("shuffleanswers", str(not item.keep_order).lower())
    body.add("answernumbering", "abc")
    body.add_combined_feedback()
    body.add("shownumcorrect")
    for option in item_parts.options(item, job):
        body.add_answer(
            inline_html(option.text),
            fraction=shares[option.correct],
            feedback=html(option.feedback),
            format_="html",
        )
    return body


def _true_false(item: TrueFalse, job: ExportJob) -> _MoodleBody:
    body = _MoodleBody("truefalse", html(item.stem))
    for says, feedback in ((True, item.feedback_true), (False, item.feedback_false)):
        fraction = "100" if says == item.answer else "0"
        body.add_answer(
            str(says).lower(),
            fraction=fraction,
            feedback=html(feedback),
            format_="moodle_auto_format",
        )
    return body


def _numeric(item: Numeric, job: ExportJob) -> _MoodleBody:
    body = _MoodleBody("numerical", item_parts.with_unit(item, html(item.stem)))

    def add(value: str, *, tolerance: Fraction, fraction: str, feedback: str) -> None:
        body.add_answer(
            value, fraction=fraction, feedback=html(feedback), format_="moodle_auto_format"
        )
        body.elements[-1].append(_plain("tolerance", item_parts.widened(tolerance, item.answer)))

    right = item_parts.decimal(item.answer)
    add(right, tolerance=item_parts.width(item), fraction="100", feedback="")
    for trap in item.traps:
        add(
            item_parts.decimal(trap.value),
            tolerance=item_parts.trap_width(item, trap),
            fraction="0",
            feedback=trap.feedback,
        )
    if item.feedback:
        add("*", tolerance=Fraction(0), fraction="0", feedback=item.feedback)
    if item.unit:
        units = etree.Element("units")
        unit = etree.SubElement(units, "unit")
        unit.extend((_plain("multiplier", "1"), _plain("unit_name", item.unit)))
        body.elements.append(units)
    body.add("unitgradingtype", "0")  # a unit may be typed and is not marked
    body.add("unitpenalty", "0.1")
    body.add("showunits", "3")
    body.add("unitsleft", "0")
    return body


def _ordering(item: Ordering, job: ExportJob) -> _MoodleBody:
    item_parts.must_differ(inline_html(step.text) for step in item.steps)
    grading, loses = GRADING.get(item.rule, GRADING["edit"])
    stem = item_parts.stem_of_ordering(item, job, marks=loses)
    body = _MoodleBody("ordering", html(stem))
    body.add("layouttype", "VERTICAL")
    body.add("selecttype", "ALL")
    body.add("selectcount", str(len(item.steps)))
    body.add("gradingtype", grading)
    body.add("showgrading", "SHOW")
    body.add("numberingstyle", "none")
    body.add_combined_feedback()
    body.add("shownumcorrect", "1")
    # the order in the file is the key, whatever the fraction says
    for place, step in enumerate(item_parts.steps_in_order(item), start=1):
        body.elements.append(_formatted("answer", inline_html(step.text)))
        body.elements[-1].set("fraction", str(place))
    return body


def _text(item: Text, job: ExportJob) -> _MoodleBody:
    body = _MoodleBody("essay", html(item.stem))
    for tag, value in (
        ("responseformat", "editor"),
        ("responserequired", "1"),
        ("responsefieldlines", "15"),
        ("minwordlimit", ""),
        ("maxwordlimit", ""),
        ("attachments", "0"),
        ("attachmentsrequired", "0"),
    ):
        body.add(tag, value)
    body.add_text("graderinfo", item_parts.marker_notes(item))
    body.add_text("responsetemplate")
    job.lose(item, "lost: points by line of the rubric, which the marker sees as a text")
    return body


def _short(item: Any, job: ExportJob) -> _MoodleBody:
    body = _MoodleBody("shortanswer", html(item.stem))
    body.add("usecase", str(int("case" not in item.fold)))
    for form in item_parts.forms(item, job):
        share = share_of(item, form.points, job)
        body.add_answer(
            form.text.replace("*", r"\*"),  # alone it would stand for anything
            fraction=share,
            feedback=html(form.feedback),
            format_="moodle_auto_format",
        )
    if item.feedback:
        body.add_answer(
            "*", fraction="0", feedback=html(item.feedback), format_="moodle_auto_format"
        )
    return body


def _matching(item: Matching, job: ExportJob) -> _MoodleBody:
    body = _MoodleBody("matching", html(item.stem))
    body.add("shuffleanswers", str(not item.keep_order).lower())
    body.add_combined_feedback()
    body.add("shownumcorrect")
    texts = paired_parts.menu_texts(item, job)
    item_parts.must_differ(inline_html(part.text) for part in item.left)
    paired_parts.lose_pairs(item, job)
    rows = [(inline_html(part.text), part.match) for part in paired_parts.left_mixed(item, job)]
    rows += [("", stray.id) for stray in paired_parts.strays(item)]
    for question, match in rows:
        row = _formatted("subquestion", question)
        row.append(_named("answer", texts[match]))
        body.elements.append(row)
    return body


def _fill(item: Fill, job: ExportJob) -> _MoodleBody:
    return _MoodleBody("cloze", html(item.stem) + moodle_cloze.listing(item, job))


BODIES: dict[str, Callable[[Any, ExportJob], _MoodleBody]] = {
    "choice": _choice,
    "choices": _choices,
    "true_false": _true_false,
    "numeric": _numeric,
    "ordering": _ordering,
    "text": _text,
    "short": _short,
    "matching": _matching,
    "fill": _fill,
}


def _plain(tag: str, value: str) -> etree._Element:
    element = etree.Element(tag)
    element.text = value
    return element


def _named(tag: str, value: str) -> etree._Element:
    element = etree.Element(tag)
    element.append(_plain("text", value))
    return element


def _formatted(tag: str, value: str, format_: str = "html") -> etree._Element:
    element = _named(tag, value)
    element.set("format", format_)
    return element


def _tags(item: Item) -> etree._Element:
    element = etree.Element("tags")
    element.extend(_named("tag", tag) for tag in tags(item))
    return element
