"""Text that does not parse: its statements one by one, and the raw tokens of those that are broken.

Nothing here can fail, whatever the text is.
"""

import keyword
import re
from collections.abc import Iterator

# A line that begins a statement at the top: not indented, no comment, no end of something open.
_BEGINS = re.compile(r"(?!(?:else|elif|except|finally)\b)[^\s#)\]}]")
_TOKEN = re.compile(
    r"""
    (?P<blank>[^\S\n]+|\#[^\n]*|\\\n)
    |(?P<line>\n)
    |(?P<text>[rRbBuUfF]{0,2}(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"
        |'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))
    |(?P<number>\d[\w.]*|\.\d\w*)
    |(?P<attribute>\.[^\W\d]\w*)
    |(?P<name>[^\W\d]\w*)
    |(?P<sign>[-+*/%@&|^<>=!]=|->|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def chunks(text: str) -> Iterator[tuple[int, str]]:
    """The statements at the top of a text: (its first line, from 0; the statement)."""
    begun, held, decorated = 0, list[str](), False
    for number, line in enumerate(text.split("\n")):
        begins = bool(_BEGINS.match(line))
        if begins and held and not decorated:
            yield begun, "\n".join(held)
            begun, held = number, []
        decorated = line.startswith("@") if begins else decorated
        held.append(line)
    yield begun, "\n".join(held)


def raw_tokens(text: str, line: int) -> Iterator[tuple[str, str, int]]:
    """The tokens of a text as it stands: (plain, exact, line).

    Args:
        line: what the text's first line is called.
    """
    for match in _TOKEN.finditer(text):
        kind, exact = match.lastgroup, match[0]
        if kind == "name":
            yield exact if keyword.iskeyword(exact) else "N", exact, line
        elif kind in ("text", "number"):
            yield "C", exact, line
        elif kind in ("attribute", "sign"):
            yield exact, exact, line
        line += exact.count("\n")
