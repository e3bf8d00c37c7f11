# Sends an array whose description lies: an odd dtype, a shape that does not fit or overflows,
# offsets that overlap, lie outside or run backwards, a header too long, nested or no JSON at all.
# verdict: fails
# with: serving.py
# clean: unreadable|shape|has dtype|is not|did not answer|ended the whole process
# variants: bfloat16 bytes unsigned complex float8 unknown_dtype large_shape overflowing_shape
# variants: empty_giant empty_overflow empty_beyond_64_bits negative_shape hundred_axes no_axes
# variants: offset_outside offset_backwards gap overlap hole giant_header header_cut_off three_bytes
# variants: deep_json deep_objects not_utf8 giant_metadata no_arrays many_arrays
import json
import struct

import msgspec
from serving import frame, request_id, send_and_leave

VARIANT = "bfloat16"
FIRST_ARRAY = msgspec.msgpack.Ext(1, struct.pack("<I", 0))
EMPTY = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}


def described(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def one(*, dtype="F32", shape=(1,), offsets=(0, 4), size=4):
    entry = {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}
    return described({"0": entry}, bytes(size))


def empty(*shape):
    return one(shape=shape, offsets=(0, 0), size=0)


def two(first, second):
    entries = [
        {"dtype": "F32", "shape": [(end - begin) // 4], "data_offsets": [begin, end]}
        for begin, end in (first, second)
    ]
    return described({"0": entries[0], "1": entries[1]}, bytes(12))


ARRAYS = {
    "bfloat16": lambda: one(dtype="BF16", offsets=(0, 2), size=2),
    "bytes": lambda: one(dtype="U8", offsets=(0, 1), size=1),
    "unsigned": lambda: one(dtype="U64", offsets=(0, 8), size=8),
    "complex": lambda: one(dtype="C64", offsets=(0, 8), size=8),
    "float8": lambda: one(dtype="F8_E4M3", offsets=(0, 1), size=1),
    "unknown_dtype": lambda: one(dtype="\x1b[2J=1+1" + "q" * 10_000),
    "large_shape": lambda: one(shape=(2**20, 2**20)),
    "overflowing_shape": lambda: one(shape=(2**40, 2**40)),
    "empty_giant": lambda: empty(0, 2**40),
    "empty_overflow": lambda: empty(0, 2**63 - 1),
    "empty_beyond_64_bits": lambda: empty(0, 2**64 - 1),
    "negative_shape": lambda: one(shape=(-1,)),
    "hundred_axes": lambda: one(shape=(1,) * 100),
    "no_axes": lambda: one(shape=()),
    "offset_outside": lambda: one(offsets=(0, 2**62)),
    "offset_backwards": lambda: one(offsets=(4, 0)),
    "gap": lambda: one(offsets=(2, 6), size=8),
    "overlap": lambda: two((0, 8), (4, 12)),
    "hole": lambda: two((0, 4), (8, 12)),
    "giant_header": lambda: struct.pack("<Q", 2**60) + b"{}",
    "header_cut_off": lambda: struct.pack("<Q", 10) + b"{}",
    "three_bytes": lambda: bytes(3),
    "deep_json": lambda: described(b"[" * 100_000),
    "deep_objects": lambda: described(b'{"0":' * 100_000),
    "not_utf8": lambda: described(b'{"\xff\xfe":1}'),
    "giant_metadata": lambda: described({"__metadata__": {"a": "x" * 10**6}}),
    "no_arrays": lambda: described(b"{}"),
    "many_arrays": lambda: described({str(number): EMPTY for number in range(20_000)}),
}


def softmax(logits):
    structure = {"op": "value", "id": request_id(), "value": FIRST_ARRAY, "arguments": []}
    send_and_leave(frame(msgspec.msgpack.encode(structure), ARRAYS[VARIANT]()))
