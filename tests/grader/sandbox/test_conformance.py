"""Our sandbox passes the suite that ships, at every level that this machine can make."""

import pytest

from grader.errors import BadValue, TimedOut
from grader.sandbox.conformance import *  # noqa: F403 - the tests themselves
from grader.sandbox.conformance.surroundings import within

# What our own channel makes possible: a student's process can write to it.


def test_a_byte_now_and_then_is_no_answer(call):
    source = """
import os, time
def f():
    while True:
        os.write(3, b'D'), time.sleep(0.05)
"""
    within(2.0, lambda: call(source, seconds=0.5), (TimedOut, BadValue))


@pytest.mark.parametrize(
    "sent",
    [
        "b'garbage ' * 100",
        "struct.pack('<4sIQ', b'DGW1', 10, 2 ** 60)",
        "struct.pack('<4sIQ', b'DGW1', 2 ** 31, 0)",
        "frame({'op': 'value', 'id': 999, 'value': 1, 'arguments': []})",
        "frame({'op': 'ask', 'id': 77, 'name': 'x', 'arguments': []})",
        "frame({'op': 'ready', 'id': 2})",
        "frame({'op': 'value', 'id': 2, 'value': 1, 'arguments': [1, 2, 3]})",
        "struct.pack('<4sIQ', b'DGW1', 100000, 0) + b'\\x91' * 100000",
    ],
)
def test_forged_bytes_are_no_answer(call, sent):
    source = f"""
import os, struct, msgspec, time
def frame(content):
    data = msgspec.msgpack.encode(content)
    return struct.pack('<4sIQ', b'DGW1', len(data), 0) + data
def f():
    os.write(3, {sent})
    time.sleep(3)
"""
    within(3.0, lambda: call(source, seconds=2), BadValue)
