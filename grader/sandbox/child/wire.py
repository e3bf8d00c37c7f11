"""The messages between the grader and a student's process, and their bytes.

A frame is a 16-byte header (magic, length of the structure, length of the arrays), the
structure in MessagePack, and the numbers of its arrays, one array after the other. What an array
is (dtype and shape) stands in the structure, at its place. Both lengths are refused before
anything is allocated for them. Nothing here can name code: no pickle, no class, no import.
"""

import struct
import threading
from typing import Any

import msgspec
import numpy as np

MAGIC = b"DGW1"
HEADER = struct.Struct("<4sIQ")
MAX_STRUCTURE_BYTES = 6 << 20  # a submission's 4 MB of source, with its names
MAX_ARRAY_BYTES = 64 << 20
READ_BYTES = 1 << 16  # at once: a larger buffer comes from the kernel, which takes 12 µs each time
# What a student's process may send is bounded more tightly than what we send it.
MAX_ANSWER_BYTES = 1 << 20  # of structure
BYTES_OF_OBJECTS = 64  # what one byte of structure can become
MAX_ARRAYS = 4096
MAX_DEPTH = 16
MAX_DIMENSIONS = 16
MAX_INTEGER = (1 << 63) - 1  # what numpy can hold, too

_ARRAY = 1  # MessagePack extension codes
_REMOTE = 2
_PLAIN = frozenset({type(None), bool, int, float, str})
# Booleans, integers, floats; anything else has no place in an answer. The first byte of an
# array's description is its dtype's place here, and eight bytes for each axis follow.
_DTYPES = tuple(np.dtype(name) for name in ("?", "<i1", "<i2", "<i4", "<i8", "<f2", "<f4", "<f8"))
_NUMBERS = {dtype: number for number, dtype in enumerate(_DTYPES)}
_DESCRIPTIONS = tuple(struct.Struct(f"<B{n}Q") for n in range(MAX_DIMENSIONS + 1))


class WireError(Exception):
    """The bytes or the value cannot cross: the sentence says why."""


class Remote:
    """The name of a callable that lives on the other side."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Message(msgspec.Struct, forbid_unknown_fields=True, tag_field="op"):
    """What one frame says; `id` binds an answer to its request."""

    id: int


class Load(Message, tag="load"):
    """To the child: the submission. `cells` are the parts of its main module, in order."""

    main: str
    cells: list[tuple[str, str]]  # (name shown in tracebacks, source)
    modules: dict[str, str]  # path below the submission's folder -> source
    stages: list[str] = []  # the functions that may be called
    shortcuts: list[str] = []  # names that are watched
    shortcut_stages: list[list[str]] = []  # for each of them the stages it concerns; empty: all
    seconds: float = 0.0  # the time limit for reading it, to be told
    # Tell of each statement before it runs; those of `skip` (file, line, why) are not run.
    one_by_one: bool = False
    skip: list[tuple[str, int, str]] = []


class Call(Message, tag="call"):
    """To the child: call a function. A dict at a position in `tables` becomes a namespace.

    `makes` names a class: an object of it is made, and the call is one of it; see `StudentCall`.
    """

    function: str
    arguments: list[Any]
    tables: list[int] = []
    stand_ins: dict[str, list[str]] = {}  # inner functions we answer -> their parameters
    want_arguments: bool = False
    makes: str = ""


class Calls(Message, tag="calls"):
    """To the child: several calls that ask nothing back; each is answered as if it came alone."""

    calls: list[Call]


class Answer(Message, tag="answer"):
    """To the child: what its `Ask` came to."""

    value: Any = None


class Refusal(Message, tag="refusal"):
    """To the child: its `Ask` was refused; the asking call raises with this sentence.

    Without a sentence we have no answer, and the child uses the student's own function.
    """

    why: str = ""


class Ready(Message, tag="ready"):
    """From the child: it is set up, and has not seen a byte of the submission yet."""


# What a reply tells of watched calls: number of the name, stage, file, line, how often.
Uses = list[tuple[int, str, str, int, int]]


class Running(Message, tag="running"):
    """From the child, while it reads the submission: the statement that is run next."""

    file: str
    line: int


class Loaded(Message, tag="loaded"):
    """From the child: the submission was read. `notes` tell of statements that failed.

    `mentions` says where the source names what is watched: number of the name, file, line;
    `stopped` which statements ran out of time: file, line; `packages` what it imports, and whether
    that is here.
    """

    framework: str
    notes: list[str] = []
    stopped: list[tuple[str, int]] = []
    packages: list[tuple[str, bool]] = []
    mentions: list[tuple[int, str, int]] = []
    uses: Uses = []


class Value(Message, tag="value"):
    """From the child: what the function returned, and if wanted its arguments after the call.

    Arguments that the function left as they were do not cross again: `left_alone` says so.
    """

    value: Any
    arguments: list[Any] = []
    uses: Uses = []
    left_alone: bool = False


class Raised(Message, tag="raised"):
    """From the child: the student's code raised.

    `kind` is `raised`, `missing`, `memory`, `stopped` when its time was up, or `unsendable`: a
    value that cannot cross.
    """

    kind: str
    exception: str
    text: str
    where: str = ""
    uses: Uses = []


class Ask(Message, tag="ask"):
    """From the child: the student's code called something of ours."""

    name: str
    arguments: list[Any]


