"""The bytes between the grader and a student's process: exact, bounded, and never trusted."""

import struct
import tracemalloc

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from grader.sandbox.child import wire

ARRAYS = st_np.arrays(
    dtype=st.sampled_from([np.float32, np.float64, np.int64, np.bool_]),
    shape=st_np.array_shapes(min_dims=0, max_dims=4, max_side=4),
)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.floats() | st.text() | ARRAYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def parts(frame):
    """The structure and the arrays of a frame."""
    structure, arrays = wire.lengths(frame[: wire.HEADER.size])
    body = frame[wire.HEADER.size :]
    assert len(body) == structure + arrays
    return body[:structure], body[structure:]


def answer(value, arrays=b"", **others):
    """What a child could send as a value, without our encoder's care."""
    content = {"op": "value", "id": 1, "value": value, "arguments": [], **others}
    return msgspec.msgpack.encode(content), arrays


def described(number, *shape):
    """What stands in the structure where an array belongs: dtype number 7 is float64."""
    return msgspec.msgpack.Ext(1, struct.pack(f"<B{len(shape)}Q", number, *shape))


def same(a, b):
    if isinstance(a, np.ndarray):
        return type(b) is np.ndarray and a.dtype == b.dtype and a.shape == b.shape and bits(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or a != a)


def bits(a, b):
    return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_what_is_sent_arrives(value):
    sent = wire.Value(id=3, value=value, arguments=[value])
    got = wire.decode_from_child(*parts(wire.encode(sent)))
    assert isinstance(got, wire.Value)
    assert got.id == 3
    assert same(value, got.value)
    assert same([value], got.arguments)


@given(st.binary(max_size=200), st.binary(max_size=200))
@settings(max_examples=500, deadline=None)
def test_any_bytes_give_a_message_or_a_wire_error(structure, arrays):
    read(structure, arrays)


