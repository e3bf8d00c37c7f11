"""YAML into typed values, with errors that say file, line, key and what to write.

Plain YAML readers keep the last of two equal keys and ignore a misspelt one; both would
change a course without a word, so both are errors here.
"""

import difflib
import re
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from grader.errors import CourseError

T = TypeVar("T")


class _Loader(yaml.CSafeLoader):
    """The safe loader, which also refuses a key that stands twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[object] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if key in keys:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            keys.add(key)
        return super().construct_mapping(node, deep=deep)


def read(path: Path, type_: type[T]) -> T:
    """Read one YAML file as a value of `type_` (a `msgspec.Struct` with unknown keys forbidden).

    Raises:
        CourseError: the file is missing, is not YAML, or does not fit the type.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"cannot be read ({error.strerror})", at=str(path), fix="Check the path and its rights."
        ) from error
    except UnicodeDecodeError as error:
        raise CourseError(
            "is not UTF-8 text", at=str(path), fix="Save the file as UTF-8."
        ) from error
    return parse(text, type_, at=str(path))


def parse(text: str, type_: type[T], *, at: str) -> T:
    """Like `read`, from text; `at` names the source in errors."""
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2024-99-99
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise CourseError(
            f"is not valid YAML: {problem}",
            at=f"{at}{line}",
            fix="Look at the indentation, quotes and colons near that line.",
        ) from error
    try:
        return msgspec.convert(data, type_)
    except msgspec.ValidationError as error:
        raise _as_course_error(error, text, type_, at) from error


def _as_course_error(
    error: msgspec.ValidationError, text: str, type_: type, at: str
) -> CourseError:
    message, _, where = str(error).partition(" - at `$")
    steps = re.findall(r"\.([\w-]+)|\[(\d+)\]|\[(\.\.\.)\]", where.rstrip("`"))
    path = [name or (int(index) if index else dots) for name, index, dots in steps]
    line = _line_of(text, path)
    key = where.rstrip("`").lstrip(".")
    problem = message[0].lower() + message[1:]
    fix = "Write a value of the expected kind."
    if unknown := re.search(r"unknown field `(.+)`", message):
        near = difflib.get_close_matches(unknown[1], sorted(_field_names(type_)), n=1)
        fix = f"Did you mean {near[0]!r}?" if near else f"Remove {unknown[1]!r}."
    elif missing := re.search(r"missing required field `(.+)`", message):
        fix = f"Add `{missing[1]}: ...`."
    return CourseError(f"{key}: {problem}" if key else problem, at=f"{at}:{line}", fix=fix)


def _line_of(text: str, path: Iterable[str | int]) -> int:
    """The line of the deepest node that `path` leads to; 1 where it leads nowhere."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    line = 1
    for step in path:
        match node:
            case yaml.MappingNode():
                found = [pair for pair in node.value if pair[0].value == step]
                if not found:
                    break
                line, node = found[0][0].start_mark.line + 1, found[0][1]
            case yaml.SequenceNode() if isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + 1
            case _:
                break
    return line


def _field_names(type_: Any, seen: set[Any] | None = None) -> set[str]:
    """All key names that occur anywhere in a struct type."""
    seen = set() if seen is None else seen
    if type_ in seen:
        return set()
    seen.add(type_)
    names: set[str] = set()
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        names |= set(type_.__struct_encode_fields__)
        for inner in msgspec.structs.fields(type_):
            names |= _field_names(inner.type, seen)
    for argument in getattr(type_, "__args__", ()):
        names |= _field_names(argument, seen)
    return names
