"""Style and scripts: files of our own, named by their digest, so that browsers keep them."""

import functools
import gzip
import hashlib
import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grader.reports.pages.rendering import style
from grader.web.guard.rights import open_to_all, refuse

FOLDER = Path(__file__).parent / "static"
_TEXTS = (".css", ".js", ".svg")
_YEAR = "public, max-age=31536000, immutable"
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


def static(name: str) -> str:
    """The address of a file in `static/`, which changes with its content.

    Raises:
        KeyError: there is no such file.
    """
    if name not in _files():
        raise KeyError(name)
    return f"/static/{_digest()}/{name}"


@functools.cache
def _files() -> dict[str, bytes]:
    """All that is served. The tokens of all pages, and the style of reports, come first."""
    found = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file()
    }
    found["site.css"] = style(("student.css",)).encode() + b"\n" + found["site.css"]
    return found


@functools.cache
def _digest() -> str:
    """Of all files: a module names another by a relative address, so they change together."""
    whole = hashlib.sha256()
    for name, content in _files().items():
        whole.update(name.encode() + b"\0" + content)
    return whole.hexdigest()[:12]


@open_to_all
def _serve(request: Request) -> Response:
    name = request.path_params["name"]
    content = _files().get(name)
    if content is None:
        refuse(404, "There is no such file.")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"Cache-Control": _YEAR}
    if name.endswith(_TEXTS):
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"], content = "gzip", _packed(name)
    return Response(content, media_type=kind, headers=headers)


@functools.cache
def _packed(name: str) -> bytes:
    """A file with nothing secret in it, small enough for a slow line."""
    return gzip.compress(_files()[name], mtime=0)


routes = (Route("/static/{digest}/{name:path}", _serve),)
