r"""HTML of another system as Markdown of ours.

Formulas in `\(...\)`, `\[...\]` or `$$...$$` become `$...$`; a dollar sign that is none becomes an
entity. Scripts and all that is not text are dropped, and it is said. What comes out is read again
and compared with what went in; a text that Markdown cannot hold as it was loses its layout.
"""

import re
from collections.abc import Callable
from html import escape

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString
from markdown_it import MarkdownIt
from markdownify import ATX, BACKSLASH, MarkdownConverter

from grader.quiz.exports.markup import FORBIDDEN
from grader.quiz.exports.markup import html as as_html
from grader.quiz.imports.draft import NotTaken
from grader.quiz.imports.html_breaks import mend_breaks
from grader.quiz.imports.html_emphasis import mend_emphasis
from grader.quiz.imports.html_tags import has_tags, only_tags
from grader.text import clean_line

DROPPED = [
    "script", "style", "iframe", "object", "embed", "form", "input", "button", "select", "textarea",
    "svg", "link", "meta", "template", "noscript", "audio", "video", "canvas", "title",
]  # fmt: skip
DOLLAR = "\ue00f"  # stands for a dollar sign that is none of a formula
# One dollar sign on either side is a formula only if there is LaTeX between them.
MATHS = re.compile(
    r"\\\(((?:(?!\\\().)+?)\\\)|\\\[((?:(?!\\\[).)+?)\\\]|\$\$(.+?)\$\$"
    r"|(?<![\\$\w])\$(?=\S)([^$\n]*?(?:\\[A-Za-z]|[_^]\{)[^$\n]*?)(?<=\S)\$(?!\d)",
    re.DOTALL,
)
LATEX_SIGN = re.compile(r"[#%&_{}]")
SAFE_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
# A number before a point begins a list, but not in the middle of a line; code is left as it is.
NEEDLESS = re.compile(r"(```.*?```|`[^`\n]*`)|(?<=\w )(\d+)\\([.)])", re.DOTALL)
IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
MOST_CHARACTERS = 200_000
MOST_SHOWN = 60

Note = Callable[[str], None]  # told what is lost


class _Converter(MarkdownConverter):
    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Between more backticks than stand in the code."""
        made = str(super().convert_pre(el, text, parent_tags))  # type: ignore[misc]
        fence = max(re.findall("`{3,}", el.get_text()), key=len, default="") + "`"
        if len(fence) == 1:
            return made
        start, inside, end = re.split(r"(?s)```(.*)```", made)
        return f"{start}{fence}{inside}{fence}{end}"

    def convert_tex(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        sign = "$$" if el.get("display") else "$"
        return f"{sign}{el.get_text()}{sign}"


def _language(element: Tag) -> str:
    code = element.find("code")
    classes = code.get("class") if isinstance(code, Tag) else None
    for name in classes or ():
        if str(name).startswith("language-"):
            return str(name).removeprefix("language-")
    return ""


_MIXED = MarkdownIt("commonmark").enable("table")  # with HTML, as other systems read it
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
        NotTaken: it is too long, or nested too deeply, or no Markdown says the same.
    """
    if len(html) > MOST_CHARACTERS:
        raise NotTaken(f"a text has more than {MOST_CHARACTERS} characters")
    try:
        # with a line end, for the library takes a bare address for a mistake
        soup = BeautifulSoup(only_tags(FORBIDDEN.sub("", html)) + "\n", "html.parser")
        _clean(soup, note)
        mend_emphasis(soup, note)
        mend_breaks(soup, note)
        _mark_maths(soup)
        return _faithful(soup, note)
    except RecursionError:
        raise NotTaken("its HTML is nested too deeply") from None


def _faithful(soup: BeautifulSoup, note: Note) -> str:
    """The text with as much of its layout as Markdown holds without a change of a letter.

    Raises:
        NotTaken: not even the bare text stays the same.
    """
    letters = _letters(soup)
    for simpler, loss in (
        (None, ""),
        (
            _without_emphasis,
            "lost: words in bold or italics, since Markdown cannot hold them there",
        ),
        (_without_layout, "lost: the layout of a text, which Markdown cannot hold"),
    ):
        soup = simpler(soup) if simpler else soup
        text = _converted(soup)
        if _letters(BeautifulSoup(as_html(text), "html.parser")) == letters:
            if loss:
                note(loss)
            return text
    shown = clean_line(soup.get_text().replace(DOLLAR, "$"), MOST_SHOWN)
    raise NotTaken(f"Markdown cannot hold its text {shown!r}")


