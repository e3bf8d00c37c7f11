"""YAML into typed values, with errors that say file, line, key and what to write.

Plain YAML readers keep the last of two equal keys, ignore a misspelt one, and read 010 as 8; each
would change a course without a word, so all are errors here.
"""

import contextlib
import functools
import re
import reprlib
from collections.abc import Hashable, Iterable, Iterator
from enum import EnumType
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args

import msgspec
import yaml

from grader.errors import CourseError, did_you_mean
from grader.regular_files import NotRegular, opened

T = TypeVar("T")
MOST_BYTES = 1_000_000  # of a file that a student wrote
DEEPEST = 20
PLAIN_NUMBER = re.compile(
    r"[-+]?(\.(inf|nan)|0|[1-9][0-9_]*|[0-9_]*\.[0-9_]*(e[-+]?[0-9]+)?)", re.I
)

_SOME_KEY = "[...]"  # how msgspec calls any key of a table
_PLAIN_TYPES = {  # what msgspec calls a type, in plain words
    "str": "a text",
    "int": "an integer",
    "float": "a number",
    "int | float": "a number",
    "int | float | null": "a number",
    "float | null": "a number",
    "int | null": "an integer",
    "str | null": "a text",
    "str | array": "a text or a list",
    "bool": "true or false",
    "object | null": "a mapping",
    "array": "a list",
    "object": "a mapping",
}


class _Loader(yaml.CSafeLoader):
    """The safe loader, which also refuses a key that stands twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[object] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key must be a single word", key_node.start_mark
                )
            if key in keys:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            keys.add(key)
        return super().construct_mapping(node, deep=deep)

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """A number as people write it; not in base 8, 16, 2 or 60, which they do not expect."""
        number: int | float = (
            self.construct_yaml_int(node)
            if node.tag.endswith(":int")
            else self.construct_yaml_float(node)
        )
        if not PLAIN_NUMBER.fullmatch(node.value):
            raise yaml.constructor.ConstructorError(
                None,
                None,
                f"{node.value} means {number} in YAML; write that, or {node.value!r} as a text",
                node.start_mark,
            )
        return number


for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _Loader.construct_number)


class _AsWritten(_Loader):
    """The same for a file of a student: numbers and dates stay the text that was written."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as PyYAML wants it
        first: [pair for pair in resolvers if pair[0].rpartition(":")[2] in ("bool", "null")]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def read(path: Path, type_: type[T], *, trusted: bool = True) -> T:
    """Read one YAML file as a value of `type_` (a `msgspec.Struct` with unknown keys forbidden).

    Args:
        trusted: a file of the course. One of a student may be neither large nor deep, nor hold
            aliases, by which a short text can stand for an endless one; and in it numbers and
            dates stay texts, as they were written.

    Raises:
        CourseError: the file is missing, is not YAML, or does not fit the type.
    """
    try:
        text = path.read_text(encoding="utf-8") if trusted else _stranger_text(path)
    except OSError as error:
        raise CourseError(
            f"cannot be read ({error.strerror})", at=str(path), fix="Check the path and its rights."
        ) from error
    except UnicodeDecodeError as error:
        raise CourseError(
            "is not UTF-8 text", at=str(path), fix="Save the file as UTF-8."
        ) from error
    if not trusted:
        _refuse_traps(text, at=str(path))
    return parse(text, type_, at=str(path), trusted=trusted)


def _stranger_text(path: Path) -> str:
    try:
        with opened(path) as file:
            data = file.read(MOST_BYTES + 1)
    except NotRegular as error:
        raise CourseError(str(error), at=str(path), fix="Take the file itself.") from error
    if len(data) > MOST_BYTES:
        raise CourseError(f"is larger than {MOST_BYTES:,} bytes", at=str(path), fix="Look into it.")
    return data.decode().replace("\r\n", "\n")


