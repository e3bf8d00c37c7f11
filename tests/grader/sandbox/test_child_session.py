"""The grader's end of a connection, with a hostile other end that the tests play themselves."""

import os
import socket
import threading
import time

import numpy as np
import pytest

from grader.errors import BadValue, Crashed, GraderFault, NotImplementedYet, OutOfMemory, TimedOut
from grader.sandbox.channel import Channel
from grader.sandbox.child import wire
from grader.sandbox.child_session import ChildSession
from grader.sandbox.contract import Code, Limits, Refused, Stop, StudentCall, Use

LIMITS = Limits(
    call_seconds=1, load_seconds=1, submission_seconds=1, memory_megabytes=1, output_kilobytes=1
)


class Child:
    """Plays the child: its end of the connection and of the output."""

    def __init__(self):
        ours, self.connection = socket.socketpair()
        output, self.output = os.pipe()
        self.ended = []
        self.status = 0
        self.session = ChildSession(Channel(ours, output, 100), self._end)

    def _end(self, ended_itself):
        self.ended.append(ended_itself)
        return self.status

    def send(self, *messages):
        for message in messages:
            self.connection.sendall(wire.encode(message))

    def read(self):
        structure, arrays = wire.lengths(self._exactly(wire.HEADER.size))
        return wire.decode_to_child(self._exactly(structure), self._exactly(arrays))

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            data += self.connection.recv(count - len(data))
        return data

    def call(self, seconds=2.0, answer=None, want_arguments=True):
        call = StudentCall("f", [1], want_arguments=want_arguments)
        return self.session.call(call, seconds=seconds, answer=answer)


@pytest.fixture
def child():
    made = Child()
    yield made
    made.session.close()
    made.connection.close()
    os.close(made.output)


def value(number, content=7, arguments=(1,)):
    return wire.Value(id=number, value=content, arguments=list(arguments))


def test_a_value_is_returned(child):
    child.send(value(1, np.ones(2)))
    returned = child.call()
    assert returned.value.tolist() == [1, 1]
    assert returned.arguments == [1]


@pytest.mark.parametrize("number", [0, 2, 99])
def test_an_answer_to_another_request_is_no_answer(child, number):
    child.send(value(number))
    with pytest.raises(BadValue, match="unreadable"):
        child.call()
    assert child.ended


def test_an_answer_that_was_sent_before_is_not_taken_for_the_next(child):
    child.send(value(1), value(1))
    child.call()
    with pytest.raises(BadValue):
        child.call()


@pytest.mark.parametrize("count", [0, 2])
def test_arguments_cannot_be_added_or_lost(child, count):
    child.send(value(1, arguments=[1] * count))
    with pytest.raises(BadValue):
        child.call()


def test_arguments_that_were_left_alone_do_not_come_back(child):
    child.send(wire.Value(id=1, value=7, left_alone=True))
    returned = child.call()
    assert (returned.value, returned.arguments) == (7, None)


def test_arguments_are_either_left_alone_or_there(child):
    child.send(wire.Value(id=1, value=7, arguments=[1], left_alone=True))
    with pytest.raises(BadValue):
        child.call()


def test_nothing_is_told_of_arguments_that_nobody_wants(child):
    child.send(wire.Value(id=1, value=7, left_alone=True))
    with pytest.raises(BadValue):
        child.call(want_arguments=False)


@pytest.mark.parametrize("message", [wire.Ready(id=1), wire.Loaded(id=1, framework="torch")])
def test_another_kind_of_message_is_no_answer(child, message):
    child.send(message)
    with pytest.raises(BadValue):
        child.call()


def test_questions_are_answered_in_turn(child):
    asked = []

    def answer(name, arguments):
        asked.append((name, arguments))
        return 5

    child.send(
        wire.Ask(id=1, name="softmax", arguments=[2]),
        wire.Ask(id=2, name="embed", arguments=[]),
        value(1),
    )
    assert child.call(answer=answer).value == 7
    assert asked == [("softmax", [2]), ("embed", [])]


@pytest.mark.parametrize("numbers", [(2,), (0,), (1, 1), (1, 3)])
def test_a_question_out_of_turn_ends_the_child(child, numbers):
    child.send(*(wire.Ask(id=number, name="x", arguments=[]) for number in numbers))
    with pytest.raises(BadValue, match="unreadable"):
        child.call(answer=lambda name, arguments: 1)


def test_a_refused_question_gives_the_sentence(child):
    def answer(name, arguments):
        raise Refused("not now")

    child.send(wire.Ask(id=1, name="x", arguments=[]), value(1))
    child.call(answer=answer)
    assert isinstance(child.read(), wire.Call)
    assert child.read().why == "not now"


