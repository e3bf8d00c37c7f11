"""What has to be equal on all machines that grade one class, and the sentence if it is not."""

import functools
import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader.errors import GraderFault
from grader.report_key import grader_version

_PACKAGES = ("torch", "numpy", "pytest", "msgspec", "distributed")
_SAME = (
    "Install the same versions on all machines and start their workers again, or take that "
    "machine out of the cluster."
)


def machine_facts(assignment_digest: str | None = None) -> dict[str, str]:
    """What is compared, by what it is called in a sentence, the weightiest first.

    Args:
        assignment_digest: None where the assignment could not be read.
    """
    facts = {"grader": grader_version(), "Python": platform.python_version()}
    facts |= {name: _version(name) for name in _PACKAGES}
    facts["code of the grader"] = _code_digest()
    if assignment_digest is not None:
        facts["digest of the assignment and its subject"] = assignment_digest[:16]
    return facts


def difference(machine: str, there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """In a phrase, the first thing in which a machine differs; empty if none does."""
    for name, ours in here.items():
        if (theirs := there.get(name, "")) != ours:
            return f"{machine} has {name} {theirs or 'not at all'}, and here it is {ours or 'none'}"
    return ""


def differs(what: str) -> GraderFault:
    """The error about a machine that is not like this one."""
    return GraderFault(what, fix=_SAME)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@functools.cache
def _code_digest() -> str:
    """Of our own code: a checkout keeps its version while it changes."""
    top = Path(__file__).parents[3]
    digest = hashlib.sha256()
    for path in sorted(top.rglob("*.py")):
        name = path.relative_to(top).as_posix()
        if name.startswith("content/"):
            continue  # course material, which is sent or has a digest of its own
        digest.update(name.encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
