"""The response processing of an item of QTI, played with an answer: what it gives for it.

Only what is about identifiers and points is known. An item that uses more is not played, and its
reader says so.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import Any

from lxml import etree

from grader.quiz.imports.safe_xml import local_name, named

EXACT = "match_correct"
MAPPED = "map_response"
SCORE = "SCORE"

Answer = tuple[str, ...]
Value = None | bool | str | Fraction | Answer  # None is the NULL of the standard


class Unplayable(Exception):
    """The processing does what is not known here; the text goes on after its name."""


class _Ended(Exception):
    """The processing has come to its <exitResponse>."""


class Processing:
    """What an item gives for answers to the one response that is declared.

    Raises:
        Unplayable: from `points`, see there.
    """

    def __init__(self, root: etree._Element, declared: etree._Element) -> None:
        self._root = root
        self._declared = declared
        self._name = declared.get("identifier", "")
        self._rules = next(iter(named(root, "responseProcessing")), None)
        self._values: dict[str, Value] = {}
        self.steps = 0  # taken for all answers so far

    @property
    def template(self) -> str:
        """The short name of the standard's template, if one is used."""
        if self._rules is None:
            return ""
        return self._rules.get("template", "").rpartition("/")[2].removesuffix(".xml")

    @property
    def is_there(self) -> bool:
        return self._rules is not None

    def points(self, answer: Answer) -> Fraction:
        """What SCORE is after this answer.

        Raises:
            Unplayable: the processing uses a rule, an operator or a number that is not known.
        """
        self._values = {SCORE: Fraction(0)}
        self._values |= {name: self._default(one) for name, one in self._outcomes()}
        self._values[self._name] = self._given(answer)
        if self.template == EXACT:
            return Fraction(self._values[self._name] == self._given(_texts(self._correct())))
        if self.template == MAPPED:
            return self._mapped(self._values[self._name])
        if self._rules is None or self._rules.get("template"):
            raise Unplayable(f"uses the template {self.template!r}")
        if not any(one.get("identifier") == SCORE for one in named(self._rules, "setOutcomeValue")):
            raise Unplayable(f"sets no {SCORE}")
        try:
            with suppress(_Ended):
                self._follow(self._rules)
        except (IndexError, TypeError):
            raise Unplayable("is not complete") from None
        score = self._values[SCORE]
        if not isinstance(score, Fraction):
            raise Unplayable(f"leaves {SCORE} without a number")
        return score

    def _outcomes(self) -> Iterable[tuple[str, etree._Element]]:
        return ((one.get("identifier", ""), one) for one in named(self._root, "outcomeDeclaration"))

    def _default(self, outcome: etree._Element) -> Value:
        type_ = outcome.get("baseType", "float")
        given = [value for default in named(outcome, "defaultValue") for value in default]
        if given:
            return _typed(given[0].text or "", type_)
        return Fraction(0) if type_ in ("float", "integer") else None

    def _correct(self) -> Iterable[etree._Element]:
        return (v for c in named(self._declared, "correctResponse") for v in named(c, "value"))

    def _given(self, answer: Answer) -> Value:
        """An answer as the value of its response: what is not ordered has no order."""
        if not answer:
            return None
        cardinality = self._declared.get("cardinality", "single")
        if cardinality == "single":
            return answer[0]
        return answer if cardinality == "ordered" else tuple(sorted(answer))

    def _mapped(self, given: Value) -> Fraction:
        mapping = next(iter(named(self._declared, "mapping")), None)
        if mapping is None:
            raise Unplayable("uses a mapping that is not there")
        entries = {
            " ".join(entry.get("mapKey", "").split()): _number(entry.get("mappedValue", "0"))
            for entry in named(mapping, "mapEntry")
        }
        other = _number(mapping.get("defaultValue", "0"))
        chosen = () if given is None else given if isinstance(given, tuple) else (given,)
        total = sum((entries.get(str(one), other) for one in chosen), start=Fraction(0))
        if low := mapping.get("lowerBound"):
            total = max(total, _number(low))
        if high := mapping.get("upperBound"):
            total = min(total, _number(high))
        return total

    def _follow(self, rules: Iterable[etree._Element]) -> None:
        for rule in rules:
            name = local_name(rule)
            if name == "responseCondition":
                self._branch(rule)
            elif name == "setOutcomeValue":
                self._values[rule.get("identifier", "")] = self._value(_inside(rule)[0])
            elif name == "responseProcessingFragment":
                self._follow(rule)
            elif name == "exitResponse":
                raise _Ended
            elif name:
                raise Unplayable(f"uses <{name}>")

    def _branch(self, condition: etree._Element) -> None:
        for branch in condition:
            name = local_name(branch)
            if name == "responseElse":
                self._follow(branch)
                return
            if name and self._value(_inside(branch)[0]) is True:
                self._follow(_inside(branch)[1:])
                return

    def _value(self, expression: etree._Element) -> Value:
        self.steps += 1
        name = local_name(expression)
        if name in OPERATORS:
            return OPERATORS[name](list(map(self._value, _inside(expression))))
        if name == "baseValue":
            return _typed(expression.text or "", expression.get("baseType", "string"))
        if name == "index":
            return _at(self._value(_inside(expression)[0]), expression.get("n", ""))
        return self._of_variable(name, expression.get("identifier", ""))

    def _of_variable(self, name: str, identifier: str) -> Value:
        if name == "variable" and identifier in self._values:
            return self._values[identifier]
        if name in ("correct", "mapResponse") and identifier == self._name:
            if name == "mapResponse":
                return self._mapped(self._values[identifier])
            return self._given(_texts(self._correct()))
        raise Unplayable(f"uses <{name}>{f' of {identifier!r}' if identifier else ''}")