@given(VALUES, st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_frame_gives_a_message_or_a_wire_error(value, data):
    frame = bytearray(wire.encode(wire.Value(id=1, value=value, arguments=[])))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    try:
        structure, arrays = wire.lengths(bytes(frame[: wire.HEADER.size]))
    except wire.WireError:
        return
    body = bytes(frame[wire.HEADER.size :])
    read(body[:structure], body[structure : structure + arrays])


def read(structure, arrays):
    try:
        message = wire.decode_from_child(structure, arrays)
    except wire.WireError:
        return
    assert type(message) in (wire.Ready, wire.Loaded, wire.Value, wire.Raised, wire.Ask)


@pytest.mark.parametrize(
    ("structure", "arrays"),
    [(2**31, 0), (0, 2**60), (2**32 - 1, 2**64 - 1), (wire.MAX_STRUCTURE_BYTES + 1, 0)],
)
def test_a_length_is_refused_before_anything_is_allocated(structure, arrays):
    header = struct.pack("<4sIQ", wire.MAGIC, structure, arrays)
    tracemalloc.start()
    with pytest.raises(wire.WireError, match="too large"):
        wire.lengths(header)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


def nested(depth):
    return b"\x91" * depth + b"\xc0"


@pytest.mark.parametrize("depth", [wire.MAX_DEPTH + 2, 500, 5000, 500_000])
def test_deep_nesting_is_refused(depth):
    structure = msgspec.msgpack.encode({"op": "value", "id": 1, "arguments": []})
    with_value = bytes([structure[0] + 1]) + structure[1:] + b"\xa5value" + nested(depth)
    with pytest.raises(wire.WireError):
        wire.decode_from_child(with_value, b"")


def test_allowed_nesting_is_read():
    value = 1
    for _ in range(wire.MAX_DEPTH - 2):
        value = [value]
    assert wire.decode_from_child(*answer(value)).value == value


@pytest.mark.parametrize(
    ("structure", "arrays"),
    [
        answer(2**63),
        answer({1: 2}),
        answer(b"bytes"),
        answer(msgspec.msgpack.Ext(1, b"")),
        answer(described(7)),
        answer(described(7, 1), bytes(7)),
        answer(described(7, 1), bytes(9)),
        answer([described(7, 1), described(7, 1)], bytes(8)),
        answer(described(8, 1), bytes(8)),
        answer(described(255, 1), bytes(8)),
        answer(msgspec.msgpack.Ext(1, described(7, 1).data[:-1]), bytes(8)),
        answer(described(7, *[1] * 17), bytes(8)),
        answer(described(7, 1 << 40, 1 << 40), bytes(8)),
        answer(described(7, (1 << 64) - 1), bytes(8)),
        answer(msgspec.msgpack.Ext(2, b"student.f")),
        answer(msgspec.msgpack.Ext(99, b"")),
        answer(msgspec.msgpack.Ext(-1, b"\0\0\0\0")),  # a date
        answer(1, bytes(8)),
        answer(1, id=-1),
        answer(1, id=2**63),
        answer(1, id=1.5),
        answer(1, more=1),
        answer(1, op="load"),
        answer(1, op="call"),
        (b"", b""),
        (b"\xc1", b""),
        (answer(1)[0], b"{}"),
    ],
    ids=str,
)
def test_what_has_no_place_in_an_answer_is_refused(structure, arrays):
    with pytest.raises(wire.WireError):
        wire.decode_from_child(structure, arrays)


def test_an_answer_may_not_be_as_large_as_a_request():
    most = (1 << 20) - len(answer("x" * 70_000)[0]) + 70_000
    assert len(wire.decode_from_child(*answer("x" * most)).value) == most
    with pytest.raises(wire.WireError, match=r"^the message is too large$"):
        wire.decode_from_child(*answer("x" * (most + 1)))


def asked(*arguments, name="stages.embed"):
    """What a child could send as a question to us."""
    content = {"op": "ask", "id": 1, "name": name, "arguments": arguments}
    return msgspec.msgpack.encode(content), b""


DATE = msgspec.msgpack.Ext(-1, b"\0\0\0\0")
# One value for each line that looks at what arrives: where it stands, and what is said of it.
HOSTILE = {
    "bytes": (b"x", "a value of type bytes"),
    "bytes in a list": ([1, [b"x"]], "a value of type bytes"),
    "bytes in a dict": ({"a": b"x"}, "a value of type bytes"),
    "bytes in a dict in a dict": ({"a": {"b": b"x"}}, "a value of type bytes"),
    "bytes in a list in a dict": ({"a": [b"x"]}, "a value of type bytes"),
    "a date": (DATE, "a value of type datetime"),
    "a date in a dict": ({"a": DATE}, "a value of type datetime"),
    "an integer above 64 bits": (2**63, "an integer of more than 64 bits"),
    "such an integer in a dict": ({"a": 2**64 - 1}, "an integer of more than 64 bits"),
    "a key that is a number": ({1: 2}, "a key that is no text"),
    "a key that is None": ({None: 2}, "a key that is no text"),
    "one wrong key of two": ({"a": 1, 2: 3}, "a key that is no text"),
    "a wrong key in a dict": ({"a": {1: 2}}, "a key that is no text"),
    "a wrong key in a list": ([{1: 2}], "a key that is no text"),
}


@pytest.mark.parametrize(("value", "what"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(lambda value: answer(value), id="as a value"),
        pytest.param(lambda value: answer(1, arguments=[2, value]), id="as an argument"),
        pytest.param(lambda value: asked(2, value), id="in a question"),
    ],
)
def test_values_that_are_not_plain_are_refused_wherever_they_stand(sent, value, what):
    with pytest.raises(wire.WireError, match=f"^the message holds {what}$"):
        wire.decode_from_child(*sent(value))


def deep(value, *, lists=0, dicts=0):
    for _ in range(lists):
        value = [value]
    for _ in range(dicts):
        value = {"a": value}
    return value


@pytest.mark.parametrize("kind", ["lists", "dicts"])
def test_fifteen_levels_are_read_and_sixteen_are_refused(kind):
    allowed, too_deep = deep(7, **{kind: 15}), deep(7, **{kind: 16})
    assert wire.decode_from_child(*answer(allowed)).value == allowed
    for sent in (answer(too_deep), answer(1, arguments=[deep(7, **{kind: 15})]), asked(too_deep)):
        with pytest.raises(wire.WireError, match=r"^the message is nested too deeply$"):
            wire.decode_from_child(*sent)


@pytest.mark.parametrize("integer", [2**63 - 1, -(2**63)])
def test_integers_of_64_bits_are_read(integer):
    assert wire.decode_from_child(*answer(integer)).value == integer
    assert wire.decode_from_child(*asked(integer)).arguments == [integer]


@pytest.mark.parametrize("number", [0, 2**63 - 1])
def test_the_number_of_a_message_may_be_any_of_63_bits(number):
    assert wire.decode_from_child(*answer(1, id=number)).id == number


@pytest.mark.parametrize("magic", [b"DGW2", b"DGW\0", b"\0\0\0\0", b"HTTP"])
def test_bytes_that_are_no_message_of_ours_are_told_by_their_beginning(magic):
    assert wire.lengths(struct.pack("<4sIQ", b"DGW1", 3, 8)) == (3, 8)
    with pytest.raises(wire.WireError, match=r"^the bytes are not a message$"):
        wire.lengths(struct.pack("<4sIQ", magic, 3, 8))


@pytest.mark.parametrize(
    "array",
    [np.ones(2) * 1j, np.array(["a"]), np.array([object()]), np.array([1], dtype="datetime64[s]")],
)
def test_arrays_of_other_kinds_are_not_sent(array):
    with pytest.raises(wire.WireError):
        wire.encode(wire.Value(id=1, value=array, arguments=[]))


def test_an_array_of_an_absurd_shape_is_refused():
    with pytest.raises(wire.WireError, match="absurd"):
        wire.decode_from_child(*answer(described(7, 0, 1 << 40)))


def test_many_tiny_arrays_are_refused():
    with pytest.raises(wire.WireError, match="too many"):
        wire.decode_from_child(*answer([described(0)] * (wire.MAX_ARRAYS + 1), bytes(9000)))


def test_a_boolean_is_true_or_false():
    value = wire.decode_from_child(*answer(described(0, 3), b"\x00\x01\xff")).value
    assert value.view(np.uint8).tolist() == [0, 1, 1]


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">i8", ">i2"])
def test_the_other_byte_order_arrives_as_ours(dtype):
    sent = wire.Value(id=1, value=np.array([1, 2], dtype), arguments=[])
    value = wire.decode_from_child(*parts(wire.encode(sent))).value
    assert value.dtype == np.dtype(dtype).newbyteorder("=")
    assert value.tolist() == [1, 2]


