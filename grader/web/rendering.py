"""Pages of the site from templates, and the two ways in which a request ends without one."""

import functools
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from grader.reports.page_templates import environment
from grader.reports.pages.rendering import FOLDER as REPORT_PAGES
from grader.text import all_of, clean, counted, decimal
from grader.web import question_text
from grader.web.assets import static
from grader.web.guard.sessions import SignedIn
from grader.web.site import Site, site_of

TEMPLATES = Path(__file__).parent / "templates"
_LONGEST = 100_000  # characters of one text


def page(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page. Templates know besides `values`: `site`, `person`, `now`, `path`, `static`, `time`.

    `time` shows a moment in the zone of the course; `person` is None where nobody is signed in.
    """
    text = fragment(request, template, **values)
    return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})


def fragment(request: Request, template: str, **values: object) -> str:
    """A part of a page, as a script puts it into one; templates know the same as those of pages."""
    site = site_of(request)
    person: SignedIn | None = getattr(request.state, "person", None)
    ours: dict[str, object] = {
        "site": site,
        "person": person,
        "now": site.clock(),
        "path": request.url.path,
        "time": functools.partial(shown_time, site),
    }
    return templates().get_template(template).render(**ours, **values)


def moved(request: Request, path: str) -> Response:
    """Where to go after a form did something: to a path of this site, and nowhere else."""
    return RedirectResponse(path if is_local(path) else "/", status_code=303)


def is_local(path: str) -> bool:
    """Whether an address is a path of this site. A browser takes `//` and `/\\` for another's."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return False
    if any(ord(character) <= 32 for character in path):
        return False
    return not urlsplit(path).netloc


def shown_time(site: Site, moment: datetime) -> str:
    """A moment as people of the course read it: `Fri 4 Dec 2026, 23:59 CET`."""
    there = moment.astimezone(site.zone)
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"


@functools.cache
def templates() -> jinja2.Environment:
    """All templates of the site; those of report pages are there too, within the site's frame."""
    made = environment(TEMPLATES, finalize=_harmless)
    made.loader = jinja2.FileSystemLoader([TEMPLATES, REPORT_PAGES / "templates"])
    made.filters["counted"] = counted
    made.filters["all_of"] = all_of
    made.filters["points"] = lambda points: "" if points is None else decimal(points)
    made.filters["markdown"] = question_text.blocks
    made.filters["inline_markdown"] = question_text.inline
    made.filters["plain_markdown"] = question_text.plain
    made.globals["static"] = static
    return made


def _harmless(value: object) -> object:
    return clean(value, _LONGEST) if isinstance(value, str) and type(value) is not Markup else value
