"""Text for people: what a student could have written is made harmless, numbers get their nouns.

Characters that a terminal, a spreadsheet or a reader's eye would obey instead of show are
written as escapes: control characters, and those that reorder or hide text.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from fractions import Fraction

_MAX_MARKS = 3  # combining marks in a row; more would climb over other lines
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


def clean(text: str, limit: int) -> str:
    """At most `limit` characters of the text, with everything that could act escaped."""
    cut = text[:limit]
    cut = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", cut.replace("\r\n", "\n"))
    cut = _without_piles(cut)
    left = len(text) - limit
    return f"{cut}... ({left:,} more characters)" if left > 0 else cut


def clean_line(text: str, limit: int) -> str:
    """The same for what must stay on one line, such as a name: line feeds and tabs are escaped."""
    return clean(text, limit).replace("\n", "\\u000a").replace("\t", "\\u0009")


def table_cell(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula, and no reader for two rows."""
    text = " ".join(text.splitlines())
    acts = text.startswith("\t") or text.lstrip().startswith(("=", "+", "-", "@"))
    return f"'{text}" if acts else text


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """Rows as lines of a CSV file, each when its turn comes."""
    writer = csv.writer(_Echo(), lineterminator="\n")
    for row in rows:
        line: str = writer.writerow(row)
        yield line.encode("utf-8", "replace")


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 point`, `2 points`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def all_of(number: int, noun: str) -> str:
    """All of so many: `the only check`, `all 2 checks`."""
    return f"the only {noun}" if number == 1 else f"all {counted(number, noun)}"


def decimal(points: Fraction) -> str:
    """Points as every spreadsheet reads them, rounded to four places, to even at the half."""
    whole, part = divmod(abs(round(points * 10_000)), 10_000)
    sign = "-" if points < 0 and (whole or part) else ""
    return f"{sign}{whole}.{part:04}".rstrip("0").rstrip(".")


class _Echo:
    """What `csv` writes a line to, which it gives back."""

    def write(self, line: str) -> str:
        return line


def _without_piles(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        # By category: `unicodedata.combining` is 0 for enclosing marks such as U+20DD.
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)