def _refuse_traps(text: str, *, at: str) -> None:
    """What loads into more than was written, or so deep that it ends the whole process."""
    depth = 0
    with contextlib.suppress(yaml.YAMLError):  # `parse` says what is wrong
        for event in yaml.parse(text, yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                problem, fix = "has an alias (`*name`)", "Write each value in full, or in quotes."
            elif depth > DEEPEST:
                problem = f"has more than {DEEPEST} lists or mappings in each other"
                fix = "Write plain values and lists."
            else:
                continue
            line = f":{event.start_mark.line + 1}" if event.start_mark else ""
            raise CourseError(problem, at=f"{at}{line}", fix=fix)


def parse(text: str, type_: type[T], *, at: str, trusted: bool = True) -> T:
    """Like `read`, from text; `at` names the source in errors.

    Raises:
        CourseError: the text is not YAML, or does not fit the type.
    """
    try:
        # subclasses of the safe loader
        data = yaml.load(text, Loader=_Loader if trusted else _AsWritten)  # noqa: S506
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2024-99-99
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        if isinstance(error, yaml.constructor.ConstructorError):
            fix = "Change that line."
        else:
            fix = "Look at the indentation, quotes and colons near that line."
        raise CourseError(f"is not valid YAML: {problem}", at=f"{at}{line}", fix=fix) from error
    return convert(data, type_, at=at, text=text)


def convert(data: Any, type_: type[T], *, at: str, text: str = "", also: tuple[str, ...] = ()) -> T:
    """Plain values as a value of `type_`.

    Args:
        text: the YAML they come from, where the error shall tell the line.
        also: keys that are allowed at the top beside the fields of `type_`.

    Raises:
        CourseError: they do not fit; the sentence says the key, what was got and what to write.
    """
    try:
        return msgspec.convert(data, type_)
    except msgspec.ValidationError as error:
        raise _as_course_error(str(error), data, type_, at=at, text=text, also=also) from error


def faults(
    data: dict[str, Any], type_: type, *, at: str, also: tuple[str, ...] = ()
) -> Iterator[CourseError]:
    """Everything that keeps plain values from being a value of `type_`, key by key.

    Args:
        also: keys that are allowed beside the fields of `type_`.
    """
    fields = {field.name: field for field in msgspec.structs.fields(type_)}

    def fault(message: str) -> CourseError:
        return _as_course_error(message, data, type_, at=at, text="", also=also)

    for key in data:
        if key not in fields and key not in also:
            yield fault(f"unknown field `{key}`")
    for name, field in fields.items():
        if name not in data:
            if field.required:
                yield fault(f"missing required field `{name}`")
            continue
        try:
            msgspec.convert(data[name], field.type)
        except msgspec.ValidationError as error:
            problem, _, where = str(error).partition(" - at `$")
            yield fault(f"{problem} - at `$.{name}{where.rstrip('`')}`")


def _as_course_error(
    message: str, data: Any, type_: type, *, at: str, text: str, also: tuple[str, ...]
) -> CourseError:
    """Say what msgspec found in the words of the file's author."""
    problem, _, where = message.partition(" - at `$")
    steps = re.findall(r"\[\.\.\.\]|[\w-]+", where)
    path = _path(steps, data, type_)
    key = where.rstrip("`")
    for step, name in zip(steps, path, strict=True):
        key = key.replace(_SOME_KEY, f".{name}", 1) if step == _SOME_KEY else key
    key = key.lstrip(".")
    unknown = re.search(r"unknown field `(.+)`", problem)
    if text:
        at = f"{at}:{_line_of(text, [*path, unknown[1]] if unknown else path)}"
    if unknown:
        problem = f"there is no key {unknown[1]!r} here"
        fix = did_you_mean(unknown[1], [*_field_types(type_, path), *(() if path else also)])
    elif missing := re.search(r"missing required field `(.+)`", problem):
        problem, fix = f"`{missing[1]}` is missing", f"Add `{missing[1]}: ...`."
    else:
        expected = _expected(problem, _field_types(type_, path[:-1]), path)
        got = functools.reduce(lambda value, step: value[step], path, data)
        problem = f"expected {expected}, got {_shown(got)}"
        keys = _field_types(type_, path) if path and expected == "a mapping" else ()
        of = f" with keys among {', '.join(keys)}" if keys else ""
        fix = f"Write {expected}{of}{', in quotes' if expected == 'a text' else ''}."
    return CourseError(f"{key}: {problem}" if key else problem, at=at, fix=fix)


def _path(steps: Iterable[str], data: Any, type_: Any) -> list[str | int]:
    """The keys and places that lead to the fault; msgspec does not say which key of a table."""
    path: list[str | int] = []
    for step in steps:
        struct = _less_none(type_)
        if step == _SOME_KEY:
            type_ = get_args(struct)[1]
            path.append(next(key for key in data if not _is_of(data[key], type_)))
        elif step.isdigit() and isinstance(data, list):
            type_ = (get_args(struct) or (Any,))[0]
            path.append(int(step))
        else:
            type_ = next((f.type for f in _fields(struct) if f.name == step), Any)
            path.append(step)
        data = data[path[-1]]
    return path


def _is_of(value: Any, type_: Any) -> bool:
    try:
        msgspec.convert(value, type_)
    except msgspec.ValidationError:
        return False
    return True


def _shown(value: Any) -> str:
    """The value as in Python, cut where it is long or deep."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = 80
    return short.repr(value)


def _expected(problem: str, fields: dict[str, Any], path: list[str | int]) -> str:
    if problem.startswith("Invalid enum value"):
        kind = fields[str(path[-1])]
        choices = list(kind) if isinstance(kind, EnumType) else get_args(kind)
        return f"one of {', '.join(map(str, choices))}"
    expected = problem.partition(", got ")[0].removeprefix("Expected ")
    for name, words in _PLAIN_TYPES.items():
        expected = expected.replace(f"`{name}`", words)
    return expected


def _field_types(type_: Any, path: list[str | int]) -> dict[str, Any]:
    """The fields of the struct that `path` leads to, with their types."""
    struct = type_
    for step in path:
        if isinstance(step, str) and _is_struct(struct):
            struct = next(f.type for f in _fields(struct) if f.name == step)
        elif get_args(struct):
            struct = next((a for a in get_args(struct) if _is_struct(a)), get_args(struct)[0])
        struct = _less_none(struct)
    return {field.name: field.type for field in _fields(struct)}


def _fields(struct: Any) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(struct) if _is_struct(struct) else ()


def _less_none(type_: Any) -> Any:
    """The struct of `Struct | None`."""
    if not isinstance(type_, UnionType):
        return type_
    return next((a for a in get_args(type_) if _is_struct(a)), type_)


def _is_struct(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)


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