def _inside(element: etree._Element) -> list[etree._Element]:
    """The elements right inside another, without comments."""
    return [inner for inner in element if local_name(inner)]


def _texts(values: Iterable[etree._Element]) -> Answer:
    return tuple(" ".join((value.text or "").split()) for value in values)


def _number(text: str) -> Fraction:
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise Unplayable(f"uses the number {text!r}") from None


def _typed(text: str, type_: str) -> Value:
    if type_ in ("float", "integer"):
        return _number(text)
    return text.strip() == "true" if type_ == "boolean" else " ".join(text.split())


def _at(values: Value, n: str) -> Value:
    if not isinstance(values, tuple) or not n.isdecimal():
        return None
    return values[int(n) - 1] if 0 < int(n) <= len(values) else None


def _same(values: Sequence[Value]) -> Value:
    return None if None in values else values[0] == values[1]


def _is_in(one: Value, many: Value) -> Value:
    if one is None or many is None:
        return None
    return one in (many if isinstance(many, tuple) else (many,))


def _holds(values: Sequence[Value]) -> Value:
    inner, outer = values[1], values[0]
    if not isinstance(inner, tuple) or not isinstance(outer, tuple):
        return None
    return all(inner.count(one) <= outer.count(one) for one in inner)


def _together(values: Sequence[Value], *, ordered: bool) -> Value:
    flat: list[str] = []
    for one in values:
        flat += one if isinstance(one, tuple) else [] if one is None else [str(one)]
    return tuple(flat if ordered else sorted(flat)) or None


def _of_numbers(rule: Callable[..., Any]) -> Callable[[Sequence[Value]], Value]:
    def run(values: Sequence[Value]) -> Value:
        numbers = [one for one in values if isinstance(one, Fraction)]
        if len(numbers) < len(values):
            return None
        try:
            result: Value = rule(numbers)
        except ZeroDivisionError:
            return None
        return result

    return run


def _product(numbers: Sequence[Fraction]) -> Fraction:
    product = Fraction(1)
    for one in numbers:
        product *= one
    return product


OPERATORS: dict[str, Callable[[list[Value]], Value]] = {
    "match": _same,
    "not": lambda values: None if values[0] is None else not values[0],
    "and": lambda values: all(one is True for one in values),
    "or": lambda values: any(one is True for one in values),
    "isNull": lambda values: values[0] is None,
    "null": lambda values: None,
    "member": lambda values: _is_in(values[0], values[1]),
    "contains": _holds,
    "multiple": lambda values: _together(values, ordered=False),
    "ordered": lambda values: _together(values, ordered=True),
    "containerSize": lambda values: Fraction(len(values[0]) if isinstance(values[0], tuple) else 0),
    "sum": _of_numbers(lambda numbers: sum(numbers, start=Fraction(0))),
    "subtract": _of_numbers(lambda numbers: numbers[0] - numbers[1]),
    "product": _of_numbers(_product),
    "divide": _of_numbers(lambda numbers: numbers[0] / numbers[1]),
    "max": _of_numbers(max),
    "min": _of_numbers(min),
    "integerToFloat": _of_numbers(lambda numbers: numbers[0]),
    "gt": _of_numbers(lambda numbers: gt(*numbers)),
    "gte": _of_numbers(lambda numbers: ge(*numbers)),
    "lt": _of_numbers(lambda numbers: lt(*numbers)),
    "lte": _of_numbers(lambda numbers: le(*numbers)),
}
