"""One question as a QTI 2.1 item.

Shares of points come from standard response processing. They are divided last, so that three
thirds are one.
"""

from collections.abc import Callable
from html import unescape
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from grader.quiz.exports import item_parts, paired_parts
from grader.quiz.exports.content_package import identifier
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.markup import html, inline_html
from grader.quiz.exports.qti_scoring import (
    KEPT,
    Order,
    also_show,
    choice_scoring,
    choices_scoring,
    constraints_scoring,
    exact_order_scoring,
    gap_scoring,
    is_answered,
    kept_share,
    numeric_scoring,
    own_outcome,
    pairs_scoring,
    short_scoring,
    show_if_chosen,
)
from grader.quiz.items.choice import Choice, Choices, Option, TrueFalse
from grader.quiz.items.fill import Fill
from grader.quiz.items.free_text import Text
from grader.quiz.items.gaps import Gap
from grader.quiz.items.item import Item
from grader.quiz.items.matching import Matching
from grader.quiz.items.numeric import Numeric
from grader.quiz.items.ordering import Ordering

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
E = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})
# What QTI takes from HTML; the alignment of a table's column is for a style sheet there.
ATTRIBUTES = {"class", "href", "src", "alt"}
EXPLANATION = "explanation"

Feedback = dict[str, str]  # Markdown by the name under which the scoring shows it


class ItemBody:
    """What an item holds between its head and its explanation."""

    def __init__(self, *, cardinality: str, base_type: str) -> None:
        self.declaration = E.responseDeclaration(
            identifier="RESPONSE", cardinality=cardinality, baseType=base_type
        )
        self.declarations = [self.declaration]
        self.blocks: list[etree._Element] = []
        self.scoring: list[etree._Element] = []
        self.feedback: Feedback = {}
        self.shows_several = False  # feedbacks at once, besides the explanation
        self.counts_pairs = False

    def declare(self, name: str, base_type: str, *values: str) -> None:
        """Another response, with its key."""
        more = E.responseDeclaration(identifier=name, cardinality="single", baseType=base_type)
        more.append(E.correctResponse(*(E.value(v) for v in values)))
        self.declarations.append(more)

    @property
    def responses(self) -> list[str]:
        return [str(each.get("identifier")) for each in self.declarations]

    def key(self, *values: str) -> None:
        self.declaration.append(E.correctResponse(*(E.value(v) for v in values)))


def assessment_item(item: Item, body: ItemBody) -> etree._Element:
    """The whole item."""
    root = E.assessmentItem(
        identifier=identifier(item.id), title=item.id, adaptive="false", timeDependent="false"
    )
    root.extend(body.declarations)
    score = _outcome("SCORE", cardinality="single", base_type="float", default="0")
    score.set("normalMaximum", str(item.points))
    score.set("normalMinimum", "0")
    root.append(score)
    texts = {**body.feedback, EXPLANATION: item.explanation}
    by = {name: own_outcome(name) if body.shows_several else "FEEDBACK" for name in body.feedback}
    by[EXPLANATION] = own_outcome(EXPLANATION)
    for outcome in dict.fromkeys(by.values()):
        root.append(_outcome(outcome, cardinality="single", base_type="identifier"))
    if body.counts_pairs:
        root.append(_outcome(KEPT, cardinality="single", base_type="float", default="0"))
    root.append(E.itemBody(*body.blocks))
    root.append(E.responseProcessing(*body.scoring, _explained(body.responses)))
    root.extend(_modal_feedback(n, t, by=by[n]) for n, t in texts.items() if t.strip())
    return root


def blocks(markup: str) -> list[etree._Element]:
    """HTML as elements of QTI."""
    holder = etree.fromstring(f'<div xmlns="{NAMESPACE}">{markup}</div>')
    for element in holder.iter():
        for name in set(element.attrib) - ATTRIBUTES:
            del element.attrib[name]
    return list(holder)


def _filled(element: etree._Element, markup: str) -> etree._Element:
    """The element with a line of HTML in it."""
    holder = etree.fromstring(f'<div xmlns="{NAMESPACE}">{markup}</div>')
    element.text = holder.text
    element.extend(holder)
    for inner in element.iter():
        for name in (set(inner.attrib) - ATTRIBUTES) if inner is not element else ():
            del inner.attrib[name]
    return element


def _outcome(name: str, *, cardinality: str, base_type: str, default: str = "") -> etree._Element:
    outcome = E.outcomeDeclaration(identifier=name, cardinality=cardinality, baseType=base_type)
    if default:
        outcome.append(E.defaultValue(E.value(default)))
    return outcome


def _explained(responses: list[str]) -> etree._Element:
    """The explanation, to those who gave an answer."""
    return E.responseCondition(E.responseIf(is_answered(*responses), also_show(EXPLANATION)))


def _modal_feedback(name: str, text: str, *, by: str) -> etree._Element:
    feedback = E.modalFeedback(outcomeIdentifier=by, identifier=name, showHide="show")
    feedback.extend(blocks(html(text)))
    return feedback


