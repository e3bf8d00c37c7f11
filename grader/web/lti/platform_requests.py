"""Requests to platforms: over TLS, without redirects, bounded in time and in size."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from grader.errors import CourseError
from grader.text import clean_line
from grader.web.lti.refusal import ServiceFailed
from grader.web.odd_text import storable_json

_SECONDS = 10.0
_MOST_BYTES = 8 << 20  # a page of members with everything that a platform knows of them
_MACHINE = re.compile(r"[A-Za-z0-9._-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class PlatformAnswer:
    """What a platform answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ServiceFailed: it is none.
        """
        try:
            return storable_json(json.loads(self.body))
        except ValueError as error:
            raise ServiceFailed("did not answer in JSON", at=shown_url(self.url)) from error

    @property
    def next_url(self) -> str | None:
        """The address of the next page, if there is one on the same machine.

        An answer that sends us elsewhere would get our token there.
        """
        for link in self.headers.get("link", "").split(","):
            address, _, rest = link.partition(">")
            if 'rel="next"' in rest.replace("rel=next", 'rel="next"'):
                found = urljoin(self.url, address.strip().removeprefix("<"))
                return found if _machine(found) == _machine(self.url) else None
        return None


def new_http_client() -> httpx2.Client:
    """A client for platforms. No redirect is followed: a token would go with it."""
    return httpx2.Client(timeout=_SECONDS, follow_redirects=False, trust_env=True)


def ask(
    http: httpx2.Client,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> PlatformAnswer:
    """One request.

    Raises:
        ServiceFailed: nobody answered, or with a status that is no success.
    """
    at = shown_url(url)
    if not is_safe(url):
        raise ServiceFailed("is no https address", at=at)
    asked = {"headers": dict(headers or {}), "data": dict(form) if form else None, "content": body}
    try:
        with http.stream(method, url, **asked) as response:  # type: ignore[arg-type]
            found = b""
            for part in response.iter_bytes():
                found += part
                if len(found) > _MOST_BYTES:
                    raise ServiceFailed(f"answered with more than {_MOST_BYTES >> 20} MB", at=at)
    except httpx2.HTTPError as error:
        said = clean_line(str(error), 200) or type(error).__name__
        raise ServiceFailed(f"was not reached: {said}", at=at) from error
    except httpx2.InvalidURL as error:
        raise ServiceFailed("is no address", at=at) from error
    if not 200 <= response.status_code < 300:
        said = clean_line(found[:300].decode(errors="replace"), 300)
        problem = f"answered {response.status_code}{f': {said}' if said else ''}"
        raise ServiceFailed(problem, at=at, status=response.status_code)
    return PlatformAnswer(response.status_code, response.headers, found, url)


def is_safe(url: str) -> bool:
    """Whether an address may be asked: https, or this machine itself; nobody's name in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    is_open = parts.scheme == "http" and parts.hostname in _LOOPBACK
    has_host = bool(parts.hostname) and port != 0 and _MACHINE.fullmatch(parts.netloc) is not None
    return has_host and (parts.scheme == "https" or is_open) and url.isprintable()


def safe_url(url: str, *, at: str) -> str:
    """An address that somebody typed, checked.

    Raises:
        CourseError: it is none of the kind that is asked.
    """
    if not is_safe(url):
        raise CourseError(
            f"{url!r} is no https address", at=at, fix="Copy the address from the platform."
        )
    return url


def shown_url(url: str) -> str:
    """An address without its query, which may name people."""
    return clean_line(url.partition("?")[0], 200)


def _machine(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