ToChild = Load | Call | Calls | Answer | Refusal
FromChild = Ready | Running | Loaded | Value | Raised | Ask


def encode(message: Message) -> bytes:
    """One frame.

    Raises:
        WireError: a value in the message is of a kind that cannot cross, or is too large; the
            words name it.
    """
    try:
        structure, arrays = _codec.encode(message)
    except (OverflowError, RecursionError, UnicodeEncodeError, TypeError, ValueError) as error:
        raise WireError(f"a value that cannot be sent ({error})") from error
    if len(structure) > MAX_STRUCTURE_BYTES:
        raise WireError(f"more than {MAX_STRUCTURE_BYTES >> 20} MB of text and numbers")
    header = HEADER.pack(MAGIC, len(structure), sum(map(len, arrays)))
    return b"".join((header, structure, *arrays))


def lengths(header: bytes, *, max_structure: int = MAX_STRUCTURE_BYTES) -> tuple[int, int]:
    """The lengths of the structure and of the arrays that follow a header.

    Raises:
        WireError: it is no header of ours, or announces too much.
    """
    magic, structure, arrays = HEADER.unpack(header)
    if magic != MAGIC:
        raise WireError("the bytes are not a message")
    if structure > max_structure or arrays > MAX_ARRAY_BYTES:
        raise WireError("the message is too large")
    return structure, arrays


def decode_from_child(structure: bytes, arrays: bytes) -> FromChild:
    """A message of the student's process: untrusted bytes.

    Raises:
        WireError: anything but a message of the agreed kind.
    """
    if len(structure) > MAX_ANSWER_BYTES:
        raise WireError("the message is too large")
    message: FromChild = _decode(structure, arrays, from_child=True)
    if not 0 <= message.id <= MAX_INTEGER:
        raise WireError("the message has no proper number")
    match message:
        case Value(value=value, arguments=arguments):
            _check_plain([value, arguments])
        case Ask(arguments=arguments):
            _check_plain([arguments])
    return message


def decode_to_child(structure: bytes, arrays: bytes) -> ToChild:
    """A message of the grader. Its arrays are as they came, and cannot be written to."""
    message: ToChild = _decode(structure, arrays, from_child=False)
    return message


