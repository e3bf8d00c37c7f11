"""QTI 2.1 choice, order and match items as drafts of questions: one item, or a package of many."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from lxml import etree

from grader.errors import CourseError, SubmissionError
from grader.intake.archive import files_in_zip
from grader.quiz.imports import qti_package, safe_xml
from grader.quiz.imports.comparison import Figures
from grader.quiz.imports.draft import (
    Draft,
    DraftTopic,
    NotTaken,
    Reading,
    letters,
    slug,
)
from grader.quiz.imports.html_tags import VOID
from grader.quiz.imports.import_rules import order_rule
from grader.quiz.imports.markdown_text import from_html
from grader.quiz.imports.matches import matching_kind
from grader.quiz.imports.qti_processing import EXACT
from grader.quiz.imports.qti_scores import ItemScores

INTERACTION = re.compile(r"\w+Interaction")
NAMESPACES = ("http://www.imsglobal.org/xsd/imsqti_v2p", "http://www.imsglobal.org/xsd/imsqti_item")
NOT_SHOWN = {
    "rubricBlock",
    "feedbackInline",
    "feedbackBlock",
    "prompt",
    "simpleChoice",
}
NO_TEXT = {"object", "math", "printedVariable", "templateInline", "templateBlock", "infoControl"}
OTHER_FORMATS = {
    "qti-assessment-item": "an item of QTI 3.0",
    "questestinterop": "QTI 1.2, as Canvas writes it",
    "quiz": "Moodle XML, which is read by itself and not in a package",
}
KEPT_ATTRIBUTES = ("alt", "src", "href", "colspan", "rowspan", "start", "style")

Fields = dict[str, Any]


class _Item:
    """One <assessmentItem> and whoever wants to know what is lost of it."""

    def __init__(self, root: etree._Element, reading: Reading) -> None:
        self.root = root
        self.reading = reading
        self.name = root.get("identifier") or root.get("title") or "item"

    def lose(self, what: str) -> None:
        self.reading.lose(self.name, what)

    def all(self, name: str, of: etree._Element | None = None) -> list[etree._Element]:
        """The elements of a name, in whichever version's namespace."""
        return safe_xml.named(self.root if of is None else of, name)

    def first(self, name: str, of: etree._Element | None = None) -> etree._Element | None:
        return next(iter(self.all(name, of)), None)

    def markdown(self, *elements: etree._Element, without: set[str] = NOT_SHOWN) -> str:
        """What is inside the elements, without interactions, rubrics and feedback."""
        return from_html("".join(self._html(element, without) for element in elements), self.lose)

    def _html(self, element: etree._Element, without: set[str]) -> str:
        parts = [_escaped(element.text)]
        for child in element:
            name = safe_xml.local_name(child)
            if name in NO_TEXT:
                self.lose(f"lost: <{name}>")
            elif name and name not in without and not INTERACTION.fullmatch(name):
                kept = (*KEPT_ATTRIBUTES, *(["class"] if name == "code" else []))
                given = "".join(
                    f' {key}="{_escaped(child.get(key))}"' for key in kept if child.get(key)
                )
                end = "" if name in VOID else f"</{name}>"
                parts.append(f"<{name}{given}>{self._html(child, without)}{end}")
            parts.append(_escaped(child.tail))
        return "".join(parts)


def read_item(data: bytes, *, at: str) -> Reading:
    """The question of one item.

    Raises:
        CourseError: it is not XML, or no item of QTI 2.
    """
    root = safe_xml.parse(data, at=at)
    _must_be_item(root, at)
    reading = Reading()
    _add(reading, reading.topic("imported"), root)
    return reading


