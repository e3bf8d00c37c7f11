"""A file of whichever format it is."""

import json
import re
from pathlib import Path

from grader.errors import CourseError
from grader.quiz.imports import gift_reader, moodle_reader, qti21_reader, safe_xml
from grader.quiz.imports.draft import Reading
from grader.quiz.imports.file_text import Undecodable, decoded

COMMENTS = re.compile(r"\s*(<!--.*?-->\s*)*", re.DOTALL)
# The outermost elements of such files; those that are not read are refused by name.
FORMATS = {
    "quiz", "assessmentItem", "assessmentTest", "questestinterop", "manifest",
    "qti-assessment-item", "qti-assessment-test",
}  # fmt: skip
KNOWN = "Moodle XML, GIFT, or QTI 2.1 (an item or a package)"


def read_file(path: Path) -> Reading:
    """The questions of a file; what it holds decides how it is read, and not its name.

    Raises:
        CourseError: it cannot be read, or is of no known format.
    """
    try:
        with path.open("rb") as file:
            data = file.read(safe_xml.MOST_BYTES + 1)
    except OSError as error:
        raise CourseError(
            f"cannot be read ({error.strerror})", at=str(path), fix="Check the path and its rights."
        ) from error
    if len(data) > safe_xml.MOST_BYTES:
        raise CourseError(
            f"the file is larger than {safe_xml.MOST_BYTES >> 20} MB",
            at=str(path),
            fix="Export fewer questions at a time.",
        )
    if data.startswith(b"PK\x03\x04"):
        return qti21_reader.read_package(data, at=str(path))
    try:
        content = decoded(data)
    except Undecodable as error:
        fix = f"Save it as UTF-8, if it is text. What can be read: {KNOWN}."
        raise CourseError(str(error), at=str(path), fix=fix) from None
    read = _xml(data, str(path)) if _is_xml(content.text) else _gift(content.text, str(path))
    if content.note:
        read.lose("the whole file", content.note)
    return read


def _is_xml(text: str) -> bool:
    """Whether it begins with a tag that is none of HTML; those may begin a question in GIFT."""
    text = COMMENTS.sub("", text, count=1).lstrip()
    if text.startswith(("<?xml", "<!DOCTYPE")):
        return True
    first = re.match(r"<(?:\w+:)?([\w-]+)[\s>/]", text)
    if first is None:
        return False
    return first[1] in FORMATS or (first[1] == "html" and "</html" in text) or "{" not in text


def _xml(data: bytes, at: str) -> Reading:
    root = safe_xml.parse(data, at=at)
    name = safe_xml.local_name(root)
    if name == "quiz":
        return moodle_reader.read(data, at=at)
    if name == "assessmentItem":
        return qti21_reader.read_item(data, at=at)
    raise CourseError(
        f"begins with <{name}>, which is no format that can be read",
        at=f"{at}:{root.sourceline}",
        fix=f"Name a file in one of these: {KNOWN}.",
    )


def _gift(text: str, at: str) -> Reading:
    if "{" not in text or _is_json(text):
        raise CourseError(
            f"{'is JSON, and ' if _is_json(text) else ''}holds no question in the GIFT format",
            at=at,
            fix=f"Name a file in one of these: {KNOWN}.",
        )
    return gift_reader.read(text, at=at)


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False
