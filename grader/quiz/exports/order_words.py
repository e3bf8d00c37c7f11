"""What the text of an ordering says of its rules, where those of another system are others.

There it would be false that some steps belong nowhere, or that two orders count: such a sentence
is left out of the text, and that is said.
"""

import re
from dataclasses import dataclass

FENCED = re.compile(r"(^```.*?^```[^\n]*$)", re.DOTALL | re.MULTILINE)
SENTENCE_END = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(\s+)")
# Some steps are no part of the procedure.
STRAYS = re.compile(
    r"\b(some|one|two|three|four|five|a few|several|not all|not every|\d+)\b.*?\b("
    r"belongs? (nowhere|(on|in|to) no)|do(es)? not (happen|belong|occur|take part)"
    r"|(are|is) (not|never|no) (needed|part|used|done|steps?)|(needs? to|must|should) be left out"
    r"|(are|is) (superfluous|distractors?|extra|too many))"
    r"|\bnot (all|every)\b.*?\b(needed|used|belongs?|happens?)\b"
    r"|^(please )?leave (those|them|these|the others?|what|any|all|some)?\b.*?\bout\b"
    r"|^(please )?leave out\b",
    re.IGNORECASE,
)
# Several orders are right.
ORDERS = re.compile(
    r"\b(both|either|any|all|several|two|three|more than one|other|different|every)\b.*?"
    r"\b(orders?|sequences?|arrangements?|ways)\b.*?"
    r"\b(counts?|earns?"
    r"|(is|are) (all |both |equally )?(right|correct|accepted|allowed|fine|valid|good))\b"
    r"|\bboth( orders| ways)? count\b|\border\b.*?\b(does not|doesn't) matter\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text, and the sentences that are no longer in it."""

    text: str
    without: tuple[str, ...]


def rewritten(text: str, *, has_strays: bool, has_orders: bool) -> Rewritten:
    """The text as it is true where no step belongs nowhere, or where one order is right."""
    false = [sign for sign, holds in ((STRAYS, has_strays), (ORDERS, has_orders)) if not holds]
    pieces = FENCED.split(text)
    without: list[str] = []
    pieces[::2] = [_without(piece, false, without) for piece in pieces[::2]]
    return Rewritten("".join(pieces).strip(), tuple(without))


def _without(text: str, false: list[re.Pattern[str]], left_out: list[str]) -> str:
    """The text without the sentences that a pattern finds; those go to the list."""
    parts = SENTENCE_END.split(text)
    kept = ""
    for sentence, space in zip(parts[::2], [*parts[1::2], ""], strict=True):
        said = " ".join(sentence.split())
        if any(sign.search(said) for sign in false):
            left_out.append(said)
            if "\n\n" in space:
                kept = kept.rstrip() + "\n\n"
        else:
            kept += sentence + space
    return kept
