"""What goes wrong becomes one sentence and an exit code; only our own faults keep a traceback."""

import errno
import importlib.metadata
import importlib.util
import os
import re
import sys

import click

from grader.errors import GraderError, GraderFault

_OF_THE_MACHINE = 3
_DISTRIBUTION = "decoder-grader"
_EXTRA = re.compile(r"extra == ['\"](\w+)['\"]")


def sentence_of(error: Exception) -> tuple[str, int] | None:
    """The sentence and the exit code; None if it is a fault of ours."""
    if isinstance(error, GraderError):
        return str(error), error.exit_code
    if isinstance(error, ModuleNotFoundError) and error.name and not _is_ours(error.name):
        return str(_missing(error.name.partition(".")[0])), _OF_THE_MACHINE
    if isinstance(error, OSError) and error.errno not in (None, errno.EPIPE):
        at = f"{error.filename}: " if error.filename else ""
        if at or error.errno in (errno.ENOSPC, errno.EDQUOT):
            fix = "Make room, change the rights, or name another place."
            return f"{at}{error.strerror}\n  {fix}", _OF_THE_MACHINE
    return None


def flush_output() -> None:
    """Have on its way what was printed, while a full disk can still be told.

    Raises:
        OSError: it cannot be written.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes again
        raise OSError(error.errno, error.strerror, "what is printed") from error


def needs_torch() -> None:
    """Say at once that PyTorch is missing, and not in each of many processes.

    Raises:
        GraderFault: it is not installed.
    """
    try:
        found = importlib.util.find_spec("torch")
    except ValueError:  # a module without a spec stands in its place
        found = None
    if found is None:
        raise _missing("torch")


def show(said: tuple[str, int]) -> int:
    """Print a sentence; its exit code."""
    click.echo(f"error: {said[0]}", err=True)
    return said[1]


def _missing(package: str) -> GraderFault:
    extra = _extra_with(package)
    what = f"'{_DISTRIBUTION}[{extra}]'" if extra else package
    return GraderFault(
        f"the package {package!r} is not installed here, and the grader needs it",
        fix=f"Install it into this environment: {sys.executable} -m pip install {what}",
    )


def _extra_with(package: str) -> str:
    """The extra of ours that brings a package, and those that are needed with it; or nothing."""
    try:
        required = importlib.metadata.requires(_DISTRIBUTION) or ()
    except importlib.metadata.PackageNotFoundError:
        return ""
    for line in required:
        name, _, condition = line.partition(";")
        extra = _EXTRA.search(condition)
        if extra and extra[1] != "test" and package in name.replace("-", "_"):
            return extra[1]
    return ""


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in ("grader", "reference")
