"""A file of whichever format it is."""

from pathlib import Path

from grader.errors import CourseError
from grader.quiz.imports import gift_reader, moodle_reader, qti21_reader, safe_xml
from grader.quiz.imports.draft import Reading

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
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _xml(data, str(path))
    return gift_reader.read(_text(data, path), at=str(path))


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


def _text(data: bytes, path: Path) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CourseError(
            "is not UTF-8 text", at=str(path), fix=f"Name a file in one of these: {KNOWN}."
        ) from error
    if "{" not in text or text.lstrip().startswith(("{", "[")):  # words, or JSON
        raise CourseError(
            "holds no question in the GIFT format",
            at=str(path),
            fix=f"Name a file in one of these: {KNOWN}.",
        )
    return text
