"""QTI 3.0: the items of 2.1 under the names of 3.0.

Its elements are `qti-` and words with hyphens, those of HTML stay as they are. A rubric must say
what it is for, and feedback and rubrics wrap what they say.
"""

import re
from collections.abc import Sequence

from lxml import etree

from grader.quiz.bank.topics import Topic
from grader.quiz.exports.content_package import xml_file, zipped
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.qti21 import manifest, package_trees

ITEMS = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGING = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
HTML = {
    "a", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5",
    "h6", "hr", "img", "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th",
    "thead", "tr", "ul",
}  # fmt: skip
WRAPPED = {"qti-modal-feedback", "qti-rubric-block"}


def write(topics: Sequence[Topic], job: ExportJob) -> bytes:
    """The package as a zip."""
    files = {path: renamed(tree) for path, tree in package_trees(topics, job).items()}
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


def _hyphens(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", name)