def test_stop_ends_the_child(child):
    def answer(name, arguments):
        raise Stop

    child.send(wire.Ask(id=1, name="x", arguments=[]))
    with pytest.raises(Stop):
        child.call(answer=answer)
    assert not child.session.alive


def test_silence_ends_at_the_deadline(child):
    begin = time.monotonic()
    with pytest.raises(TimedOut):
        child.call(seconds=0.2)
    assert 0.15 < time.monotonic() - begin < 1


def test_a_byte_now_and_then_does_not_move_the_deadline(child):
    frame = wire.encode(value(1))

    def drip():
        for byte in frame:
            try:
                child.connection.send(bytes([byte]))
            except OSError:
                return
            time.sleep(0.05)

    thread = threading.Thread(target=drip)
    thread.start()
    begin = time.monotonic()
    with pytest.raises(TimedOut):
        child.call(seconds=0.3)
    assert time.monotonic() - begin < 1
    thread.join()


def test_the_end_of_the_process_is_named(child):
    child.status = -9
    child.connection.shutdown(socket.SHUT_RDWR)
    with pytest.raises(Crashed, match="SIGKILL"):
        child.call()
    assert child.ended == [True]


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (wire.Raised(id=1, kind="missing", exception="", text=""), NotImplementedYet),
        (wire.Raised(id=1, kind="missing", exception="N", text=""), NotImplementedYet),
        (wire.Raised(id=1, kind="memory", exception="MemoryError", text=""), OutOfMemory),
        (wire.Raised(id=1, kind="unsendable", exception="", text="a set"), BadValue),
        (wire.Raised(id=1, kind="raised", exception="E", text="\x1b[2J\u202e"), Crashed),
        (wire.Raised(id=1, kind="passed!", exception="", text=""), Crashed),
    ],
)
def test_every_kind_of_error_is_a_failure(child, raised, expected):
    child.send(raised)
    with pytest.raises(expected) as caught:
        child.call()
    assert caught.value.problem.isprintable()


def test_output_is_kept_up_to_the_limit_and_the_rest_counted(child):
    os.write(child.output, b"x" * 500 + b"\xff\x1b[31m")
    child.send(value(1))
    child.call()
    text = child.session.take_output()
    assert text.startswith("x" * 100)
    assert "406 more bytes" in text
    assert "\x1b" not in text


def test_a_child_that_is_not_ready_is_our_fault(child):
    child.send(value(0))
    with pytest.raises(GraderFault, match="did not start"):
        child.session.wait_until_ready()


def test_the_kernel_says_who_is_ready(child):
    child.send(wire.Ready(id=0))
    assert child.session.wait_until_ready() == os.getpid()


def test_what_is_told_of_watched_names_is_made_harmless_and_bounded(child):
    uses = [
        (0, "\x1b[2J", "\x1b]0;owned\x07\n", -5, 1 << 62),
        (1, "f", "a.py", 1, 1),
        (-1, "", "", 0, 0),
    ]
    watch_one_name(child)
    child.send(wire.Value(id=2, value=7, arguments=[1], uses=uses + [(0, "f", "a.py", 1, 1)] * 99))
    told = child.call().uses
    assert len(told) == 18
    assert {use.name for use in told} == {"a.b"}
    assert told[0] == Use(
        name="a.b",
        stage="\\u001b[2J",
        file="\\u001b]0;owned\\u0007\\u000a",
        times=1_000_000_000,
    )


def test_a_call_that_failed_tells_its_uses_too(child):
    watch_one_name(child)
    child.send(
        wire.Raised(id=2, kind="raised", exception="E", text="", uses=[(0, "f", "a.py", 1, 3)])
    )
    with pytest.raises(Crashed) as raised:
        child.call()
    assert raised.value.uses == (Use(name="a.b", stage="f", file="a.py", line=1, times=3),)


@pytest.mark.parametrize("uses", [[(0, "f", "a.py", 1)], [("a", "f", "a.py", 1, 1)], "x", {}])
def test_uses_of_another_kind_are_no_answer(child, uses):
    watch_one_name(child)
    child.send(wire.Value(id=2, value=7, arguments=[1], uses=uses))
    with pytest.raises(BadValue, match="unreadable"):
        child.call()


def watch_one_name(child):
    child.send(wire.Loaded(id=1, framework="numpy"))
    code = Code(main="s", cells=(("a.py", ""),), stages=("f",), shortcuts={"a.b": ()})
    child.session.load(code, LIMITS)
