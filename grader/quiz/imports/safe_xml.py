"""XML from strangers: no entities, nothing from the network, no more than we can hold."""

from lxml import etree

from grader.errors import CourseError

MOST_BYTES = 20 << 20


def parse(data: bytes, *, at: str) -> etree._Element:
    """The root of the tree.

    Raises:
        CourseError: it is too large, is not XML, or declares entities.
    """
    if len(data) > MOST_BYTES:
        raise CourseError(
            f"the file is larger than {MOST_BYTES >> 20} MB", at=at, fix="Export fewer questions."
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
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


def local_name(element: etree._Element) -> str:
    """The name without its namespace; empty for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
