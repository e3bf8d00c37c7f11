"""A notebook's code cells as Python source. Nothing is parsed as Python here."""

import re

import nbformat
import nbformat.reader

from grader.errors import SubmissionError

# Cell magics whose body is still Python of the notebook; all others hold something else.
_PYTHON_MAGICS = {"time", "timeit", "capture", "prun"}
# No two neighbours of these patterns match the same character: else a long line takes hours.
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_LINE_MAGIC = re.compile(r"(\s*)(%\w.*|!(?!=).*|\?{1,2}\w[\w.]*\s*|[\w.]+\?{1,2}\s*)")
_ASSIGNED_MAGIC = re.compile(r"(\s*\w[\w, ]*=\s*)[%!]\w.*")


def code_cells(text: str, name: str) -> list[tuple[str, str]]:
    """The code cells in order: (name for tracebacks, source without magics).

    Raises:
        SubmissionError: the text is not a notebook, or a cell is not text.
    """
    try:
        # Not `nbformat.reads`: it complains of notebooks that are not valid and good all the same.
        notebook = nbformat.convert(nbformat.reader.reads(text), 4)  # type: ignore[no-untyped-call]
        cells = [_text(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    except Exception as error:
        raise SubmissionError(
            "is not a readable notebook",
            at=name,
            fix="Save it again from Jupyter, and hand in that.",
        ) from error
    named = [(f"{name} cell {number}", source) for number, source in enumerate(cells, start=1)]
    for cell, source in named:
        _refuse_half_characters(source, cell)
    return [(cell, without_magics(source)) for cell, source in named if source.strip()]


def without_magics(source: str) -> str:
    """The source with magics and shell lines replaced, so that line numbers stay."""
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if magic := _CELL_MAGIC.match(lines[first]):
        if magic[1] not in _PYTHON_MAGICS:
            return ""
        lines[first] = ""
    continues = False
    for i, line in enumerate(lines):
        lines[i] = "" if continues else _without_magic(line)
        continues = line.endswith("\\") and lines[i] != line
    return "\n".join(lines)


def _text(source: object) -> str:
    if not isinstance(source, str):
        raise TypeError("the source of a cell is not text")
    return source


def _refuse_half_characters(source: str, cell: str) -> None:
    """JSON can write half of a pair of surrogates; Python source cannot hold it."""
    try:
        source.encode()
    except UnicodeEncodeError as error:
        line = source.count("\n", 0, error.start) + 1
        raise SubmissionError(
            f"line {line} holds half a character ({source[error.start]!r})",
            at=cell,
            fix="Type that line again without it, and save the notebook.",
        ) from error


def _without_magic(line: str) -> str:
    if magic := _LINE_MAGIC.fullmatch(line):
        return f"{magic[1]}pass"
    if magic := _ASSIGNED_MAGIC.fullmatch(line):
        return f"{magic[1]}None"
    return line