class _Codec(threading.local):
    """Encoder and decoders of one thread, made once: that takes longer than most messages.

    While a message is coded, `_written` are the arrays of it so far; `_bytes` holds the arrays of
    a message that is read, of which `_n_read` begin before `_offset`.
    """

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._n_written = 0
        self._bytes = b""
        self._offset = self._n_read = 0
        self._encoder = msgspec.msgpack.Encoder(enc_hook=self._write)
        from_child: Any = FromChild
        to_child: Any = ToChild
        self._from_child = msgspec.msgpack.Decoder(from_child, ext_hook=self._answered)
        self._to_child = msgspec.msgpack.Decoder(to_child, ext_hook=self._sent)

    def encode(self, message: Message) -> tuple[bytes, list[bytes]]:
        self._written, self._n_written = [], 0
        try:
            return self._encoder.encode(message), self._written
        finally:
            self._written = []

    def decode(self, structure: bytes, arrays: bytes, *, from_child: bool) -> Any:
        self._bytes, self._offset, self._n_read = arrays, 0, 0
        try:
            message = (self._from_child if from_child else self._to_child).decode(structure)
        finally:
            self._bytes = b""
        if self._offset != len(arrays):
            raise WireError("the message holds numbers that belong to no array")
        return message

    def _write(self, value: object) -> msgspec.msgpack.Ext:
        if type(value) is np.ndarray:
            return self._write_array(value)
        if type(value) is Remote:
            return msgspec.msgpack.Ext(_REMOTE, value.name.encode())
        raise WireError(f"a value of type {type(value).__name__}")

    def _write_array(self, array: np.ndarray) -> msgspec.msgpack.Ext:
        number = _NUMBERS.get(array.dtype)
        if number is None:
            array = array.astype(array.dtype.newbyteorder("<"), copy=False)
            number = _NUMBERS.get(array.dtype)
        if number is None:
            raise WireError(f"an array of dtype {array.dtype}")
        if array.ndim > MAX_DIMENSIONS:
            raise WireError(f"an array of {array.ndim} axes")
        self._n_written += array.nbytes
        if self._n_written > MAX_ARRAY_BYTES:  # before they are copied: a view can be large
            raise WireError(f"arrays of more than {MAX_ARRAY_BYTES >> 20} MB")
        self._written.append(array.tobytes())
        return msgspec.msgpack.Ext(_ARRAY, _DESCRIPTIONS[array.ndim].pack(number, *array.shape))

    def _answered(self, code: int, data: memoryview) -> object:
        if code != _ARRAY:
            raise WireError("the message holds an unknown extension")
        self._n_read += 1
        if self._n_read > MAX_ARRAYS:
            raise WireError("the message holds too many arrays")
        array = self._read(data)
        copy = array.copy()
        if array.dtype == np.bool_:  # a byte may hold anything, and numpy relies on 0 and 1
            np.not_equal(array.view(np.uint8), 0, out=copy)
        return copy

    def _sent(self, code: int, data: memoryview) -> object:
        return Remote(bytes(data).decode()) if code == _REMOTE else self._read(data)

    def _read(self, data: memoryview) -> np.ndarray:
        """The next array, as it came."""
        number, *shape = _DESCRIPTIONS[len(data) >> 3].unpack(data)
        if max(shape, default=0) > MAX_ARRAY_BYTES:
            raise WireError("the message holds an array of an absurd shape")
        array = np.ndarray(shape, _DTYPES[number], self._bytes, self._offset)
        self._offset += array.nbytes
        return array


_codec = _Codec()


def _decode(structure: bytes, arrays: bytes, *, from_child: bool) -> Any:
    try:
        return _codec.decode(structure, arrays, from_child=from_child)
    except (msgspec.DecodeError, LookupError, TypeError, ValueError, struct.error) as error:
        raise WireError(f"the message cannot be read: {error}") from error
    except (RecursionError, OverflowError, MemoryError) as error:
        raise WireError("the message cannot be read") from error


def _check_plain(values: list[Any]) -> None:
    """Exact types only, none of them too deep or too large for those who read them.

    Without recursion, since the depth is what a hostile message would choose.
    """
    level = values
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            kind = type(value)
            if kind is list:
                below += value
            elif kind is dict:
                _check_keys(value)
                below += value.values()
            elif kind is not np.ndarray:
                _check_leaf(value)
        if not below:
            return
        level = below
    raise WireError("the message is nested too deeply")


def _check_keys(table: dict[Any, Any]) -> None:
    if any(type(key) is not str for key in table):
        raise WireError("the message holds a key that is no text")


def _check_leaf(value: Any) -> None:
    if type(value) not in _PLAIN:
        raise WireError(f"the message holds a value of type {type(value).__name__}")
    if type(value) is int and not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        raise WireError("the message holds an integer of more than 64 bits")