def _choice(item: Choice, job: ExportJob) -> ItemBody:
    body = ItemBody(cardinality="single", base_type="identifier")
    names = _options(item, job, body, most=1)
    body.key(*(name for name, option in names.items() if option.correct))
    body.scoring = [choice_scoring(item.points), _show_chosen()]
    return body


def _choices(item: Choices, job: ExportJob) -> ItemBody:
    body = ItemBody(cardinality="multiple", base_type="identifier")
    names = _options(item, job, body, most=0)
    right = [name for name, option in names.items() if option.correct]
    body.key(*right)
    mapping = E.mapping(lowerBound="0", defaultValue="0")
    for name, option in names.items():
        mapping.append(E.mapEntry(mapKey=name, mappedValue="1" if option.correct else "-1"))
    body.declaration.append(mapping)
    body.shows_several = True
    body.scoring = [choices_scoring(item.points, right=len(right)), *map(show_if_chosen, names)]
    return body


def _options(
    item: Choice | Choices, job: ExportJob, body: ItemBody, *, most: int
) -> dict[str, Option]:
    """Adds stem and options to the body; the options by the names that they got."""
    names = {f"C{n}": option for n, option in enumerate(item_parts.options(item, job), start=1)}
    interaction = E.choiceInteraction(
        responseIdentifier="RESPONSE",
        shuffle=str(not item.keep_order).lower(),
        maxChoices=str(most),
    )
    for name, option in names.items():
        interaction.append(_filled(E.simpleChoice(identifier=name), inline_html(option.text)))
    body.blocks = [*blocks(html(item.stem)), interaction]
    body.feedback = {name: option.feedback for name, option in names.items()}
    return names


def _true_false(item: TrueFalse, job: ExportJob) -> ItemBody:
    body = ItemBody(cardinality="single", base_type="identifier")
    body.key(str(item.answer).upper())
    body.blocks = [
        *blocks(html(item.stem)),
        E.choiceInteraction(
            E.simpleChoice("true", identifier="TRUE"),
            E.simpleChoice("false", identifier="FALSE"),
            responseIdentifier="RESPONSE",
            shuffle="false",
            maxChoices="1",
        ),
    ]
    body.feedback = {"TRUE": item.feedback_true, "FALSE": item.feedback_false}
    body.scoring = [choice_scoring(item.points), _show_chosen()]
    return body


def _show_chosen() -> etree._Element:
    shown = E.setOutcomeValue(E.variable(identifier="RESPONSE"), identifier="FEEDBACK")
    return E.responseCondition(E.responseIf(is_answered(), shown))


def _numeric(item: Numeric, job: ExportJob) -> ItemBody:
    body = ItemBody(cardinality="single", base_type="float")
    body.key(item_parts.decimal(item.answer))
    entry = E.textEntryInteraction(responseIdentifier="RESPONSE", expectedLength="12")
    line = E.p(entry)
    entry.tail = f" {item.unit}" if item.unit else None
    body.blocks = [*blocks(html(item.stem)), line]
    body.feedback = {f"TRAP{n}": trap.feedback for n, trap in enumerate(item.traps, start=1)}
    body.feedback["OTHER"] = item.feedback
    body.scoring = [numeric_scoring(item)]
    return body


def _ordering(item: Ordering, job: ExportJob) -> ItemBody:
    stem = item_parts.stem_of_ordering(
        item, job, marks=_loses_marks(item), keeps_orders=True, strays="kept"
    )
    body = ItemBody(cardinality="ordered", base_type="identifier")
    parts = item_parts.parts_mixed(item, job)
    names = {part.id: f"S{n}" for n, part in enumerate(parts, start=1)}
    body.key(*(names[step.id] for step in item_parts.steps_in_order(item)))
    interaction = E.orderInteraction(responseIdentifier="RESPONSE", shuffle="true")
    if item.distractors:  # otherwise a player asks for all of them
        interaction.set("minChoices", "1")
        interaction.set("maxChoices", str(len(parts)))
    for part in parts:
        interaction.append(
            _filled(E.simpleChoice(identifier=names[part.id]), inline_html(part.text))
        )
    body.blocks = [*blocks(html(stem)), interaction]
    body.feedback = {names[stray.id]: stray.feedback for stray in item.distractors}
    order = Order(
        pairs=[(names[c.earlier], names[c.later]) for c in item.order().constraints],
        strays=[names[stray.id] for stray in item.distractors],
        places=len(parts),
    )
    scoring = exact_order_scoring if item.rule == "exact" else constraints_scoring
    body.scoring = scoring(order, points=item.points)
    body.counts_pairs = body.shows_several = True
    return body


def _loses_marks(item: Ordering) -> str:
    if item.rule == "exact":
        return ""
    return (
        "marked otherwise: QTI counts how many of the required pairs are in order, of which a "
        "random order has half"
    )


def _text(item: Text, job: ExportJob) -> ItemBody:
    body = ItemBody(cardinality="single", base_type="string")
    rubric = E.rubricBlock(*blocks(item_parts.marker_notes(item)), view="scorer")
    interaction = E.extendedTextInteraction(responseIdentifier="RESPONSE", expectedLines="10")
    body.blocks = [rubric, *blocks(html(item.stem)), interaction]
    job.lose(item, "lost: points by line of the rubric, which the marker sees as a text")
    return body


