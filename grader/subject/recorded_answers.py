"""Answers of a subject to fixed inputs, as data: what a release has in the place of functions.

Each answer is known by the content of the arguments that it was computed for. Arguments that are
not among the recorded ones have no answer: nothing is computed, and nothing is guessed.
"""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from grader.errors import CourseError, NotSettledHere
from grader.observed_calls import copied
from grader.remembered import content_digest

LARGEST_FILE = 16 << 20  # bytes; that of `decoder-generation` has less than a tenth of it
_LARGEST_CONTENT = 64 << 20
_ARRAY = 1  # the extension that stands for an array: its number
_NOT_RECORDED = (
    "Not judged here: on this machine the check has other inputs than those whose answers came "
    "with this folder. It is settled when the course grades."
)


class RecordedOutcome(msgspec.Struct, frozen=True, array_like=True):
    """What came of one call of a version of a stage; see `VersionOutcome`."""

    value: Any
    is_whole: bool = False
    after: Any = None
    form: str = ""


class RecordedCall(msgspec.Struct, frozen=True, array_like=True):
    """A call of a stage by a loop: what it handed on, by where that came from, or itself."""

    stage: str
    origin: int | None = None  # the earlier call of this run that returned it
    row: int | None = None  # this row of it alone
    received: Any = None  # where no call returned it


class RecordedRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a version of a loop does on fixed inputs."""

    calls: tuple[RecordedCall, ...]
    ended: Literal["returned", "raised", "cut"]  # cut: a stage refused it, or it went on and on
    value: Any = None
    after: Any = None  # the arguments afterwards


class KnownMistake(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a misconception."""

    id: str
    says: str
    hint: str
    questions: tuple[str, ...] = ()
    concept: int | None = None
    differs_only: str = ""


class RecordedAnswers(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All that a release knows of its subject. Keys in bytes are digests of arguments."""

    subject: str
    parameters: dict[str, tuple[str, ...]]  # of each stage that is known
    mistakes: tuple[KnownMistake, ...]
    axes: dict[str, tuple[str, ...]]
    causal: tuple[str, ...]
    loops: tuple[str, ...]
    answers: dict[str, dict[bytes, Any]]  # of the right stages, as checks ask for them
    # By version and arguments: what comes in float64, and what in float32.
    outcomes: dict[str, dict[bytes, tuple[RecordedOutcome, RecordedOutcome]]]
    runs: dict[str, dict[bytes, RecordedRun]]  # by version and arguments

    def outcome(self, version: str, digest: bytes, precision: str) -> RecordedOutcome:
        """What a version came to.

        Raises:
            NotSettledHere: it was not recorded.
        """
        try:
            return self.outcomes[version][digest][precision == "float32"]
        except KeyError:
            raise NotSettledHere(_NOT_RECORDED) from None

    def run(self, version: str, arguments: Sequence[Any]) -> RecordedRun:
        """What a version of a loop does.

        Raises:
            NotSettledHere: it was not recorded.
        """
        try:
            return self.runs[version][run_key(arguments)]
        except KeyError:
            raise NotSettledHere(_NOT_RECORDED) from None


class RecordedFunction:
    """A function of which nothing is known but its recorded answers.

    Args:
        answers: by the digest of the arguments.
    """

    def __init__(
        self, name: str, parameters: tuple[str, ...], answers: Mapping[bytes, Any]
    ) -> None:
        self.__name__ = name
        self.parameters = parameters
        self._answers = answers

    def __call__(self, *arguments: Any) -> Any:
        """The answer to these arguments.

        Raises:
            NotSettledHere: it was not recorded.
        """
        try:
            return copied(self._answers[content_digest(list(arguments))])
        except KeyError:
            raise NotSettledHere(_NOT_RECORDED) from None


def run_key(arguments: Sequence[Any]) -> bytes:
    """What a run of a loop is known by; the names of its stages are the same each time."""
    return content_digest([_without_names(a) for a in arguments])


def _without_names(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_names(item) for key, item in value.items()}
        case list() | tuple():
            return [_without_names(item) for item in value]
        case np.ndarray() | None | bool() | int() | float() | str():
            return value
        case _:
            return type(value).__name__


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: Literal[1]
    arrays: list[tuple[str, tuple[int, ...], bytes]]  # dtype, shape, content
    recorded: bytes


def written(recorded: RecordedAnswers) -> bytes:
    """The content of a file of recorded answers; equal arrays are in it once.

    Raises:
        CourseError: it is larger than such a file may be.
    """
    numbers: dict[tuple[str, tuple[int, ...], bytes], int] = {}

    def encoded(value: Any) -> Any:
        array = np.ascontiguousarray(value).reshape(np.shape(value))
        key = array.dtype.str, array.shape, array.tobytes()
        return msgspec.msgpack.Ext(_ARRAY, numbers.setdefault(key, len(numbers)).to_bytes(4, "big"))

    body = msgspec.msgpack.encode(recorded, enc_hook=encoded)
    content = msgspec.msgpack.encode(_File(version=1, arrays=list(numbers), recorded=body))
    made = zlib.compress(content, 9)
    if len(content) > _LARGEST_CONTENT or len(made) > LARGEST_FILE:
        raise CourseError(
            f"the recorded answers come to {len(made) >> 20} MB, {len(content) >> 20} before they "
            f"are compressed; {LARGEST_FILE >> 20} and {_LARGEST_CONTENT >> 20} are the most",
            fix="Give the visible checks smaller inputs.",
        )
    return made


def read(path: Path) -> RecordedAnswers:
    """The recorded answers of a file.

    Raises:
        CourseError: it is not what `written` makes.
    """
    try:
        content = zlib.decompressobj().decompress(path.read_bytes(), _LARGEST_CONTENT)
        file = msgspec.msgpack.decode(content, type=_File)
        arrays = [
            np.frombuffer(data, dtype=np.dtype(dtype)).reshape(shape)
            for dtype, shape, data in file.arrays
        ]
        return msgspec.msgpack.decode(
            file.recorded,
            type=RecordedAnswers,
            ext_hook=lambda code, data: arrays[int.from_bytes(data, "big")],
        )
    except (zlib.error, msgspec.DecodeError, ValueError, TypeError, IndexError) as error:
        raise CourseError(
            "these are no recorded answers that this version of the grader can read",
            at=str(path),
            fix="Get the folder of the assignment again, or the grader that belongs to it.",
        ) from error
