"""Response processing of QTI: conditions that give points, in the standard's own vocabulary."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from grader.quiz.exports import item_parts
from grader.quiz.items.numeric import Numeric

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
E = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})
KEPT = "KEPT"  # how many required pairs stand in order

Pairs = Sequence[tuple[str, str]]  # the first must come before the second


def value(type_: str, text: str) -> etree._Element:
    return E.baseValue(text, baseType=type_)


def choice_scoring(points: int) -> etree._Element:
    """All points for the key."""
    is_right = E.match(E.variable(identifier="RESPONSE"), E.correct(identifier="RESPONSE"))
    return E.responseCondition(E.responseIf(is_right, _score(value("float", str(points)))))


def choices_scoring(points: int, *, right: int) -> etree._Element:
    """Right minus wrong, as the mapping counts them, not below zero."""
    return _score(_share(E.mapResponse(identifier="RESPONSE"), of=right, points=points))


def numeric_scoring(item: Numeric) -> etree._Element:
    """All points near the key; else the feedback of the first trap that is near."""
    condition = E.responseCondition(
        E.responseIf(
            _near(item.answer, item_parts.width(item)), _score(value("float", str(item.points)))
        )
    )
    for number, trap in enumerate(item.traps, start=1):
        near = _near(trap.value, item_parts.trap_width(item, trap))
        condition.append(E.responseElseIf(near, _show(f"TRAP{number}")))
    condition.append(E.responseElse(_show("OTHER")))
    return condition


def short_scoring(item: Any, forms: Sequence[item_parts.Form]) -> etree._Element:
    """The points of the first form that was typed, with its feedback."""
    condition = E.responseCondition()
    for number, form in enumerate(forms, start=1):
        same = E.stringMatch(
            E.variable(identifier="RESPONSE"),
            value("string", form.text),
            caseSensitive=str("case" not in item.fold).lower(),
        )
        then = [same, _score(value("float", str(form.points)))]
        if form.feedback:
            then.append(_show(f"FORM{number}"))
        condition.append(E.responseElseIf(*then) if number > 1 else E.responseIf(*then))
    condition.append(E.responseElse(_show("OTHER")))
    return condition


def constraints_scoring(pairs: Pairs, *, count: int, points: int) -> list[etree._Element]:
    """The share of the pairs that stand in order, as in all orders that are right."""
    kept = E.variable(identifier=KEPT)
    return [*_counted(pairs, count), _score(_share(kept, of=len(pairs), points=points))]


def exact_order_scoring(pairs: Pairs, *, count: int, points: int) -> list[etree._Element]:
    """All points if every pair stands in order."""
    all_kept = E.equal(
        E.variable(identifier=KEPT), value("float", str(len(pairs))), toleranceMode="exact"
    )
    full = E.responseIf(all_kept, _score(value("float", str(points))))
    return [*_counted(pairs, count), E.responseCondition(full)]


def _counted(pairs: Pairs, count: int) -> list[etree._Element]:
    """One condition a pair: the later step stands somewhere, and the earlier one before it."""
    one_more = E.setOutcomeValue(
        E.sum(E.variable(identifier=KEPT), value("float", "1")), identifier=KEPT
    )
    conditions = []
    for earlier, later in pairs:
        ways = [
            _all_of(_is_at(place, later), _any_of(*(_is_at(n, earlier) for n in range(1, place))))
            for place in range(2, count + 1)
        ]
        copy = etree.fromstring(etree.tostring(one_more))
        conditions.append(E.responseCondition(E.responseIf(_any_of(*ways), copy)))
    return conditions


def _is_at(place: int, step: str) -> etree._Element:
    found = E.index(E.variable(identifier="RESPONSE"), n=str(place))
    return E.match(found, value("identifier", step))


def _any_of(*conditions: etree._Element) -> etree._Element:
    return conditions[0] if len(conditions) == 1 else getattr(E, "or")(*conditions)


def _all_of(*conditions: etree._Element) -> etree._Element:
    both: etree._Element = getattr(E, "and")(*conditions)
    return both


def _share(count: etree._Element, *, of: int, points: int) -> etree._Element:
    product = E.product(count, value("float", str(points)))
    return E.divide(product, value("float", str(of)))


def _score(expression: etree._Element) -> etree._Element:
    return E.setOutcomeValue(expression, identifier="SCORE")


def _show(name: str) -> etree._Element:
    return E.setOutcomeValue(E.multiple(value("identifier", name)), identifier="FEEDBACK")


def _near(number: float, width: Fraction) -> etree._Element:
    comparison = E.equal(
        E.variable(identifier="RESPONSE"),
        value("float", item_parts.decimal(number)),
        toleranceMode="absolute" if width else "exact",
    )
    if width:
        comparison.set("tolerance", f"{item_parts.decimal(width)} {item_parts.decimal(width)}")
    return comparison
