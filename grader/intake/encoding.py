"""The text of a source file, in the encoding that it declares (PEP 263) or begins with."""

import codecs
import io
import tokenize

from grader.intake.source_files import Unreadable

# Codecs that are no character sets: some take the square of the length, some run a small language.
_NO_CHARACTER_SETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
_FIX = "Save it as UTF-8."
_WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def text_of(data: bytes) -> tuple[str, str]:
    """The text with line feeds alone, and a note where Python itself would not read it.

    Raises:
        Unreadable: it is not in its encoding; the words name the line.
    """
    note = ""
    for mark, encoding in _WIDE.items():
        if data.startswith(mark):
            note = f"is {encoding.upper()}, which Python does not run: save it as UTF-8"
            break
    else:
        encoding = _declared(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = "UTF-8" if encoding.startswith("utf-8") else encoding
        raise Unreadable(f"is not {shown} text (line {line})", fix=_FIX) from error
    except (LookupError, UnicodeError, ValueError) as error:
        raise Unreadable(f"cannot be read as {encoding}", fix=_FIX) from error
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), note


def _declared(data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        name = codecs.lookup(encoding).name
    except (SyntaxError, LookupError, ValueError):
        # What it declares is no encoding, or its first lines are not text: then UTF-8 tells where.
        return "utf-8-sig"
    return "utf-8-sig" if name.replace("_", "-") in _NO_CHARACTER_SETS else encoding
