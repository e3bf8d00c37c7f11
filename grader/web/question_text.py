"""Markdown of questions as HTML of a page: formulas, code and tables that can be read.

HTML in the source is shown and never passed on. A formula is MathML, which needs no script; beside
it stands its LaTeX, of which a script draws it better.
"""

import functools
from html import escape

from lxml import etree
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.quiz.exports import markup
from grader.quiz.exports.formulas import NoFormula, mathml, words
from grader.text import clean

_LONGEST = 100_000  # characters of one text
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'


@functools.lru_cache(maxsize=4096)
def blocks(markdown: str) -> Markup:
    """Blocks of HTML."""
    return Markup(_READER.render(clean(markdown, _LONGEST)).strip())  # noqa: S704 - made here


@functools.lru_cache(maxsize=4096)
def inline(markdown: str) -> Markup:
    """The same, without the paragraph where there is only one."""
    whole = blocks(markdown)
    only = markup.ONE_PARAGRAPH.fullmatch(whole)
    return Markup(only[1]) if only else whole  # noqa: S704


def plain(markdown: str) -> str:
    """The text alone, in one line, for where a page can show nothing else."""
    return markup.plain(markdown, _words)


def _words(latex: str) -> str:
    try:
        return words(latex)
    except NoFormula:
        return latex


def _formula(latex: str, *, block: bool) -> str:
    latex = latex.strip()
    try:
        drawn = etree.tostring(mathml(latex, block=block), encoding="unicode")
        drawn = drawn.replace(_NAMESPACE, "")  # HTML knows it, and a handout has hundreds
    except NoFormula:
        drawn = f"<code>{escape(latex)}</code>"
    # one that stands alone may be wider than a narrow page, and is scrolled by keys, too
    kind = 'class="maths block" tabindex="0"' if block else 'class="maths"'
    return f'<span {kind} data-tex="{escape(latex)}">{drawn}</span>'


def _inline_maths(_self: object, tokens: list[Token], place: int, *_: object) -> str:
    return _formula(tokens[place].content, block=False)


def _display_maths(_self: object, tokens: list[Token], place: int, *_: object) -> str:
    return _formula(tokens[place].content, block=True)


def _block_maths(_self: object, tokens: list[Token], place: int, *_: object) -> str:
    return f"<p>{_display_maths(_self, tokens, place)}</p>\n"


def _code(_self: object, tokens: list[Token], place: int, *_: object) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[place].content.rstrip())}</code></pre>\n'


def _table_open(*_: object) -> str:
    return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table class="grid">\n'


def _table_close(*_: object) -> str:
    return "</table></div>\n"


def markdown_reader() -> MarkdownIt:
    """A reader of Markdown with formulas, which passes no HTML of the source on."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.use(dollarmath_plugin, allow_labels=False, double_inline=True)
    reader.add_render_rule("math_inline", _inline_maths)
    reader.add_render_rule("math_inline_double", _display_maths)
    reader.add_render_rule("math_block", _block_maths)
    reader.add_render_rule("fence", _code)
    reader.add_render_rule("code_block", _code)
    reader.add_render_rule("table_open", _table_open)
    reader.add_render_rule("table_close", _table_close)
    reader.add_render_rule("image", _no_picture)
    return reader


def _no_picture(_self: object, tokens: list[Token], place: int, *_: object) -> str:
    """A page asks no other site for a picture; its words stand for it."""
    return escape(tokens[place].content)


_READER = markdown_reader()
