"""A wheel of the grader for students: what `grader check` needs, with a release inside.

It has the name of the whole grader and a local version, so the one takes the place of the other.
"""

import ast
import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import requires
from importlib.resources import files
from pathlib import Path

from grader.report_key import grader_version

_NAME = "decoder-grader"
# What students type, and what checks and the process for their code import by name.
_ENTRIES = ("grader", "grader.__main__", "grader.cli.check", "grader.cli.assignments")
_ENTRIES_BY_NAME = ("grader.checks", "grader.cli.debug", "grader.notebook")
# What is found by its path: what runs behind the wall, and what the page of a report is made of.
_WHOLE = ("sandbox/child", "suites/child", "reports/pages/templates", "reports/pages/style")
_SINGLE = ("py.typed", "reports/templates/tokens.css")
_NEEDS = (
    "click",
    "ipython",
    "jinja2",
    "markupsafe",
    "msgspec",
    "numpy",
    "packaging",
    "pytest",
    "pyyaml",
    "rich",
)
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a zip, so that equal content is equal bytes


def student_wheel(assignment: str, release: Mapping[str, bytes]) -> tuple[str, bytes]:
    """The name of a wheel and its content.

    Args:
        assignment: the name under which `grader start` and `grader check` find the release.
        release: its files by name.
    """
    version = f"{grader_version().partition('+')[0]}+student"
    stem = f"{_NAME.replace('-', '_')}-{version}"
    place = f"grader/content/assignments/{assignment}"
    content = dict(_package())
    content |= {f"{place}/{name}": data for name, data in release.items()}
    info = f"{stem}.dist-info"
    content[f"{info}/METADATA"] = _metadata(version).encode()
    content[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    content[f"{info}/entry_points.txt"] = b"[console_scripts]\ngrader = grader.cli:main\n"
    record = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in content.items()]
    record.append(f"{info}/RECORD,,")
    content[f"{info}/RECORD"] = "\n".join([*record, ""]).encode()
    return f"{stem}-py3-none-any.whl", _zipped(content)


def _package() -> Iterator[tuple[str, bytes]]:
    """The modules that are imported, straight or by others, and what lies in whole folders."""
    root = Path(str(files("grader")))
    paths = {path for entry in (*_ENTRIES, *_ENTRIES_BY_NAME) for path in _imported(root, entry)}
    for folder in _WHOLE:
        paths |= {path for path in (root / folder).rglob("*") if path.is_file()}
    paths |= {root / name for name in _SINGLE}
    for path in sorted(paths):
        if "__pycache__" not in path.parts:
            yield f"grader/{path.relative_to(root).as_posix()}", path.read_bytes()


def _imported(root: Path, entry: str) -> set[Path]:
    found: set[Path] = set()
    left = [entry]
    while left:
        module = left.pop()
        path = _file(root, module)
        if path is None or path in found:
            continue
        found.add(path)
        parts = module.split(".")
        left += [".".join(parts[:n]) for n in range(1, len(parts))]
        left += _imports(ast.parse(path.read_bytes()))
    return found


def _file(root: Path, module: str) -> Path | None:
    """Where a module of ours is written; None for one of others, or for a name in a module."""
    first, *parts = module.split(".")
    if first != root.name:
        return None
    place = root.joinpath(*parts)
    for path in (place / "__init__.py", place.with_suffix(".py")):
        if path.is_file():
            return path
    return None


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _metadata(version: str) -> str:
    needed = [
        line
        for line in requires(_NAME) or ()
        if re.split(r"[\s<>=!~;\[]", line)[0].lower() in _NEEDS and "extra ==" not in line
    ]
    lines = ["Metadata-Version: 2.1", f"Name: {_NAME}", f"Version: {version}"]
    lines += ["Requires-Python: >=3.11", *(f"Requires-Dist: {line}" for line in needed)]
    return "\n".join([*lines, "", ""])


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _zipped(content: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            member = zipfile.ZipInfo(name, date_time=_EARLIEST)
            member.external_attr = 0o644 << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return made.getvalue()