def read_package(data: bytes, *, at: str) -> Reading:
    """The questions of a package, by the tests that ask for them.

    Raises:
        CourseError: it is no zip, is too large, or holds no item of QTI 2.
    """
    reading = Reading()
    try:
        files = files_in_zip(
            data,
            at,
            (".xml",),
            unreadable=lambda path, why: reading.lose(path, f"not read: it {why}"),
        )
    except SubmissionError as error:
        raise CourseError(error.problem, at=at, fix="Export the package again.") from error
    found = dict(qti_package.trees(files, reading))
    items = {p: tree for p, tree in found.items() if safe_xml.local_name(tree) == "assessmentItem"}
    for path, topic in qti_package.topics(found, reading):
        if path in items:
            _add(reading, topic, items.pop(path))
    for tree in items.values():
        _add(reading, reading.topic("imported"), tree)
    if not any(topic.questions for topic in reading.topics) and not reading.losses:
        raise CourseError(
            "holds no item of QTI 2.1",
            at=at,
            fix="Export the questions as QTI 2.1. Neither Canvas's QTI 1.2 nor QTI 3.0 is read.",
        )
    for path, tree in found.items():
        if other := OTHER_FORMATS.get(safe_xml.local_name(tree)):
            reading.lose(path, f"not read: it is {other}")
    return reading


def _must_be_item(root: etree._Element, at: str) -> None:
    name = etree.QName(root)
    if name.localname != "assessmentItem" or not (name.namespace or "").startswith(NAMESPACES):
        raise CourseError(
            f"expected <assessmentItem> of QTI 2.1, got <{name.localname}> of {_namespace(root)}",
            at=f"{at}:{root.sourceline}",
            fix="Export the questions as QTI 2.1.",
        )


def _namespace(root: etree._Element) -> str:
    name = etree.QName(root).namespace
    return f"the namespace {name!r}" if name else "no namespace"


def _add(reading: Reading, topic: DraftTopic, root: etree._Element) -> None:
    item = _Item(root, reading)
    try:
        if not (etree.QName(root).namespace or "").startswith(NAMESPACES):
            raise NotTaken(f"it is no item of QTI 2.1, but of {_namespace(root)}")
        reading.add(topic, _draft(item))
    except NotTaken as error:
        item.lose(f"left out: {error}")


def _draft(item: _Item) -> Draft:
    body = item.first("itemBody")
    if body is None:
        raise NotTaken("it has no <itemBody>")
    if item.first("templateProcessing") is not None:
        raise NotTaken("it makes other numbers for each taker")
    if item.root.get("adaptive") == "true":
        item.lose("lost: that it is adaptive: one answer counts")
    interactions = [e for e in body.iter() if INTERACTION.fullmatch(safe_xml.local_name(e))]
    names = Counter(sorted(safe_xml.local_name(element) for element in interactions))
    if len(interactions) != 1 or not MAKERS.keys() & names:
        shown = ", ".join(_shown(*one) for one in names.items()) or "no interaction"
        raise NotTaken(
            f"only one choice, order or match interaction can be taken over, it has {shown}"
        )
    interaction = interactions[0]
    scores = ItemScores(item.root, interaction, item.lose)
    prompt = item.all("prompt", interaction)
    feedback = _feedback(item)
    fields: Fields = {
        "stem": item.markdown(body, *prompt),
        "explanation": feedback.pop("explanation", ""),
    }
    fields |= MAKERS[next(iter(names))](item, interaction, scores, feedback)
    fields = {"points": scores.points(), **fields}
    if feedback:
        item.lose(f"lost: what it says under {', '.join(sorted(feedback))}")
    if item.all("rubricBlock", body):
        item.lose("lost: its rubric")
    _lose_of_head(item)
    return Draft(
        name=item.name,
        fields=fields,
        source=Figures(parts=_count_of_parts(item, interaction)),
    )


def _count_of_parts(item: _Item, interaction: etree._Element) -> int:
    sides = item.all("simpleMatchSet", interaction)
    if sides:
        return len(item.all("simpleAssociableChoice", sides[0]))
    return len(item.all("simpleChoice"))


def _lose_of_head(item: _Item) -> None:
    title = slug(item.root.get("title", ""))
    if title and title not in slug(item.name):
        item.lose(f"lost: its title {item.root.get('title')!r}")


