"""Response processing of QTI: conditions that give points, in the standard's own vocabulary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
        E.responseIf(_is_missing()),
        E.responseElseIf(
            _near(item.answer, item_parts.width(item)), _score(value("float", str(item.points)))
        ),
    )
    for number, trap in enumerate(item.traps, start=1):
        near = _near(trap.value, item_parts.trap_width(item, trap))
        condition.append(E.responseElseIf(near, _show(f"TRAP{number}")))
    condition.append(E.responseElse(_show("OTHER")))
    return condition


def short_scoring(item: Any, forms: Sequence[item_parts.Form]) -> etree._Element:
    """The points of the first form that was typed, with its feedback."""
    condition = E.responseCondition(E.responseIf(_is_missing()))
    for number, form in enumerate(forms, start=1):
        same = E.stringMatch(
            E.variable(identifier="RESPONSE"),
            value("string", form.text),
            caseSensitive=str("case" not in item.fold).lower(),
        )
        then = [same, _score(value("float", str(form.points)))]
        if form.feedback:
            then.append(_show(f"FORM{number}"))
        condition.append(E.responseElseIf(*then))
    condition.append(E.responseElse(_show("OTHER")))
    return condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as it is scored: pairs that must stand so, and the names that belong nowhere."""

    pairs: Pairs
    strays: Sequence[str]
    places: int  # at most so many are arranged


def own_outcome(name: str) -> str:
    """The outcome of a feedback that may be shown with others: not every player appends to one."""
    return f"FEEDBACK_{name}"


def show_if_chosen(name: str) -> etree._Element:
    """The feedback of one option, if it is among those that were chosen."""
    is_chosen = E.member(value("identifier", name), E.variable(identifier="RESPONSE"))
    return E.responseCondition(E.responseIf(is_chosen, also_show(name)))


def also_show(name: str) -> etree._Element:
    """One feedback more."""
    return E.setOutcomeValue(value("identifier", name), identifier=own_outcome(name))


def is_answered(*responses: str) -> etree._Element:
    """Whether one of these responses is there, by default the only one."""
    return _any_of(*(getattr(E, "not")(_is_missing(name)) for name in responses or ("RESPONSE",)))


def _is_missing(response: str = "RESPONSE") -> etree._Element:
    return E.isNull(E.variable(identifier=response))


def pairs_scoring(
    keys: Sequence[str], shown: Mapping[str, str], *, points: int
) -> list[etree._Element]:
    """The share of the right pairs; `shown` names the feedback of wrong ones."""
    scoring = []
    for pair in keys:
        is_there = E.member(value("directedPair", pair), E.variable(identifier="RESPONSE"))
        scoring.append(E.responseCondition(E.responseIf(is_there, _one_more())))
    for name, pair in shown.items():
        is_there = E.member(value("directedPair", pair), E.variable(identifier="RESPONSE"))
        scoring.append(E.responseCondition(E.responseIf(is_there, also_show(name))))
    return [*scoring, kept_share(of=len(keys), points=points)]


def gap_scoring(
    response: str,
    right: Sequence[str],
    wrong: Mapping[str, str],
    *,
    other: str,
    minds_case: bool | None,
) -> etree._Element:
    """One more for a right answer; else the feedback of the first that was given.

    Args:
        wrong: answers with the names of their feedback.
        other: the name of the feedback of all else, if there is one.
        minds_case: of a text that is typed; None is for one that is chosen.
    """

    def is_it(answer: str) -> etree._Element:
        given = E.variable(identifier=response)
        if minds_case is None:
            return E.match(given, value("identifier", answer))
        same = E.stringMatch(given, value("string", answer))
        same.set("caseSensitive", str(minds_case).lower())
        return same

    condition = E.responseCondition(
        E.responseIf(_is_missing(response)),
        E.responseElseIf(_any_of(*map(is_it, right)), _one_more()),
        *(E.responseElseIf(is_it(answer), also_show(name)) for answer, name in wrong.items()),
    )
    if other:
        condition.append(E.responseElse(also_show(other)))
    return condition


def kept_share(*, of: int, points: int) -> etree._Element:
    """The share of what was counted, of so many."""
    return _score(_share(E.variable(identifier=KEPT), of=of, points=points))


def _one_more() -> etree._Element:
    count = E.sum(E.variable(identifier=KEPT), value("float", "1"))
    return E.setOutcomeValue(count, identifier=KEPT)


def constraints_scoring(order: Order, *, points: int) -> list[etree._Element]:
    """The share of the pairs that stand in order, each stray costing one."""
    kept = E.variable(identifier=KEPT)
    share = _score(_share(kept, of=len(order.pairs), points=points))
    some = E.gt(E.variable(identifier=KEPT), value("float", "0"))
    return [*_counted(order), E.responseCondition(E.responseIf(some, share))]


def exact_order_scoring(order: Order, *, points: int) -> list[etree._Element]:
    """All points if every pair stands in order, and no stray anywhere."""
    all_kept = E.gte(E.variable(identifier=KEPT), value("float", str(len(order.pairs))))
    full = E.responseIf(all_kept, _score(value("float", str(points))))
    return [*_counted(order), E.responseCondition(full)]


def _counted(order: Order) -> list[etree._Element]:
    """One condition a pair, and one a stray, which says so, too."""
    conditions = _pairs_counted(order.pairs, order.places)
    for name in order.strays:
        is_placed = E.member(value("identifier", name), E.variable(identifier="RESPONSE"))
        less = E.subtract(E.variable(identifier=KEPT), value("float", "1"))
        one_less = E.setOutcomeValue(less, identifier=KEPT)
        conditions.append(E.responseCondition(E.responseIf(is_placed, one_less, also_show(name))))
    return conditions


def _pairs_counted(pairs: Pairs, count: int) -> list[etree._Element]:
    """The later step stands somewhere, and the earlier one before it."""
    conditions = []
    for earlier, later in pairs:
        ways = [
            _all_of(_is_at(place, later), _any_of(*(_is_at(n, earlier) for n in range(1, place))))
            for place in range(2, count + 1)
        ]
        conditions.append(E.responseCondition(E.responseIf(_any_of(*ways), _one_more())))
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
    return E.setOutcomeValue(value("identifier", name), identifier="FEEDBACK")


def _near(number: float, width: Fraction) -> etree._Element:
    """Between two numbers: some players do not look at the tolerance of <equal>."""
    middle = item_parts.exact(number)
    least, most = item_parts.decimal(middle - width), item_parts.decimal(middle + width)
    return _all_of(
        E.gte(E.variable(identifier="RESPONSE"), value("float", least)),
        E.lte(E.variable(identifier="RESPONSE"), value("float", most)),
    )
