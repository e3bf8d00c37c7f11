"""Some keys of a YAML file that another system wrote; all else is passed over and never built.

Such a file has tags and aliases of its language, and as much of students' output as there is. So it
is read as a stream of events: what is not asked for takes no memory, whatever it is.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import yaml

from grader.errors import SubmissionError
from grader.text import clean_line

_DEEPEST = 8  # lists and mappings in each other, of what is asked for
_SHOWN = 200


def chosen_keys(data: bytes, keys: Collection[str], *, at: str) -> dict[str, Any]:
    """The mapping in a file: all keys at its top, and below them those that are asked for.

    Values are texts, lists and mappings. A key is known with the colon of a Ruby symbol as well as
    without.

    Raises:
        SubmissionError: it is no mapping, or no YAML.
    """
    try:
        made = _Builder(yaml.parse(data.decode("utf-8-sig"), yaml.CSafeLoader), keys).document()
    except (yaml.YAMLError, UnicodeError) as error:
        said = clean_line(getattr(error, "problem", None) or str(error), _SHOWN)
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise SubmissionError(
            f"is not valid YAML: {said}", at=f"{at}{line}", fix="Download the export again."
        ) from error
    if not isinstance(made, dict):
        raise SubmissionError("holds no submissions", at=at, fix="Download the export again.")
    return made


class _Builder:
    """Builds what is asked for from events; recursion goes no deeper than that."""

    def __init__(self, events: Iterator[Any], keys: Collection[str]) -> None:
        self._events = events
        self._keys = keys
        self._anchored: dict[str, Any] = {}

    def document(self) -> Any:
        for event in self._events:
            if isinstance(event, yaml.NodeEvent):
                return self._value(event, 0)
        return None

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._anchored.get(event.anchor or "")
        if depth > _DEEPEST:
            return self._skip(event)
        if isinstance(event, yaml.ScalarEvent):
            made: Any = event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            made = [self._value(inner, depth + 1) for inner in self._until(yaml.SequenceEndEvent)]
        else:
            made = self._mapping(depth)
        if event.anchor:
            self._anchored[event.anchor] = made
        return made

    def _mapping(self, depth: int) -> dict[str, Any]:
        made = {}
        for event in self._until(yaml.MappingEndEvent):
            plain = self._key(event)
            value = next(self._events)
            if depth == 0 or plain in self._keys:
                made[plain] = self._value(value, depth + 1)
            else:
                self._skip(value)
        return made

    def _key(self, event: Any) -> str:
        if isinstance(event, yaml.AliasEvent):
            name = self._anchored.get(event.anchor or "")
        else:
            name = event.value if isinstance(event, yaml.ScalarEvent) else ""
            self._skip(event)
        return name.removeprefix(":") if isinstance(name, str) else ""

    def _until(self, end: type) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event

    def _skip(self, event: Any) -> None:
        """Pass over a value; a text in it may be meant again later."""
        depth = 0
        while True:
            if isinstance(event, yaml.ScalarEvent) and event.anchor:
                self._anchored[event.anchor] = event.value
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth == 0:
                return
            event = next(self._events)


def texts(value: Any) -> Mapping[str, str]:
    """Of a mapping, what is text and not empty."""
    if not isinstance(value, dict):
        return {}
    return {key: said for key, said in value.items() if isinstance(said, str) and said.strip()}


def mappings(value: Any) -> list[dict[str, Any]]:
    """Of a list, what is a mapping."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