def _choice(
    item: _Item, interaction: etree._Element, scores: ItemScores, feedback: dict[str, str]
) -> Fields:
    choices = item.all("simpleChoice", interaction)
    _must_have_text(item, choices)
    names = [choice.get("identifier", "") for choice in choices]
    right = scores.right_choice(names) if scores.is_single else scores.right_choices(names)
    options: list[Fields] = []
    for name, choice in zip(letters(len(choices)), choices, strict=True):
        key = choice.get("identifier", "")
        option: Fields = {"id": name, "text": item.markdown(choice, without=NOT_SHOWN)}
        if key in right:
            option["correct"] = True
        if said := feedback.pop(key, ""):
            option["feedback"] = said
        options.append(option)
    kind = "choice" if scores.is_single else "choices"
    return {"kind": kind, "options": options, **_kept_order(item, interaction, choices)}


def _kept_order(item: _Item, interaction: etree._Element, choices: list[etree._Element]) -> Fields:
    is_mixed = interaction.get("shuffle") == "true"
    if is_mixed and any(choice.get("fixed") == "true" for choice in choices):
        item.lose("its options are not mixed now: some of them are fixed there")
        is_mixed = False
    return {} if is_mixed else {"keep_order": True}


def _ordering(
    item: _Item, interaction: etree._Element, scores: ItemScores, feedback: dict[str, str]
) -> Fields:
    choices = item.all("simpleChoice", interaction)
    _must_have_text(item, choices)
    texts = {choice.get("identifier", ""): item.markdown(choice) for choice in choices}
    order = scores.right_order(texts)
    steps = [
        {"id": f"step-{place}", "text": texts[name]} for place, name in enumerate(order, start=1)
    ]
    strays = [
        {"id": f"stray-{place}", "text": texts[name], "feedback": feedback.pop(name, "")}
        for place, name in enumerate((n for n in texts if n not in order), start=1)
    ]
    fields: Fields = {"kind": "ordering", "steps": steps}
    if scores.is_exact:
        fields |= order_rule("exact", said=EXACT, lose=item.lose)
    else:
        item.lose("marked by edits from its one correct order, whatever its processing says")
    return {**fields, **({"distractors": strays} if strays else {})}


def _matching(
    item: _Item, interaction: etree._Element, scores: ItemScores, feedback: dict[str, str]
) -> Fields:
    sides = [
        item.all("simpleAssociableChoice", side) for side in item.all("simpleMatchSet", interaction)
    ]
    if len(sides) != 2:
        raise NotTaken("it has not two sets to match")
    texts = []
    for side in sides:
        _must_have_text(item, side)
        texts.append({one.get("identifier", ""): item.markdown(one) for one in side})
    left, right = texts
    matched: dict[str, str] = {}
    for one, _, other in (pair.partition(" ") for pair in scores.correct()):
        if one not in left or other.strip() not in right:
            raise NotTaken("its correct response names what is not there")
        if one in matched:
            raise NotTaken("an item on its left has several right ones")
        matched[one] = other.strip()
    if matched.keys() != left.keys():
        raise NotTaken("not every item on its left has a right one")
    strays = [text for name, text in right.items() if name not in matched.values()]
    scores.compare_pairs(matched, right)
    pairs = ((text, right[matched[name]]) for name, text in left.items())
    return matching_kind(pairs, strays)


def _must_have_text(item: _Item, choices: list[etree._Element]) -> None:
    if any(item.all("math", choice) for choice in choices):
        raise NotTaken("its answers are formulas in MathML")


def _feedback(item: _Item) -> dict[str, str]:
    """Markdown by the identifier under which it is shown."""
    found: dict[str, list[str]] = {}
    for name in ("modalFeedback", "feedbackInline", "feedbackBlock"):
        for element in item.all(name):
            if element.get("showHide", "show") == "show":
                text = item.markdown(element)
                found.setdefault(element.get("identifier", ""), []).append(text)
            else:
                item.lose("lost: what it says unless an answer hides it")
    return {name: "\n\n".join(texts) for name, texts in found.items() if any(texts)}


Maker = Callable[[_Item, etree._Element, ItemScores, dict[str, str]], Fields]
MAKERS: dict[str, Maker] = {
    "choiceInteraction": _choice,
    "orderInteraction": _ordering,
    "matchInteraction": _matching,
}


def _shown(name: str, amount: int) -> str:
    return name if amount == 1 else f"{amount} of {name}"


def _escaped(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
