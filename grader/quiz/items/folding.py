"""When two short texts are the same answer.

Words are compared without regard to what a course folds: large letters, runs of spaces, hyphens,
accents. In a formula the signs are what the answer says, so there only spaces may differ.
"""

import re
import unicodedata
from collections.abc import Collection
from typing import Literal

Fold = Literal["case", "space", "punctuation", "accents"]
SAME_SIGN = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{MULTIPLICATION SIGN}": "*",
        "\N{MIDDLE DOT}": "*",
        "\N{DOT OPERATOR}": "*",
        "\N{DIVISION SIGN}": "/",
        "\N{DIVISION SLASH}": "/",
    }
)
RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱᵀ]+")
SIGN = re.compile(r"[+*/^=]")
# A hyphen joins words, as in top-k. It is a minus between single letters and numbers, as in k-1,
# and where it stands before a word and after none, as in -log p.
MINUS = re.compile(
    r"""(?<!\w)([^\W\d_]|\d+)\s*-\s*([^\W\d_]|\d+)(?!\w)
    | (^|[\s(])-(?=\S)
    | ^-\s*\d""",
    re.VERBOSE,
)
NOT_PUNCTUATION = set("%#&@\\")  # they change what an answer says


def without_invisible(text: str) -> str:
    """The text without characters that nobody sees, such as a zero-width space of a web page."""
    return "".join(one for one in text if unicodedata.category(one) != "Cf")


def folded(text: str, fold: Collection[Fold]) -> str:
    """What of a text is compared."""
    text = RAISED.sub(r"^\g<0>", without_invisible(text))
    text = unicodedata.normalize("NFKC", text).translate(SAME_SIGN)
    if "accents" in fold:
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(part for part in parts if not unicodedata.combining(part))
    if "case" in fold:
        text = text.casefold()
    if _is_formula(text):
        return _formula(text) if {"space", "punctuation"} & {*fold} else text.strip()
    if "punctuation" in fold:
        text = "".join(" " if _is_punctuation(one) else one for one in text)
    return " ".join(text.split()) if {"space", "punctuation"} & {*fold} else text.strip()


def _is_formula(text: str) -> bool:
    return bool(SIGN.search(text) or MINUS.search(text.strip()))


def _formula(text: str) -> str:
    """Without spaces beside signs, and without what surrounds the whole."""
    text = re.sub(r"\^\{(-?\w+)\}", r"^\1", text.replace("**", "^"))
    text = " ".join(text.split()).strip(" .,;:!?'\"`$")
    text = re.sub(r"\s*([-+*/^=(),])\s*", r"\1", text)
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1]
    return text


def _closing(text: str) -> int:
    """The place of the bracket that closes the first one; -1 if none does."""
    depth = 0
    for place, one in enumerate(text):
        depth += (one == "(") - (one == ")")
        if depth == 0:
            return place
    return -1


def _is_punctuation(character: str) -> bool:
    return character not in NOT_PUNCTUATION and unicodedata.category(character).startswith("P")
