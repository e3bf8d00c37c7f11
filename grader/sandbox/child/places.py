"""Which files the student's process needs: Python, its packages, system libraries. Not ours."""

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_OURS = ("grader", "reference")  # and the course material, which lies in or beside them


def needed() -> list[str]:
    """Files and folders that Python and its packages are made of, outermost only."""
    python = [sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    found = {*python, *sys.path, *_LIBRARIES} - set(_checkouts())
    existing = sorted(path for path in found if path and os.path.exists(path))
    return [p for p in existing if not any(_below(p, other) for other in existing if other != p)]


def secret() -> list[str]:
    """Where the grader, the reference and the course material lie."""
    packages = [str(folder / name) for folder in _homes() for name in _OURS]
    return [path for path in {*packages, *_checkouts()} if os.path.exists(path)]


def below(secrets: Iterable[str], paths: list[str]) -> list[str]:
    """The secrets that lie below one of the paths."""
    real = [os.path.realpath(path) for path in paths]
    return [secret for secret in secrets if any(_below(secret, path) for path in (*paths, *real))]


def forget_checkouts() -> None:
    """Nothing of ours can be imported any more."""
    checkouts = _checkouts()
    sys.path[:] = [path for path in sys.path if path not in checkouts and os.path.isdir(path)]


def without(paths: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """The paths, split where a secret lies below, so that no secret is below any of them."""
    hidden = [os.path.realpath(path) for path in secrets]
    kept: list[str] = []
    left = list(paths)
    while left:
        path = left.pop()
        real = os.path.realpath(path)
        if any(real == other or _below(real, other) for other in hidden):
            continue
        if any(_below(other, real) for other in hidden):
            left += [os.path.join(path, name) for name in os.listdir(path)]
        else:
            kept.append(path)
    return kept


def _homes() -> list[Path]:
    """The folders from which our packages are imported."""
    ours = Path(__file__).resolve().parents[3]
    return [ours, *(Path(path) for path in sys.path if path and Path(path, "grader").is_dir())]


def _checkouts() -> list[str]:
    """Of these, the folders that hold nothing but this project."""
    return [str(home) for home in _homes() if (home / "pyproject.toml").exists()]


def _below(path: str, other: str) -> bool:
    return path.startswith(other.rstrip("/") + "/")
