"""The text of a file, whichever encoding it has: UTF-8, UTF-16, or what it declares itself."""

import codecs
import re
from dataclasses import dataclass

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins like UTF-16, so it comes first
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
COMMENTED = re.compile(rb"[ \t]*//.*?coding[:=][ \t]*([\w.-]+)")  # as in a source file
LOOKED_AT = 400  # bytes in which an encoding may be declared
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


class Undecodable(Exception):
    """The bytes are no text; the message says why."""


@dataclass(frozen=True, slots=True)
class FileText:
    """A text, and what its reader should know about how it was decoded."""

    text: str
    note: str = ""


def decoded(data: bytes) -> FileText:
    """The text without its byte order mark.

    Raises:
        Undecodable: the bytes are no text in any encoding that is tried.
    """
    name = _marked(data) or _declared(data)
    try:
        text = data.decode(name or "utf-8")
    except UnicodeDecodeError:
        return _guessed(data, name)
    except LookupError:
        raise Undecodable(f"declares the encoding {name!r}, which is not known") from None
    return FileText(text.removeprefix("\ufeff"))


def _marked(data: bytes) -> str:
    for mark, name in BOMS.items():
        if data.startswith(mark):
            return name
    if b"\0" not in data[:4]:
        return ""
    return "utf-16-be" if data[:1] == b"\0" else "utf-16-le"


def _declared(data: bytes) -> str:
    head = data[:LOOKED_AT]
    if found := DECLARED.match(head.lstrip()):
        name = found[1].decode("ascii", "replace")
        # whoever could read the declaration byte by byte has no UTF-16 before him
        return "" if name.lower().replace("_", "-").startswith(("utf-16", "ucs-2")) else name
    for line in head.splitlines()[:2]:
        if found := COMMENTED.match(line):
            return found[1].decode("ascii", "replace")
    return ""


def _guessed(data: bytes, name: str) -> FileText:
    """Text of Windows, if it can be that."""
    said = name.removesuffix("-sig") or "UTF-8"
    if name.startswith(("utf-16", "utf-32")):
        raise Undecodable(f"begins like {said.upper()}, and is not")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = "\0"
    if CONTROLS.search(text):
        raise Undecodable(f"is not text in {said}")
    return FileText(text, f"it is not {said}: read as Windows-1252, so look at its letters")
