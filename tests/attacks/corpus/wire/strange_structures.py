# Sends a structure that is no message: unknown kinds and fields, wrong types, deep nesting, huge
# numbers, extension types, keys that cannot be keys, bytes that are no text, nothing at all.
# verdict: fails
# with: serving.py
# clean: unreadable|The probabilities are|did not answer|The message|ended the whole process
# variants: nothing reserved_byte deep_lists deep_dicts list_as_key dict_as_key endless_list
# variants: broken_text not_a_number largest_integer many_lists many_empty_lists array_missing
# variants: array_index_short remote_callable timestamp odd_timestamp unknown_extension unknown_kind
# variants: text_as_id id_too_large dict_as_arguments unknown_fields no_value not_a_dict bad_raised
# variants: bad_ask two_messages_in_one field_named_twice bytes_in_a_dict bytes_in_a_question
# variants: wrong_key_in_a_dict large_integer_in_a_dict
import struct

import msgspec
from serving import frame, request_id, send_and_leave

VARIANT = "nothing"


def pack(**fields):
    return msgspec.msgpack.encode({"op": "value", "id": request_id(), "arguments": [], **fields})


def with_value(value):
    """A structure whose `value` is given in bytes."""
    return pack(value=0).replace(b"\xa5value\x00", b"\xa5value" + value)


def extension(code, data):
    return with_value(b"\xc7" + struct.pack("Bb", len(data), code) + data)


def message(**fields):
    return msgspec.msgpack.encode({"id": request_id(), **fields})


STRUCTURES = {
    "nothing": lambda: b"",
    "reserved_byte": lambda: b"\xc1" * 10,
    "deep_lists": lambda: with_value(b"\x91" * 200_000),
    "deep_dicts": lambda: with_value(b"\x81\xa1a" * 200_000),
    "list_as_key": lambda: with_value(b"\x81\x91\x01\x01"),
    "dict_as_key": lambda: with_value(b"\x81\x81\x01\x01\x01"),
    "endless_list": lambda: with_value(b"\xdd\xff\xff\xff\xff"),
    "broken_text": lambda: with_value(b"\xa4\xff\xfe\xed\xa0"),
    "not_a_number": lambda: with_value(b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"),
    "largest_integer": lambda: with_value(b"\xcf" + b"\xff" * 8),
    "many_lists": lambda: with_value(b"\x91" * 300 + b"\x90"),
    "many_empty_lists": lambda: with_value(struct.pack(">BI", 0xDD, 10**6) + b"\x90" * 10**6),
    "array_missing": lambda: extension(1, struct.pack("<I", 7)),
    "array_index_short": lambda: extension(1, b"x"),
    "remote_callable": lambda: extension(2, b"stages.embed"),
    "timestamp": lambda: extension(-1, struct.pack(">I", 0)),
    "odd_timestamp": lambda: extension(-1, b"\xff" * 12),
    "unknown_extension": lambda: extension(99, b"\x80\x04."),
    "unknown_kind": lambda: pack(value=0, op="system"),
    "text_as_id": lambda: pack(value=0, id="1"),
    "id_too_large": lambda: pack(value=0, id=2**63),
    "dict_as_arguments": lambda: pack(value=0, arguments={"a": 1}),
    "unknown_fields": lambda: pack(value=0, points=5, verdict="passed"),
    "no_value": lambda: pack(),
    "bytes_in_a_dict": lambda: pack(value={"a": {"b": b"x"}}),
    "bytes_in_a_question": lambda: message(op="ask", name="softmax", arguments=[{"a": b"x"}]),
    "wrong_key_in_a_dict": lambda: pack(value={"a": {1: 2}}),
    "large_integer_in_a_dict": lambda: pack(value={"a": 2**64 - 1}),
    "not_a_dict": lambda: msgspec.msgpack.encode([1, 2, 3]),
    "bad_raised": lambda: message(op="raised", kind=5),
    "bad_ask": lambda: message(op="ask", name="x"),
    "two_messages_in_one": lambda: pack(value=0) + pack(value=0),
    "field_named_twice": lambda: b"\x85" + pack(value=0)[1:] + b"\xa5value\x01",
}


def softmax(logits):
    send_and_leave(frame(STRUCTURES[VARIANT]()))
