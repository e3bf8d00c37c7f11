"""How templates of pages are read: what they show is escaped, and a missing value raises."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2

TEMPLATES = Path(__file__).parent / "templates"


def environment(
    folder: Path = TEMPLATES, *, finalize: Callable[..., Any] | None = None
) -> jinja2.Environment:
    """The templates of a folder.

    Args:
        finalize: what every value goes through before it is shown.
    """
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
