r"""The signs of GIFT: which of them mean something, and where one question ends.

`\` takes the meaning from `: # = ~ { }`, and `\n` is a line break. Formulas are taken as they are
meant, whether their author doubled the backslashes or knew nothing of GIFT.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

ESCAPES = dict(zip(":#={}~n", "\ue000\ue001\ue002\ue003\ue004\ue005\ue006", strict=True))
BACKSLASH = "\ue007"
MEANINGS = {hidden: "\n" if sign == "n" else sign for sign, hidden in ESCAPES.items()}
MEANINGS[BACKSLASH] = "\\"
MATHS = re.compile(
    r"\\\\\((?:(?!\\\().)+?\\\\\)|\\\((?:(?!\\\().)+?\\\)"
    r"|\\\\\[(?:(?!\\\[).)+?\\\\\]|\\\[(?:(?!\\\[).)+?\\\]|\$\$.+?\$\$"
    r"|(?<![\\$\w])\$(?=\S)[^$\n]*?(?:\\[A-Za-z]|[_^]\{)[^$\n]*?(?<=\S)\$(?!\d)",
    re.DOTALL,
)
KEY = re.compile(r"(?<!\\)\{\s*(?:[=~%>]|#|\}|T\b|F\b|TRUE\b|FALSE\b)")  # braces of an answer
# Commands whose first letter an unwary author gives to a line break.
N_COMMANDS = re.compile(
    r"n(?=(?:eq?|eg|abla|u|ot|otin|i|mid|parallel|exists|leq?|geq?|less|gtr|sim|cong|earrow|warrow)"
    r"(?![A-Za-z]))"
)
STARTS = ("::", "$CATEGORY:")


@dataclass(slots=True)
class _Block:
    """Lines with their numbers, and how the braces in them stand."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    opened: int = 0
    closed: int = 0

    def add(self, number: int, line: str) -> None:
        self.lines.append((number, line))
        if not line.lstrip().startswith("//"):
            meant = hidden(line)
            self.opened += meant.count("{")
            self.closed += meant.count("}")

    def add_all(self, other: "_Block") -> None:
        self.lines += other.lines
        self.opened += other.opened
        self.closed += other.closed

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.lines)

    @property
    def is_open(self) -> bool:
        return self.opened > self.closed

    @property
    def is_done(self) -> bool:
        return 0 < self.opened <= self.closed


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """Each question, or category, with the number of its first line; comments may come before it.

    A blank line ends a question, unless its braces are open; where they are closed, a title or a
    comment at the beginning of a line begins the next.
    """
    for part in _joined(list(_parts(text))):
        for block in _split(part):
            if any(not line.lstrip().startswith("//") for _, line in block.lines):
                yield block.lines[0][0], block.text


def _parts(text: str) -> Iterator[_Block]:
    """What stands between blank lines."""
    part = _Block()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            part.add(number, line)
        elif part.lines:
            yield part
            part = _Block()


def _joined(parts: Sequence[_Block]) -> Iterator[_Block]:
    """Parts whose braces stay open go on after a blank line, if they are closed there."""
    place = 0
    while place < len(parts):
        part = parts[place]
        end = _end_of(parts, place) if part.is_open else place
        for other in parts[place + 1 : end + 1]:
            part.add_all(other)
        yield part
        place = end + 1


def _end_of(parts: Sequence[_Block], place: int) -> int:
    """The part in which the braces of this one close; the part itself if none does."""
    for other in range(place + 1, len(parts)):
        if parts[other].text.lstrip().startswith(STARTS):
            break
        if parts[other].opened or parts[other].closed:
            begins, _, _ = hidden(parts[other].text).partition("}")
            return place if "{" in begins else other
    return place


def _split(part: _Block) -> Iterator[_Block]:
    block = _Block()
    for number, line in part.lines:
        said = line.lstrip()
        is_category = said.startswith("$CATEGORY:")
        if block.lines and (is_category or (block.is_done and said.startswith(("::", "//")))):
            yield block
            block = _Block()
        block.add(number, line)
        if is_category:
            yield block
            block = _Block()
    if block.lines:
        yield block


def hidden(text: str) -> str:
    """The text with all that is escaped, or is part of a formula, out of sight."""
    return _escapes_hidden(MATHS.sub(_formula_hidden, text))


def shown(text: str) -> str:
    """The text with what was hidden."""
    return "".join(MEANINGS.get(sign, sign) for sign in text)


def _escapes_hidden(text: str) -> str:
    return re.sub(
        r"\\([\\:#={}~n])",
        lambda found: BACKSLASH if found[1] == "\\" else ESCAPES[found[1]],
        text,
    )


def _formula_hidden(found: re.Match[str]) -> str:
    formula = found[0]
    if KEY.search(formula) or "::" in formula:
        return formula  # two dollar signs on either side of an answer
    if not formula.startswith("\\\\") and not re.search(r"\\\\[A-Za-z]", formula):
        formula = re.sub(
            r"\\(?=[A-Za-z])(?!n)|\\(?=[()\[\],;! ])|\\(?=" + N_COMMANDS.pattern + ")",
            BACKSLASH,
            formula,
        )
    formula = _escapes_hidden(formula)
    if formula.count("{") != formula.count("}"):
        return found[0]
    return "".join(ESCAPES.get(sign, sign) if sign != "n" else sign for sign in formula)