def test_an_array_in_another_order_of_memory_arrives_with_its_values():
    array = np.asfortranarray(np.arange(12.0).reshape(3, 4))[:, ::2]
    sent = wire.Value(id=1, value=array, arguments=[])
    assert same(array, wire.decode_from_child(*parts(wire.encode(sent))).value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (np.ones((1,) * 17), "^an array of 17 axes$"),
        (np.ones(2, np.longdouble), "^an array of dtype (longdouble|float128)$"),
        ("x" * (7 << 20), "^more than 6 MB of text and numbers$"),
        (object(), "^a value of type object$"),
        (1 << 64, r"^a value that cannot be sent \("),
        ([np.broadcast_to(1.0, (4000, 2000))] * 2, "^arrays of more than 64 MB$"),
    ],
)
def test_what_cannot_be_sent_is_named_and_not_copied(value, sentence):
    tracemalloc.start()
    with pytest.raises(wire.WireError, match=sentence):
        wire.encode(wire.Value(id=1, value=value, arguments=[]))
    assert tracemalloc.get_traced_memory()[1] < 65 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("structure", "arrays", "sentence"),
    [
        (*answer(1, bytes(8)), r"the message holds numbers that belong to no array"),
        (*answer(msgspec.msgpack.Ext(2, b"f")), r"the message holds an unknown extension"),
        (
            *answer(msgspec.msgpack.Ext(9, described(7, 1).data), bytes(8)),
            r"the message holds an unknown extension",
        ),
        (*answer(1, id=-1), r"the message has no proper number"),
        (
            *answer(described(0, 0, (64 << 20) + 1)),
            r"the message holds an array of an absurd shape",
        ),
        (b"\x91" * 500_000 + b"\xc0", b"", r"the message cannot be read: .+"),
        (*answer(described(7)), r"the message cannot be read: .+"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_sentence(structure, arrays, sentence):
    with pytest.raises(wire.WireError, match=f"^{sentence}$"):
        wire.decode_from_child(structure, arrays)


def test_an_axis_as_long_as_may_be_is_read():
    assert wire.decode_from_child(*answer(described(0, 0, 64 << 20))).value.shape == (0, 64 << 20)


def test_a_value_that_is_nested_without_end_is_told():
    structure = msgspec.msgpack.encode({"op": "value", "id": 1, "arguments": []})
    endless = bytes([structure[0] + 1]) + structure[1:] + b"\xa5value" + nested(500_000)
    with pytest.raises(wire.WireError, match=r"^the message cannot be read$"):
        wire.decode_from_child(endless, b"")


def test_a_message_that_was_coded_takes_no_memory():
    frame = wire.encode(wire.Answer(id=1, value=np.zeros(1 << 20)))
    structure, arrays = parts(frame)
    tracemalloc.start()
    wire.encode(wire.Answer(id=1, value=np.zeros(1 << 20)))
    wire.decode_to_child(structure, bytes(bytearray(arrays)))
    assert tracemalloc.get_traced_memory()[0] < 1 << 20
    tracemalloc.stop()


def test_what_arrives_is_ours_to_write():
    sent = wire.Value(id=1, value=np.ones(3), arguments=[])
    value = wire.decode_from_child(*parts(wire.encode(sent))).value
    value[0] = 5
    assert value.tolist() == [5, 1, 1]


# Every kind of message with all that may be left out, and what stands on the wire.
MESSAGES = [
    (
        wire.Load(id=1, main="m", cells=[("a", "b")], modules={"c": "d"}),
        {
            "op": "load",
            "main": "m",
            "cells": [["a", "b"]],
            "modules": {"c": "d"},
            "stages": [],
            "shortcuts": [],
            "shortcut_stages": [],
            "seconds": 0.0,
            "one_by_one": False,
            "skip": [],
        },
    ),
    (
        wire.Call(id=1, function="f", arguments=[2]),
        {
            "op": "call",
            "function": "f",
            "arguments": [2],
            "tables": [],
            "stand_ins": {},
            "want_arguments": False,
            "makes": "",
        },
    ),
    (wire.Calls(id=1, calls=[]), {"op": "calls", "calls": []}),
    (wire.Answer(id=1), {"op": "answer", "value": None}),
    (wire.Refusal(id=1), {"op": "refusal", "why": ""}),
    (wire.Ready(id=1), {"op": "ready"}),
    (
        wire.Running(id=1, file="a.py", line=3),
        {"op": "running", "file": "a.py", "line": 3},
    ),
    (
        wire.Loaded(id=1, framework="torch"),
        {
            "op": "loaded",
            "framework": "torch",
            "notes": [],
            "mentions": [],
            "uses": [],
            "stopped": [],
            "packages": [],
        },
    ),
    (
        wire.Value(id=1, value=2, arguments=[3]),
        {"op": "value", "value": 2, "arguments": [3], "uses": [], "left_alone": False},
    ),
    (
        wire.Raised(id=1, kind="raised", exception="E", text="t"),
        {"op": "raised", "kind": "raised", "exception": "E", "text": "t", "where": "", "uses": []},
    ),
    (
        wire.Ask(id=1, name="stages.embed", arguments=[2]),
        {"op": "ask", "name": "stages.embed", "arguments": [2]},
    ),
]
TO_CHILD = (wire.Load, wire.Call, wire.Calls, wire.Answer, wire.Refusal)


@pytest.mark.parametrize(("message", "content"), MESSAGES, ids=[c["op"] for _, c in MESSAGES])
def test_a_message_stands_on_the_wire_as_its_fields(message, content):
    structure, arrays = parts(wire.encode(message))
    assert msgspec.msgpack.decode(structure) == {"id": 1, **content}
    assert arrays == b""


@pytest.mark.parametrize("message", [message for message, _ in MESSAGES], ids=repr)
def test_each_side_reads_only_what_the_other_side_sends(message):
    theirs, ours = wire.decode_to_child, wire.decode_from_child
    reads, refuses = (theirs, ours) if isinstance(message, TO_CHILD) else (ours, theirs)
    assert reads(*parts(wire.encode(message))) == message
    with pytest.raises(wire.WireError, match=r"^the message cannot be read: "):
        refuses(*parts(wire.encode(message)))


def test_a_frame_is_a_header_the_structure_and_the_numbers_of_its_arrays():
    sent = wire.Answer(id=1, value=[np.array([1, 2], "<i2"), np.array(True), wire.Remote("f")])
    frame = wire.encode(sent)
    structure = {
        "id": 1,
        "op": "answer",
        "value": [
            msgspec.msgpack.Ext(1, struct.pack("<BQ", 2, 2)),
            msgspec.msgpack.Ext(1, struct.pack("<B", 0)),
            msgspec.msgpack.Ext(2, b"f"),
        ],
    }
    assert frame[:4] == b"DGW1"
    n_structure, n_arrays = struct.unpack("<IQ", frame[4:16])
    assert msgspec.msgpack.decode(frame[16 : 16 + n_structure]) == structure
    assert frame[16 + n_structure :] == b"\x01\x00\x02\x00\x01"
    assert n_arrays == 5
    assert wire.decode_to_child(*parts(frame)).value[2].name == "f"


DTYPES = ["?", "<i1", "<i2", "<i4", "<i8", "<f2", "<f4", "<f8"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_arrives_as_it_is(dtype):
    array = np.array([0, 1, 1], dtype)
    frame = wire.encode(wire.Value(id=1, value=array, arguments=[]))
    described = msgspec.msgpack.decode(parts(frame)[0])["value"].data
    assert described[0] == DTYPES.index(dtype)
    assert same(array, wire.decode_from_child(*parts(frame)).value)


def test_an_array_of_sixteen_axes_arrives():
    array = np.ones((1,) * 16)
    frame = wire.encode(wire.Value(id=1, value=array, arguments=[]))
    assert same(array, wire.decode_from_child(*parts(frame)).value)


def test_as_many_arrays_as_may_be_are_read():
    assert len(wire.decode_from_child(*answer([described(0)] * 4096, bytes(4096))).value) == 4096
    with pytest.raises(wire.WireError, match=r"^the message holds too many arrays$"):
        wire.decode_from_child(*answer([described(0)] * 4097, bytes(4097)))


def test_a_structure_as_large_as_may_be_is_sent():
    message = wire.Answer(id=1, value="x" * ((6 << 20) - 30))
    room = (6 << 20) - len(parts(wire.encode(message))[0])
    largest = wire.Answer(id=1, value=message.value + "x" * room)
    assert len(parts(wire.encode(largest))[0]) == 6 << 20
    with pytest.raises(wire.WireError, match=r"^more than 6 MB of text and numbers$"):
        wire.encode(wire.Answer(id=1, value=largest.value + "x"))


def test_arrays_as_large_as_may_be_are_sent_and_announced():
    largest = np.zeros(64 << 20, np.bool_)
    assert parts(wire.encode(wire.Answer(id=1, value=largest)))[1] == bytes(64 << 20)
    header = struct.Struct("<4sIQ")
    assert wire.lengths(header.pack(b"DGW1", 6 << 20, 64 << 20)) == (6 << 20, 64 << 20)
    for structure, arrays in [((6 << 20) + 1, 0), (0, (64 << 20) + 1)]:
        with pytest.raises(wire.WireError, match=r"^the message is too large$"):
            wire.lengths(header.pack(b"DGW1", structure, arrays))
    assert wire.lengths(header.pack(b"DGW1", 9, 0), max_structure=9) == (9, 0)
    with pytest.raises(wire.WireError, match=r"^the message is too large$"):
        wire.lengths(header.pack(b"DGW1", 10, 0), max_structure=9)
