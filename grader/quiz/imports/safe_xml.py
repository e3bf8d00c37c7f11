"""XML from strangers: no entities, nothing from the network, no more than we can hold."""

import re
from html.entities import html5

from lxml import etree

from grader.errors import CourseError
from grader.quiz.exports.markup import FORBIDDEN
from grader.quiz.imports.file_text import Undecodable, decoded

MOST_BYTES = 20 << 20
DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
OF_XML = {"amp", "lt", "gt", "quot", "apos"}


def parse(data: bytes, *, at: str) -> etree._Element:
    """The root of the tree.

    Raises:
        CourseError: it is too large, no text, not XML, or declares entities.
    """
    if len(data) > MOST_BYTES:
        raise CourseError(
            f"the file is larger than {MOST_BYTES >> 20} MB", at=at, fix="Export fewer questions."
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(_plain_utf8(data, at), parser)
    except etree.XMLSyntaxError as error:
        raise CourseError(
            f"is not valid XML: {error.msg}",
            at=f"{at}:{error.lineno}",
            fix="Export the questions again, or mend that line.",
        ) from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise CourseError(
            "declares entities, which could stand for anything",
            at=at,
            fix="Remove the <!DOCTYPE ...> part from the file.",
        )
    return root


def _plain_utf8(data: bytes, at: str) -> bytes:
    """The file without its declaration, with signs of HTML for their names, on the same lines."""
    try:
        text = decoded(data).text
    except Undecodable as error:
        raise CourseError(str(error), at=at, fix="Save the file as UTF-8.") from None
    if declared := DECLARATION.match(text):
        text = "\n" * declared[0].count("\n") + text[declared.end() :]
    text = FORBIDDEN.sub("", text)
    if "<!DOCTYPE" not in text:
        text = ENTITY.sub(_sign, text)
    return text.encode("utf-8", "replace")


def _sign(entity: re.Match[str]) -> str:
    return entity[0] if entity[1] in OF_XML else html5.get(f"{entity[1]};", entity[0])


def local_name(element: etree._Element) -> str:
    """The name without its namespace; empty for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def named(element: etree._Element, name: str) -> list[etree._Element]:
    """The elements of a name inside an element, itself included, in whichever namespace."""
    return [inner for inner in element.iter() if local_name(inner) == name]
