"""QTI 3.0: the items of 2.1 under the names of 3.0.

Its elements are `qti-` and words with hyphens, those of HTML stay as they are. A rubric must say
what it is for, and feedback and rubrics wrap what they say. Formulas are MathML, which browsers
show by themselves.
"""

import re
from collections.abc import Sequence

from lxml import etree

from grader.quiz.bank.topics import Topic
from grader.quiz.exports.content_package import xml_file, zipped
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.formulas import NoFormula, annotated_mathml
from grader.quiz.exports.qti21 import manifest, package_trees
from grader.quiz.exports.qti_item import EXPLANATION

ITEMS = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGING = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
HTML = {
    "a", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5",
    "h6", "hr", "img", "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th",
    "thead", "tr", "ul",
}  # fmt: skip
BLOCKS = {
    "blockquote",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
}
CODE = {"pre", "code"}
FORMULA = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
WRAPPED = {"qti-modal-feedback", "qti-rubric-block"}


def write(topics: Sequence[Topic], job: ExportJob) -> bytes:
    """The package as a zip."""
    files = {path: renamed(tree) for path, tree in package_trees(topics, job).items()}
    for tree in files.values():
        _write_formulas(tree)
        _keep_spaces(tree)
        _explain_last(tree)
    packing = manifest(
        files,
        namespace=PACKAGING,
        schema=("QTI Package", "3.0.0"),
        types=("imsqti_test_xmlv3p0", "imsqti_item_xmlv3p0"),
    )
    trees = {"imsmanifest.xml": packing, **files}
    return zipped({name: xml_file(tree) for name, tree in trees.items()})


def renamed(element: etree._Element) -> etree._Element:
    """The tree of 2.1 in 3.0."""
    name = etree.QName(element).localname
    new = name if name in HTML else f"qti-{_hyphens(name)}"
    made = etree.Element(f"{{{ITEMS}}}{new}", nsmap={None: ITEMS})
    for key, text in element.attrib.items():
        made.set(_hyphens(key), text)
    made.text, made.tail = element.text, element.tail
    inside = made
    if new in WRAPPED:
        inside = etree.SubElement(made, f"{{{ITEMS}}}qti-content-body")
    if new == "qti-rubric-block":
        made.set("use", "scoring")
    inside.extend(renamed(child) for child in element)
    return made


def _write_formulas(root: etree._Element) -> None:
    """Every formula in a text as MathML; one that is not understood stays LaTeX."""
    for element in list(root.iter()):
        if any(etree.QName(one).localname in CODE for one in (element, *element.iterancestors())):
            continue
        children = list(element)
        element.text = _insert(element, 0, element.text)
        for child in children:
            child.tail = _insert(element, element.index(child) + 1, child.tail)


def _keep_spaces(root: etree._Element) -> None:
    """Players lay out what is inside a choice side by side: a line of text is one piece of it."""
    choices = (f"{{{ITEMS}}}qti-simple-choice", f"{{{ITEMS}}}qti-simple-associable-choice")
    for choice in root.iter(*choices):
        children = list(choice)
        if children and not any(etree.QName(child).localname in BLOCKS for child in children):
            line = etree.SubElement(choice, f"{{{ITEMS}}}span")
            line.text, choice.text = choice.text, None
            line.extend(children)


def _explain_last(root: etree._Element) -> None:
    """Players lay each feedback over the one before: the explanation lies under all others."""
    shown = [one for one in root if etree.QName(one).localname == "qti-modal-feedback"]
    if shown and shown[-1].get("identifier") == EXPLANATION:
        shown[0].addprevious(shown[-1])


def _insert(parent: etree._Element, place: int, text: str | None) -> str | None:
    """Puts the formulas of a text into its parent; what comes before the first is given back."""
    end, before, last = 0, "", None
    for found in FORMULA.finditer(text or ""):
        try:
            formula = annotated_mathml(found[1] or found[2], block=found[1] is None)
        except NoFormula:
            continue
        between = (text or "")[end : found.start()]
        if last is None:
            before = between
        else:
            last.tail = between
        parent.insert(place, formula)
        place, end, last = place + 1, found.end(), formula
    if last is None:
        return text
    last.tail = (text or "")[end:]
    return before


def _hyphens(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", name)
