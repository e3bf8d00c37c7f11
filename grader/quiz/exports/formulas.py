"""Formulas in LaTeX as MathML, or as plain text for where nothing else is shown."""

import re
from collections.abc import Sequence

from latex2mathml.converter import convert
from lxml import etree

MATHML = "http://www.w3.org/1998/Math/MathML"
# Signs of relations and of two operands; between them and the rest stands a space.
SPACED = frozenset(
    "=\u2260<>\u2264\u2265+\u2212\u00d7\u2192\u2190\u2208\u2248\u221d\u223c\u2223\u2026"
)
UNARY = re.compile(r"(^|[(=,] ?)([+\u2212]) (?=\S)")  # a sign of one operand stands close to it
LAID_OUT = {
    "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable",
}  # fmt: skip
JOINED = {"msub": "_", "msup": "^", "munder": "_", "mover": ""}


class NoFormula(Exception):
    """The LaTeX is not understood."""


def mathml(latex: str, *, block: bool = False) -> etree._Element:
    """The formula as <math>.

    Raises:
        NoFormula: it is not understood as a whole.
    """
    try:
        text = convert(latex, display="block" if block else "inline")
        formula = etree.fromstring(text)
    except Exception as error:  # the converter has many of its own, and some of Python
        raise NoFormula(latex) from error
    if any("\\" in (element.text or "") for element in formula.iter()):
        raise NoFormula(latex)  # an unknown command is passed on as it is
    return formula


def annotated_mathml(latex: str, *, block: bool = False) -> etree._Element:
    """The formula as <math>, with its LaTeX in an annotation if its letters alone would be false.

    Nobody sees the annotation but in a player that does not draw MathML and shows all text of it:
    there a fraction would be two letters side by side.

    Raises:
        NoFormula: it is not understood as a whole.
    """
    formula = mathml(latex, block=block)
    if not any(etree.QName(one).localname in LAID_OUT for one in formula.iter()):
        return formula
    semantics = etree.Element(f"{{{MATHML}}}semantics")
    semantics.extend(list(formula))
    note = etree.SubElement(semantics, f"{{{MATHML}}}annotation", encoding="application/x-tex")
    note.text = " ".join(latex.split())
    formula.append(semantics)
    return formula


def words(latex: str) -> str:
    """The formula in one line of text, such as `(a + b)/√d_h`.

    Raises:
        NoFormula: it is not understood as a whole.
    """
    text = " ".join(_words(mathml(latex)).split())
    return UNARY.sub(r"\1\2", text.replace(" ,", ","))


def _words(element: etree._Element) -> str:
    name = etree.QName(element).localname
    parts = list(element)
    if name == "mo" and (element.text or "") in SPACED:
        return f" {element.text} "
    if name == "mo" and element.text == ",":
        return ", "
    if name == "mspace":
        return " "
    if name == "mfrac":
        return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    if name == "msqrt":
        return f"√{_all_grouped(parts)}"
    if name in ("msubsup", "munderover"):
        return f"{_words(parts[0])}_{_grouped(parts[1])}^{_grouped(parts[2])}"
    if name in JOINED:
        return f"{_words(parts[0])}{JOINED[name]}{_grouped(parts[1])}"
    return (element.text or "") + "".join(map(_words, parts))


def _grouped(element: etree._Element) -> str:
    return _all_grouped([element])


def _all_grouped(elements: Sequence[etree._Element]) -> str:
    """In parentheses, if it is more than one sign or name."""
    text = "".join(map(_words, elements)).strip()
    return (
        text if text.replace("_", "").replace("√", "").isalnum() or len(text) < 2 else f"({text})"
    )
