"""The secret of a course: how one is made, kept in a file, and made hard to guess.

Inputs of hidden checks follow from it, and what follows from it is in the hands of students: the
key of a report, the draw of a quiz. So a secret that could be guessed is stretched: each guess then
costs half a second and 128 MB, where a plain digest costs a microsecond.
"""

import contextlib
import functools
import hashlib
import os
import re
import secrets
from pathlib import Path

from grader.errors import CourseError, GraderFault

_BYTES = 16  # 128 bits of chance
# What `new_secret` makes, or anything longer of the kind. Fewer digits than these are no chance.
_RANDOM = re.compile(r"[0-9a-fA-F]{32,}")
_DIFFERENT_DIGITS = 8
# Half a second and 128 MB on the machine where it was measured, 2026-11-28.
_COST = 1 << 17
_BLOCK = 8
_MEMORY = 160 << 20
_SALT = b"decoder-grader: what hidden inputs are drawn from"


def new_secret() -> str:
    """A secret of 128 bits of chance."""
    return secrets.token_hex(_BYTES)


def is_random(secret: str) -> bool:
    """Whether a secret looks as if 128 bits of chance are in it; no words of a person do."""
    return bool(_RANDOM.fullmatch(secret)) and len(set(secret.lower())) >= _DIFFERENT_DIGITS


@functools.lru_cache
def stretched(secret: str) -> str:
    """What everything that follows from a secret is made of: the same for the same secret.

    A random secret is as it is, and so is none at all.
    """
    if not secret or is_random(secret):
        return secret
    return hashlib.scrypt(
        secret.encode(), salt=_SALT, n=_COST, r=_BLOCK, p=1, maxmem=_MEMORY, dklen=_BYTES
    ).hex()


def kept_secret(path: Path) -> str:
    """The secret kept in a file that only its owner may read; made on first use.

    Raises:
        CourseError: the file is there and holds no secret.
        GraderFault: it cannot be written, as on a full disk.
    """
    if not path.exists():
        keep_secret(path, new_secret())
    secret = path.read_text(encoding="utf-8", errors="replace").strip()
    if not secret:
        raise CourseError(
            "holds no secret", at=str(path), fix="Delete the file; a new one is made, and used."
        )
    return secret


def keep_secret(path: Path, secret: str) -> None:
    """Write a secret, whole from the first moment on: a run that is killed leaves no empty one.

    Of several runs that write one at once, on this machine or another, the first one's stands.

    Raises:
        GraderFault: it cannot be written, as on a full disk.
    """
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secret}\n")
        _take_name(new, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink()
        raise GraderFault(
            f"cannot be written ({error.strerror})",
            at=str(path),
            fix="Make room or change the rights, and run the same command again.",
        ) from error


def _take_name(new: Path, path: Path) -> None:
    """Give a file its name, unless another has taken it meanwhile."""
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        os.replace(new, path)
        return
    new.unlink()