def _short(item: Any, job: ExportJob) -> ItemBody:
    body = ItemBody(cardinality="single", base_type="string")
    forms = item_parts.forms(item, job)
    body.key(forms[0].text)
    entry = E.textEntryInteraction(responseIdentifier="RESPONSE", expectedLength="40")
    body.blocks = [*blocks(html(item.stem)), E.p(entry)]
    body.feedback = {f"FORM{n}": form.feedback for n, form in enumerate(forms, start=1)}
    body.feedback["OTHER"] = item.feedback
    body.scoring = [short_scoring(item, forms)]
    return body


def _matching(item: Matching, job: ExportJob) -> ItemBody:
    body = ItemBody(cardinality="multiple", base_type="directedPair")
    left = {part.id: f"L{n}" for n, part in enumerate(paired_parts.left_mixed(item, job), start=1)}
    right = {
        part.id: f"R{n}" for n, part in enumerate(paired_parts.right_mixed(item, job), start=1)
    }
    body.key(*(f"{left[part.id]} {right[part.match]}" for part in item.left))
    sides = []
    for names, parts, most in ((left, item.left, "1"), (right, item.right, "0")):
        texts = {part.id: part.text for part in parts}
        sides.append(E.simpleMatchSet())
        for one, name in names.items():
            choice = E.simpleAssociableChoice(identifier=name, matchMax=most)
            sides[-1].append(_filled(choice, inline_html(texts[one])))
    interaction = E.matchInteraction(
        *sides,
        responseIdentifier="RESPONSE",
        shuffle=str(not item.keep_order).lower(),
        maxAssociations=str(len(left)),
    )
    body.blocks = [*blocks(html(item.stem)), interaction]
    shown: dict[str, str] = {}
    for part in item.left:
        for pair in part.wrong:
            name = f"{left[part.id]}_{right[pair.match]}"
            body.feedback[name] = pair.feedback or part.feedback
            shown[name] = f"{left[part.id]} {right[pair.match]}"
        if part.feedback:
            job.lose(item, "lost: what to say about other wrong pairs")
    body.shows_several = body.counts_pairs = True
    keys = [f"{left[part.id]} {right[part.match]}" for part in item.left]
    body.scoring = pairs_scoring(keys, shown, points=item.points)
    return body


def _fill(item: Fill, job: ExportJob) -> ItemBody:
    first = next(piece for piece in paired_parts.pieces(item) if isinstance(piece, Gap))
    base = "identifier" if first.options else "string"
    body = ItemBody(cardinality="single", base_type=base)
    paired_parts.lose_spelling(item, job)
    listing, last = E.pre(), None
    for piece in paired_parts.pieces(item):
        if isinstance(piece, Gap):
            name = "RESPONSE" if last is None else f"RESPONSE{len(body.responses) + 1}"
            last = _gap(item, piece, name, body, job)
            listing.append(last)
        elif last is None:
            listing.text = unescape(piece)
        else:
            last.tail = unescape(piece)
    body.blocks = [*blocks(html(item.stem)), listing]
    body.shows_several = body.counts_pairs = True
    body.scoring.append(kept_share(of=len(item.gaps), points=item.points))
    return body


def _gap(item: Fill, gap: Gap, name: str, body: ItemBody, job: ExportJob) -> etree._Element:
    """One gap as an interaction; its scoring and feedback go to the body."""
    base = "identifier" if gap.options else "string"
    values = [(form, "") for form in gap.accepted]
    wrong = [(form, near.feedback) for near in gap.near for form in near.forms]
    if gap.options:
        shown = {
            f"{name}_C{n}": option
            for n, option in enumerate(paired_parts.shown_options(gap, job.seed, item.id), start=1)
        }
        values = [(key, "") for key, option in shown.items() if option.correct]
        wrong = [(key, option.feedback) for key, option in shown.items() if not option.correct]
        choices = (E.inlineChoice(option.text, identifier=key) for key, option in shown.items())
        interaction = E.inlineChoiceInteraction(*choices, responseIdentifier=name, shuffle="true")
    else:
        interaction = E.textEntryInteraction(responseIdentifier=name, expectedLength="20")
    if name == "RESPONSE":
        body.key(values[0][0])
    else:
        body.declare(name, base, values[0][0])
    said = {}
    for number, (value, feedback) in enumerate(wrong, start=1):
        said[value] = f"{name}_WRONG{number}"
        body.feedback[said[value]] = feedback or gap.feedback
    other = f"{name}_OTHER" if gap.feedback.strip() and not gap.options else ""
    if other:
        body.feedback[other] = gap.feedback
    body.scoring.append(
        gap_scoring(
            name,
            [value for value, _ in values],
            {value: key for value, key in said.items() if body.feedback[key].strip()},
            other=other,
            minds_case=None if gap.options else "case" not in item.fold,
        )
    )
    return interaction


BODIES: dict[str, Callable[[Any, ExportJob], ItemBody]] = {
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
