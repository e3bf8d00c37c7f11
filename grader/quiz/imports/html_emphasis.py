"""Emphasis of HTML that Markdown has not: underlined words become bold, the rest is said."""

import re
from collections.abc import Callable

from bs4 import BeautifulSoup, Tag

UNDERLINED = re.compile(r"text-decoration[^;]*underline")
STRUCK = re.compile(r"text-decoration[^;]*line-through")
BOLD = re.compile(r"font-weight\s*:\s*(bold|[6-9]00)")
ITALIC = re.compile(r"font-style\s*:\s*(italic|oblique)")
COLOURED = re.compile(r"(?:^|;)\s*(?:background(?:-color)?|color)\s*:\s*([^;]+)")
SAME = {"b": ("b", "strong"), "strong": ("b", "strong"), "i": ("i", "em"), "em": ("i", "em")}
# No colour that anybody sees.
USUAL = re.compile(
    r"\s*(inherit|initial|transparent|unset|currentcolor|white|black|windowtext|#0{3,6}|#f{3,6}"
    r"|rgb\(\s*0\s*,\s*0\s*,\s*0\s*\)|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))\s*(!important)?\s*"
)

Note = Callable[[str], None]


def mend_emphasis(soup: BeautifulSoup, note: Note) -> None:
    """Words that stand out are bold or in italics, or `note` is told that they no longer do."""
    for element in soup.find_all(True):
        if element.get_text().strip():
            _mend(element, str(element.get("style") or "").lower(), note)
    for element in soup.find_all(list(SAME)):
        _take_in_neighbours(element)


def _mend(element: Tag, style: str, note: Note) -> None:
    if element.name in ("u", "ins") or UNDERLINED.search(style):
        note("underlined words are bold now")
        _become(element, "strong")
    elif element.name in ("s", "strike", "del") or STRUCK.search(style):
        note("lost: that words are struck out")
        _become(element, "span")
    elif element.name == "span" and BOLD.search(style):
        _become(element, "strong")
    elif element.name == "span" and ITALIC.search(style):
        _become(element, "em")
    colours = [*COLOURED.findall(style), str(element.get("color") or element.get("bgcolor") or "")]
    if element.name == "mark" or any(one and not USUAL.fullmatch(one.lower()) for one in colours):
        note("lost: the colour of words")
    if element.name in ("td", "th") and {"1"} != {
        str(element.get(key) or 1) for key in ("colspan", "rowspan")
    }:
        note("lost: that cells of a table are merged")


def _take_in_neighbours(element: Tag) -> None:
    """Two bold words without a space between them are one: their stars would be letters."""
    while isinstance(other := element.next_sibling, Tag) and other.name in SAME[element.name]:
        for child in list(other.children):
            element.append(child)
        other.decompose()


def _become(element: Tag, name: str) -> None:
    """An element of another name, unless it holds blocks, around which Markdown has no emphasis."""
    element.name = "span" if element.find(["p", "div", "ul", "ol", "table", "pre"]) else name
    element.attrs.pop("style", None)
