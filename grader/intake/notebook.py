"""A notebook's code cells as they stand in it. What they mean is found out behind the wall."""

import json
from collections.abc import Iterator
from typing import Any

from grader.errors import SubmissionError

_PYTHON = {"python", "python3", "ipython", "ipython3", "py"}


def code_cells(text: str, name: str) -> list[tuple[str, str]]:
    """The code cells in order: (name for tracebacks, source).

    A notebook of any version of the format is read, also where it does not say which it has. A cell
    in another language than Python begins with a cell magic that names it.

    Raises:
        SubmissionError: the text is not a notebook, or a cell is not text.
    """
    try:
        found = [_source(cell) for cell in _cells(json.loads(text)) if _kind(cell) == "code"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SubmissionError(
            "is not a readable notebook",
            at=name,
            fix="Save it again from Jupyter, and hand in that.",
        ) from error
    named = [(f"{name} cell {number}", source) for number, source in enumerate(found, start=1)]
    for cell, source in named:
        _refuse_half_characters(source, cell)
    return [(cell, source) for cell, source in named if source.strip()]


def _cells(notebook: Any) -> Iterator[Any]:
    """Up to version 3 of the format they lie in worksheets."""
    if "cells" not in notebook and "worksheets" not in notebook:
        raise KeyError("cells")
    yield from notebook.get("cells", [])
    for sheet in notebook.get("worksheets", []):
        yield from sheet["cells"]


def _kind(cell: Any) -> Any:
    return cell.get("cell_type")


def _source(cell: Any) -> str:
    source = cell["source"] if "source" in cell else cell["input"]
    if isinstance(source, list):
        source = "".join(source)
    if not isinstance(source, str):
        raise TypeError("the source of a cell is not text")
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    language = _language(cell)
    return source if language in _PYTHON else f"%%{language}\n{source}"


def _language(cell: Any) -> str:
    """Of a cell, where it says so: up to version 3 each does, and VS Code has it in its own key."""
    metadata = cell.get("metadata")
    editor = metadata.get("vscode") if isinstance(metadata, dict) else None
    language = editor.get("languageId") if isinstance(editor, dict) else cell.get("language")
    return language.lower() if isinstance(language, str) and language.isalnum() else "python"


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
