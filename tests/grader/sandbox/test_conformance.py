"""Our sandbox passes the suite that ships, at every level that this machine can make."""

import time
from dataclasses import replace

import pytest

from grader.errors import BadValue, Crashed, TimedOut
from grader.sandbox.conformance import *  # noqa: F403 - the tests themselves
from grader.sandbox.conformance.surroundings import LIMITS, no_answer, within
from grader.sandbox.contract import Code, StudentCall


def value_of(session, function):
    return session.call(StudentCall(function, []), seconds=5, answer=no_answer).value


# How far our own loader gets with what stands in the way of reading a submission.


@pytest.mark.parametrize(
    "body",
    ["while True: pass", "while True:\n    try:\n        time.sleep(9)\n    except: pass"],
    ids=["that can be stopped", "that catches what stops it"],
)
def test_a_loop_while_the_submission_is_read_costs_nothing_but_itself(sandbox, body):
    source = f"import time\n{body}\ndef f():\n    return 7"
    code = Code(main="submission", cells=(("submission.py", source),))
    session = sandbox.open(code, replace(LIMITS, load_seconds=0.5))
    try:
        (note,) = session.notes
        assert "submission.py line 2" in note
        assert "while True:" in note
        assert value_of(session, "f") == 7
    finally:
        session.close()


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.abort()", "os._exit(3)"])
def test_a_statement_that_ends_the_process_costs_nothing_but_itself(sandbox, ending):
    source = f"import os\nx = 1\n{ending}\ndef f():\n    return 7"
    code = Code(main="submission", cells=(("submission.py", source),))
    session = sandbox.open(code, LIMITS)
    try:
        (note,) = session.notes
        assert note.startswith("submission.py line 3 ended the whole process (")
        assert value_of(session, "f") == 7
    finally:
        session.close()


def test_a_file_that_ends_its_process_again_and_again_is_given_up(sandbox):
    source = "import os\nclass A:\n    os._exit(0)\n" * 40
    code = Code(main="submission", cells=(("submission.py", source),))
    within(20.0, lambda: sandbox.open(code, LIMITS), Crashed)


def test_what_stopped_one_process_is_left_out_of_the_next(sandbox):
    code = Code(main="submission", cells=(("submission.py", "while True: pass"),))
    limits = replace(LIMITS, load_seconds=1.5)
    sandbox.open(code, limits).close()
    begin = time.monotonic()
    session = sandbox.open(code, limits)
    session.close()
    assert time.monotonic() - begin < 1.0
    assert session.notes == ["submission.py line 1 was stopped after 1.5 s: while True: pass."]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("while True: pass", "line 3, in f: while True: pass"),
        ("time.sleep(60)", "line 3, in f: time.sleep(60)"),
        ("g()\ndef g():\n    while True: time.sleep(0.01)", "line 5, in g: while True"),
        (
            "while True:\n        try: time.sleep(9)\n        except: pass",
            "line 4, in f: try: time.sleep(9)",
        ),
    ],
    ids=["loop", "sleep", "inner function", "catches what stops it"],
)
def test_a_call_that_runs_out_of_time_says_where_it_was(call, body, line):
    failure = within(3.0, lambda: call(f"import time\ndef f():\n    {body}", seconds=0.5), TimedOut)
    assert f"; it was at submission.py {line}" in failure.problem
    assert failure.discreet == "f did not finish in time."


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
