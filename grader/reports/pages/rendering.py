"""A page from a template: whatever it shows is made harmless, and only its own style may act.

A page is one file. Its style stands in it and is allowed by its hash; scripts, pictures from
elsewhere, forms and frames are not. Equal values give equal bytes.
"""

import base64
import functools
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

from grader.reports.page_templates import TEMPLATES, environment
from grader.text import clean, counted

FOLDER = Path(__file__).parent
_TOKENS = TEMPLATES / "tokens.css"  # of all pages of the project
_LONGEST = 30_000  # characters of one text


def rendered(template: str, *, styles: tuple[str, ...] = (), **values: object) -> bytes:
    """A page.

    Args:
        template: its name in the folder `templates`; it extends page.html.
        styles: further files of the folder `style`, beside those of every page.
        values: what the template shows.
    """
    css = style(styles)
    policy = f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'"
    ours = {"style": Markup(css), "style_policy": Markup(policy)}  # noqa: S704 - our own files
    return _environment().get_template(template).render(**ours, **values).encode()


@functools.cache
def style(names: tuple[str, ...]) -> str:
    """The style of pages: tokens, what every page has, and files of the folder `style`."""
    files = (_TOKENS, *(FOLDER / "style" / name for name in ("page.css", *names)))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@functools.cache
def _environment() -> jinja2.Environment:
    pages = environment(FOLDER / "templates", finalize=_harmless)
    pages.filters["counted"] = counted
    return pages


def _harmless(value: object) -> object:
    """What a template shows: text as text, controls and what reorders text as escapes."""
    return clean(value, _LONGEST) if isinstance(value, str) and type(value) is not Markup else value
