"""A handout as HTML of a page: read like a question, with headings that can be linked to.

The title of a page stands above it already, so the handout's own one is left out, and no heading
is as large as that.
"""

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from markupsafe import Markup

from grader.text import clean
from grader.web.question_text import markdown_reader

_LONGEST = 500_000  # characters
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class ReadHandout:
    """A handout as it stands on a page.

    Attributes:
        opening: its first paragraph, which says what it is about; empty if it begins otherwise.
    """

    html: Markup
    opening: Markup
    has_formulas: bool


@functools.lru_cache(maxsize=32)
def read_handout(markdown: str) -> ReadHandout:
    """The handout of an assignment; what it shows of HTML is its letters."""
    tokens = _READER.parse(clean(markdown, _LONGEST))
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        tokens = tokens[3:]
    _set_anchors(tokens)
    return ReadHandout(
        html=_drawn(tokens),
        opening=_drawn(tokens[:3]) if tokens and tokens[0].type == "paragraph_open" else Markup(),
        has_formulas=any(map(_is_formula, tokens)),
    )


def _set_anchors(tokens: Sequence[Token]) -> None:
    """Give each heading its anchor, as code hosts do, and none the rank of the page's title."""
    seen: Counter[str] = Counter()
    for place, token in enumerate(tokens):
        if token.type not in ("heading_open", "heading_close"):
            continue
        token.tag = "h2" if token.tag == "h1" else token.tag
        if token.type == "heading_open":
            words = _words(tokens[place + 1]).lower()
            anchor = _NOT_IN_ANCHORS.sub("", words).strip().replace(" ", "-")
            seen[anchor] += 1
            token.attrSet("id", f"{anchor}-{seen[anchor] - 1}" if seen[anchor] > 1 else anchor)


def _words(inline: Token) -> str:
    return "".join(one.content for one in inline.children or ())


def _is_formula(token: Token) -> bool:
    return token.type.startswith("math") or any(map(_is_formula, token.children or ()))


def _drawn(tokens: Sequence[Token]) -> Markup:
    return Markup(_READER.renderer.render(tokens, _READER.options, {}).strip())  # noqa: S704


_READER = markdown_reader()
