"""Line breaks of HTML: a new line in code, nothing at the end of a paragraph, else a break."""

from collections.abc import Callable

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li",
    "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "ul",
}  # fmt: skip
ONE_LINE = ["td", "th", "h1", "h2", "h3", "h4", "h5", "h6"]  # Markdown has no break in these


def mend_breaks(soup: BeautifulSoup, note: Callable[[str], None]) -> None:
    """Replaces each <br> that means nothing, or something else than a break."""
    for code in soup.select("td pre, th pre"):
        if "\n" in code.get_text().strip() or code.find("br"):
            note("lost: the lines of code in a table")
        code.name = "span" if code.find("code") else "code"
    for element in soup.find_all("br"):
        if element.find_parent(["pre", "code"]) is not None:
            element.replace_with("\n")
        elif _is_needless(element):
            element.replace_with(" ")


def _is_needless(element: Tag) -> bool:
    at_edge = any(_is_at_edge(element, f"{side}_siblings") for side in ("previous", "next"))
    return at_edge or element.find_parent(ONE_LINE) is not None


def _is_at_edge(element: Tag, direction: str) -> bool:
    """Whether no text of the same paragraph comes before, or after, a break."""
    inner: Tag = element
    while True:
        for sibling in getattr(inner, direction):
            if isinstance(sibling, Tag) and sibling.name in BLOCKS:
                return True
            if _is_seen(sibling):
                return False
        if not isinstance(inner.parent, Tag) or inner.parent.name in (*BLOCKS, "[document]"):
            return True
        inner = inner.parent


def _is_seen(node: PageElement) -> bool:
    if isinstance(node, NavigableString):
        return bool(node.strip())
    return isinstance(node, Tag) and node.name != "br" and bool(node.get_text().strip())
