"""Stems that lean on a question before them.

Order is shuffled and pools are drawn, so no other question stands before one for sure.
"""

import re
from collections.abc import Iterator

from grader.quiz.items.item import LintFinding, warning

OPENINGS = re.compile(
    r"(?:Again|Now|Another|Also|Still|Next|Then|But|Likewise|Similarly|Once more|Same|They"
    r"|As (?:before|above)|This time|(?:(?:At|For|From|In|Of|On|To|Under|With) )?[Tt]he same"
    r"|[Tt]he (?:other|previous|preceding) \w+)\b"
)
POINTING = re.compile(
    r"^(?:(?:For|In|To|With) )?(?:[Tt]his|[Tt]hat|[Tt]hese|[Tt]hose) [a-z]+"
    r"|\b\w+ (?:above|before)(?=[.,;:?!)]|$)"
)
ANYWHERE = re.compile(
    r"(?<=[.?!:] )(?:Again|Once more|This time)\b"
    r"|\b[Aa]s (?:before|above|previously)(?=[.,;:?!)]|$)"
    r"|\b(?:previous|preceding|last|earlier|other) (?:question|exercise)\b"
    r"|\b(?:question|exercise)s? (?:above|before)(?=[.,;:?!)]|$)"
)
SHOWN = re.compile(r"[`:$\"]|!\[")  # a listing, a formula, a quotation: what a stem may point at


def leaning_stem(stem: str) -> Iterator[LintFinding]:
    """The words that need another question to be understood, if there are any."""
    plain = " ".join(stem.split())
    found = OPENINGS.match(plain) or ANYWHERE.search(plain)
    if found is None and not SHOWN.search(plain):
        found = POINTING.search(plain)
    if found:
        yield warning(
            "stem",
            f"{found[0]!r} leans on a question before this one",
            "Say all that is needed: order is shuffled, and a pool may leave the other one out.",
        )
