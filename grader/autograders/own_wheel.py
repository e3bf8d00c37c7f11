"""This installation as a wheel, so that another machine grades with the very same code.

It is made of the files that are here, from a checkout as from an installation: without network,
and with equal bytes for equal files.
"""

import base64
import hashlib
import importlib.util
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files as resource_files
from pathlib import Path

from grader.errors import GraderFault
from grader.gradebooks.plain_zip import zip_of
from grader.settings import shipped

_NAME = "decoder-grader"
_PACKAGES = ("grader", "reference")
_CONTENT = ("assignments", "questions")
_WHEEL = "Wheel-Version: 1.0\nGenerator: decoder-grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_FOR_AUTHORS = {"examples", "audit"}  # right submissions have no place elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a wheel says of itself."""

    version: str
    metadata: str
    programs: str


def own_wheel() -> tuple[str, bytes]:
    """The wheel's file name and its content.

    Raises:
        GraderFault: what is installed here does not say what it needs.
    """
    about = _about_checkout() or _about_installation()
    stem = f"{_NAME.replace('-', '_')}-{about.version}"
    files = {name: path.read_bytes() for name, path in _files()}
    files[f"{stem}.dist-info/METADATA"] = about.metadata.encode()
    files[f"{stem}.dist-info/entry_points.txt"] = about.programs.encode()
    files[f"{stem}.dist-info/WHEEL"] = _WHEEL.encode()
    record = f"{stem}.dist-info/RECORD"
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in sorted(files.items())]
    files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    return f"{stem}-py3-none-any.whl", zip_of(files)


def _about_checkout() -> _About | None:
    """What the pyproject.toml beside the package says; what was installed may be older than it."""
    path = Path(str(resource_files("grader"))).parent / "pyproject.toml"
    if not path.is_file():
        return None
    project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    if project.get("name") != _NAME:
        return None
    lines = ["Metadata-Version: 2.1", f"Name: {_NAME}", f"Version: {project['version']}"]
    lines += [f"Requires-Python: {project['requires-python']}"]
    lines += [f"Requires-Dist: {needed}" for needed in project["dependencies"]]
    programs = [f"{name} = {target}" for name, target in project["scripts"].items()]
    return _About(
        version=project["version"],
        metadata="\n".join([*lines, ""]),
        programs="\n".join(["[console_scripts]", *programs, ""]),
    )


def _about_installation() -> _About:
    try:
        installed = distribution(_NAME)
        metadata, programs = (
            installed.read_text("METADATA"),
            installed.read_text("entry_points.txt"),
        )
    except PackageNotFoundError:
        metadata = programs = None
    if not metadata or not programs:
        raise GraderFault(f"{_NAME} is not installed here", fix="Install it with pip.")
    return _About(version=installed.version, metadata=metadata, programs=programs)


def course_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of an assignment or of questions, without right submissions."""
    for name, path in _files_below(folder):
        if not _FOR_AUTHORS & set(name.split("/")):
            yield name, path


def _files() -> Iterator[tuple[str, Path]]:
    content = {kind: shipped(kind) for kind in _CONTENT}
    for package in _PACKAGES:
        found = importlib.util.find_spec(package)
        for place in (found.submodule_search_locations or ()) if found else ():
            for name, path in _files_below(Path(place)):
                if not any(path.is_relative_to(inside) for inside in content.values()):
                    yield f"{package}/{name}", path
    for kind, folder in content.items():
        yield from ((f"grader/content/{kind}/{name}", path) for name, path in course_files(folder))


def _files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder with their paths in it, sorted."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part[0] == "." or part == "__pycache__" for part in parts)
        if path.is_file() and not hidden:
            yield "/".join(parts), path


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
