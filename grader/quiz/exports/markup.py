r"""Markdown as HTML for an LMS.

HTML in the source is shown and never passed on. Formulas become `\(...\)` or `\[...\]`, which
MathJax reads in Moodle, in Canvas and in most QTI players.
"""

import re
from collections.abc import Callable, Iterable
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

# What XML cannot hold.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ONE_PARAGRAPH = re.compile(r"<p>((?:(?!<p>).)*)</p>", re.DOTALL)


def html(markdown: str) -> str:
    """Blocks of well-formed HTML."""
    rendered = _READER.render(FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", markdown))
    return str(rendered).strip()


def inline_html(markdown: str) -> str:
    """The same, without the paragraph where there is only one."""
    blocks = html(markdown)
    only = ONE_PARAGRAPH.fullmatch(blocks)
    return only[1] if only else blocks


def plain(markdown: str, formula: Callable[[str], str] = str) -> str:
    """The text alone, in one line; a formula is what the function makes of its LaTeX."""
    return " ".join(" ".join(_texts(_READER.parse(markdown), formula)).split())


def images(markdown: str) -> tuple[str, ...]:
    """The files that the text shows."""
    tokens = _flat(_READER.parse(markdown))
    return tuple(str(token.attrs["src"]) for token in tokens if token.type == "image")


def _flat(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or ())


def _texts(tokens: Iterable[Token], formula: Callable[[str], str]) -> Iterable[str]:
    for token in tokens:
        if token.type == "inline":
            yield "".join(_inline_texts(token.children or (), formula))
        elif token.content:
            yield formula(token.content) if _is_maths(token) else token.content


def _inline_texts(tokens: Iterable[Token], formula: Callable[[str], str]) -> Iterable[str]:
    for token in tokens:
        if _is_maths(token):
            yield formula(token.content)
        else:
            yield " " if token.type in ("softbreak", "hardbreak") else token.content


def _is_maths(token: Token) -> bool:
    return token.type.startswith("math_")


def _inline_maths(_self: object, tokens: list[Token], place: int, *_: object) -> str:
    return rf"\({escape(tokens[place].content.strip(), quote=False)}\)"


def _display_maths(_self: object, tokens: list[Token], place: int, *_: object) -> str:
    return rf"\[{escape(tokens[place].content.strip(), quote=False)}\]"


def _block_maths(_self: object, tokens: list[Token], place: int, *_: object) -> str:
    return f"<p>{_display_maths(_self, tokens, place)}</p>\n"


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table")
    reader.use(dollarmath_plugin, allow_labels=False, double_inline=True)
    reader.add_render_rule("math_inline", _inline_maths)
    reader.add_render_rule("math_inline_double", _display_maths)
    reader.add_render_rule("math_block", _block_maths)
    return reader


_READER = _reader()
