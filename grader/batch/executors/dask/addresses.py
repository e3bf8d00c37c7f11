"""Where the workers are, as it is typed: here, on a cluster of this machine, or at an address."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from grader.errors import CourseError

_FORMS = "Write `local`, `dask-local:4` for 4 workers here, or `dask:tls://HOST:PORT`."
_MOST_HERE = 4096


@dataclass(frozen=True, slots=True)
class Here:
    """Worker processes of this machine, without Dask."""


@dataclass(frozen=True, slots=True)
class DaskHere:
    """A Dask cluster that is started on this machine, and ended."""

    n_workers: int


@dataclass(frozen=True, slots=True)
class DaskAt:
    """A Dask cluster that runs already."""

    address: str


def place_from(words: str) -> Here | DaskHere | DaskAt:
    """What `--executor` names.

    Raises:
        CourseError: it names nothing, or an address where others could listen.
    """
    kind, _, rest = words.partition(":")
    if words == "local":
        return Here()
    if kind == "dask-local" and re.fullmatch(r"[0-9]{1,9}", rest) and 0 < int(rest) <= _MOST_HERE:
        return DaskHere(int(rest))
    if kind == "dask" and rest:
        return DaskAt(_address(rest))
    raise CourseError(f"there is no executor {words!r}", at="--executor", fix=_FORMS)


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read it: TLS, or this machine."""
    return address.startswith("tls://") or is_loopback(address)


def is_loopback(address: str) -> bool:
    """Whether an address is of this machine alone; names are not looked up."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address(typed: str) -> str:
    address = typed if "://" in typed else f"tcp://{typed}"
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in ("tcp", "tls") and parts.hostname and parts.port
    except ValueError:
        is_whole = False
    if not is_whole:
        raise CourseError(f"{typed!r} is no address of a scheduler", at="--executor", fix=_FORMS)
    if not is_safe(address):
        raise unsafe(typed)
    return address


def unsafe(address: str) -> CourseError:
    """The error about an address where the secret would travel readable."""
    return CourseError(
        f"{address} is not this machine, and without TLS whoever is on the way reads hidden checks "
        "and the course's secret, and can run what they like",
        at="--executor",
        fix="Start scheduler and workers with TLS and write `dask:tls://HOST:PORT`; see "
        "docs/scale.md.",
    )
