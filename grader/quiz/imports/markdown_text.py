r"""HTML of another system as Markdown of ours.

Formulas in `\(...\)`, `\[...\]` or `$$...$$` become `$...$`; a dollar sign that is none becomes an
entity. Scripts and all that is not text are dropped, and it is said.
"""

import re
from collections.abc import Callable
from html import escape

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString
from markdownify import ATX, BACKSLASH, MarkdownConverter

from grader.quiz.imports.draft import NotTaken

DROPPED = [
    "script", "style", "iframe", "object", "embed", "form", "input", "button", "select", "textarea",
    "svg", "link", "meta", "template", "noscript", "audio", "video", "canvas",
]  # fmt: skip
DOLLAR = "\ue00f"  # stands for a dollar sign that is none of a formula
MATHS = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]|\$\$(.+?)\$\$", re.DOTALL)
SAFE_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
# A number before a point begins a list, but not in the middle of a line; code is left as it is.
NEEDLESS = re.compile(r"(```.*?```|`[^`\n]*`)|(?<=\w )(\d+)\\([.)])", re.DOTALL)
MOST_CHARACTERS = 200_000

Note = Callable[[str], None]  # told what is lost


class _Converter(MarkdownConverter):
    def convert_tex(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        sign = "$$" if el.get("display") else "$"
        latex = " ".join(el.get_text().split())
        latex = latex.replace(r"\$", "$").replace("$", r"\text{USD}")  # ours cannot hold the sign
        return f"{sign}{latex}{sign}"

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"$_{{{el.get_text()}}}$"

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"$^{{{el.get_text()}}}$"


def _language(element: Tag) -> str:
    code = element.find("code")
    classes = code.get("class") if isinstance(code, Tag) else None
    for name in classes or ():
        if str(name).startswith("language-"):
            return str(name).removeprefix("language-")
    return ""


_CONVERTER = _Converter(
    heading_style=ATX,
    bullets="-",
    escape_misc=True,
    newline_style=BACKSLASH,
    autolinks=False,
    code_language_callback=_language,
)


def from_html(html: str, note: Note) -> str:
    """Markdown with the same meaning; `note` is told what is dropped.

    Raises:
        NotTaken: it is too long, or nested too deeply.
    """
    if len(html) > MOST_CHARACTERS:
        raise NotTaken(f"a text has more than {MOST_CHARACTERS} characters")
    try:
        soup = BeautifulSoup(html, "html.parser")
        _clean(soup, note)
        _mark_maths(soup)
        text = str(_CONVERTER.convert_soup(soup)).replace(DOLLAR, "&#36;")
    except RecursionError:
        raise NotTaken("its HTML is nested too deeply") from None
    lines = [line.rstrip() for line in text.strip().splitlines()]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return NEEDLESS.sub(lambda found: found[1] or f"{found[2]}{found[3]}", text)


def from_plain(text: str, note: Note) -> str:
    """Text in which no character means anything, as Markdown."""
    paragraphs = [escape(part.strip()) for part in re.split(r"\n\s*\n", text)]
    return from_html("".join(f"<p>{part}</p>".replace("\n", "<br/>") for part in paragraphs), note)


def from_markdown(text: str) -> str:
    """Markdown of another system, with formulas as we write them."""
    return MATHS.sub(lambda found: f"${(found[1] or found[2] or found[3]).strip()}$", text).strip()


def _clean(soup: BeautifulSoup, note: Note) -> None:
    for element in soup.find_all(DROPPED):
        if not element.decomposed:
            note(f"dropped: <{element.name}>")
            element.decompose()
    for text in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        text.extract()  # comments and the like
    for image in soup.find_all("img"):
        note("lost: an image (its text alternative is kept)")
        image.replace_with(str(image.get("alt") or "[image]"))
    for link in soup.find_all("a"):
        if not SAFE_LINK.match(str(link.get("href") or "")):
            if link.get("href"):
                note("lost: a link that is not one of the web")
            link.unwrap()


def _mark_maths(soup: BeautifulSoup) -> None:
    """Formulas as elements of their own, so that nothing in them is taken for Markdown."""
    soup.smooth()
    for text in list(soup.find_all(string=re.compile(r"[$\\]"))):
        if text.find_parent(["pre", "code"]) is None:
            text.replace_with(*_pieces(soup, str(text)))


def _pieces(soup: BeautifulSoup, text: str) -> list[Tag | NavigableString]:
    pieces: list[Tag | NavigableString] = []
    end = 0
    for found in MATHS.finditer(text):
        pieces.append(NavigableString(text[end : found.start()].replace("$", DOLLAR)))
        formula = soup.new_tag("tex", attrs={} if found[1] else {"display": "block"})
        formula.string = found[1] or found[2] or found[3]
        pieces.append(formula)
        end = found.end()
    return [*pieces, NavigableString(text[end:].replace("$", DOLLAR))]
