# Sends an array whose description lies: an unknown dtype, a shape that does not fit, overflows or
# is absurd, a description that is cut off or missing, numbers that are missing or left over.
# verdict: fails
# with: serving.py
# clean: unreadable|shape|ha(s|ve) dtype|is not|did not answer|ended the whole process|are wrong
# variants: half_precision integers booleans odd_booleans unknown_dtype last_dtype large_shape
# variants: overflowing_shape empty_giant empty_overflow beyond_64_bits hundred_axes no_axes
# variants: no_description cut_off too_long one_byte_short one_byte_more no_numbers only_numbers
# variants: same_numbers_twice many_arrays many_axes in_a_key a_remote
import struct

import msgspec
from serving import frame, request_id, send_and_leave

VARIANT = "half_precision"
FLOAT16, FLOAT32 = 5, 6


def described(number, *shape):
    return msgspec.msgpack.Ext(1, struct.pack(f"<B{len(shape)}Q", number, *shape))


def raw(data):
    return msgspec.msgpack.Ext(1, data)


ONE = described(FLOAT32, 1)
ARRAYS = {  # what is sent as the value, and the numbers
    "half_precision": lambda: (described(FLOAT16, 2, 3, 5), bytes(60)),
    "integers": lambda: (described(4, 2, 3, 5), bytes(240)),
    "booleans": lambda: (described(0, 2, 3, 5), bytes(30)),
    "odd_booleans": lambda: (described(0, 2, 3, 5), b"\xfe" * 30),
    "unknown_dtype": lambda: (described(8, 1), bytes(8)),
    "last_dtype": lambda: (described(255, 1), bytes(8)),
    "large_shape": lambda: (described(FLOAT32, 2**20, 2**20), bytes(4)),
    "overflowing_shape": lambda: (described(FLOAT32, 2**26, 2**26, 2**26), bytes(4)),
    "empty_giant": lambda: (described(FLOAT32, 0, 2**40), b""),
    "empty_overflow": lambda: (described(FLOAT32, 0, 2**63 - 1), b""),
    "beyond_64_bits": lambda: (described(FLOAT32, 2**64 - 1), bytes(4)),
    "hundred_axes": lambda: (described(FLOAT32, *[1] * 100), bytes(4)),
    "no_axes": lambda: (described(FLOAT32), bytes(4)),
    "no_description": lambda: (raw(b""), bytes(4)),
    "cut_off": lambda: (raw(ONE.data[:-1]), bytes(4)),
    "too_long": lambda: (raw(ONE.data + b"\0"), bytes(4)),
    "one_byte_short": lambda: (ONE, bytes(3)),
    "one_byte_more": lambda: (ONE, bytes(5)),
    "no_numbers": lambda: (ONE, b""),
    "only_numbers": lambda: (1.0, bytes(4)),
    "same_numbers_twice": lambda: ([ONE, ONE], bytes(4)),
    "many_arrays": lambda: ([described(FLOAT32, 0)] * 100_000, b""),
    "many_axes": lambda: ([described(FLOAT32, *[0] * 16)] * 7_000, b""),
    "in_a_key": lambda: (msgspec.Raw(b"\x81" + msgspec.msgpack.encode(ONE) + b"\1"), bytes(4)),
    "a_remote": lambda: (msgspec.msgpack.Ext(2, b"softmax"), b""),
}


def softmax(logits):
    value, numbers = ARRAYS[VARIANT]()
    structure = {"op": "value", "id": request_id(), "value": value, "arguments": []}
    send_and_leave(frame(msgspec.msgpack.encode(structure), numbers))