def _converted(soup: BeautifulSoup) -> str:
    text = str(_CONVERTER.convert_soup(soup)).replace(DOLLAR, "&#36;")
    lines = [line.rstrip() for line in text.strip().splitlines()]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return NEEDLESS.sub(lambda found: found[1] or f"{found[2]}{found[3]}", text)


def _without_emphasis(soup: BeautifulSoup) -> BeautifulSoup:
    for element in soup.find_all(["b", "strong", "i", "em"]):
        element.unwrap()
    soup.smooth()
    return soup


def _without_layout(soup: BeautifulSoup) -> BeautifulSoup:
    """The text in one paragraph, without a list, a table or code."""
    plain = BeautifulSoup("", "html.parser")
    for piece in soup.find_all(string=True):
        formula = piece.find_parent("tex")
        bare = NavigableString(f" {piece}".replace("$", DOLLAR))
        plain.append(bare if formula is None else formula)
    return plain


def _letters(soup: BeautifulSoup) -> str:
    """All that a reader sees, without spaces and the marks of formulas."""
    text = soup.get_text(" ").replace(DOLLAR, "$")
    return re.sub(r"\s+|\\[()\[\]]", "", text)


def from_lines(html: str, note: Note) -> str:
    """HTML in which a line break is one, as in Moodle's automatic format; code keeps its own.

    Raises:
        NotTaken: see `from_html`.
    """
    pieces = re.split(r"(<pre\b.*?</pre>)", html, flags=re.DOTALL | re.IGNORECASE)
    pieces[::2] = [
        re.sub(r"(?<!>)\n(?!\s*<)", "<br>", re.sub(r"\n\s*\n", "<p>", piece))
        for piece in pieces[::2]
    ]
    return from_html("".join(pieces), note)


def from_plain(text: str, note: Note) -> str:
    """Text in which no character means anything, as Markdown."""
    paragraphs = [escape(part.strip()) for part in re.split(r"\n\s*\n", text)]
    return from_html("".join(f"<p>{part}</p>".replace("\n", "<br/>") for part in paragraphs), note)


def from_markdown(text: str, note: Note) -> str:
    """Markdown of another system, with formulas as we write them.

    Raises:
        NotTaken: there is HTML in it that cannot be taken over, see `from_html`.
    """
    if has_tags(text):
        return from_html(str(_MIXED.render(text)), note)
    if IMAGE.search(text):
        note("lost: an image (its text alternative is kept)")
        text = IMAGE.sub(lambda found: found[1] or r"\[image\]", text)
    return MATHS.sub(
        lambda found: f"${(found[1] or found[2] or found[3] or found[4]).strip()}$", text
    ).strip()


def _clean(soup: BeautifulSoup, note: Note) -> None:
    for element in soup.find_all([*DROPPED, "math"]):
        if not element.decomposed:
            is_maths = element.name == "math"
            note("lost: a formula in MathML" if is_maths else f"dropped: <{element.name}>")
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
    for element in soup.find_all(["sub", "sup"]):
        said = LATEX_SIGN.sub(r"\\\g<0>", element.get_text().strip())
        is_plain = element.find(["tex", "sub", "sup"]) is None
        if said and is_plain and element.find_parent(["pre", "code"]) is None:
            sign = "_" if element.name == "sub" else "^"
            element.replace_with(_formula(soup, f"{sign}{{{said}}}"))


def _pieces(soup: BeautifulSoup, text: str) -> list[Tag | NavigableString]:
    pieces: list[Tag | NavigableString] = []
    end = 0
    for found in MATHS.finditer(text):
        pieces.append(NavigableString(text[end : found.start()].replace("$", DOLLAR)))
        latex = found[1] or found[2] or found[3] or found[4]
        is_block = found[1] is None and found[4] is None
        pieces.append(_formula(soup, latex, attrs={"display": "block"} if is_block else {}))
        end = found.end()
    return [*pieces, NavigableString(text[end:].replace("$", DOLLAR))]


def _formula(soup: BeautifulSoup, latex: str, attrs: dict[str, str] | None = None) -> Tag:
    formula = soup.new_tag("tex", attrs=attrs or {})
    # ours cannot hold the sign
    latex = latex.replace(r"\$", "$").replace("$", r"\text{USD}").replace(DOLLAR, r"\text{USD}")
    formula.string = " ".join(latex.split())
    return formula
