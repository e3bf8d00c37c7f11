"""A submission that ends its process gets another one; one that cannot be read gets no second."""

import pytest

from grader.errors import Crashed, Killed
from grader.harness.lasting_session import LastingSession
from grader.harness.shortcut_rules import Evidence
from grader.records import Submission
from grader.sandbox.contract import Code, Limits, StudentCall

LIMITS = Limits(
    call_seconds=5, load_seconds=5, submission_seconds=9, memory_megabytes=256, output_kilobytes=4
)
SOURCE = """
import os
print("read")
def say():
    print("called", flush=True)

def end():
    print("ending", flush=True)
    os._exit(1)
"""


@pytest.fixture
def lasting(sandbox):
    """Makes a session of a source, and the list of attempts to open a child."""
    made = []

    def make(source, *failures):
        cells, attempts = (("submission.py", source),), []

        def open_child():
            attempts.append(len(attempts))
            if len(attempts) <= len(failures):
                raise failures[len(attempts) - 1]
            return sandbox.open(Code(main="submission", cells=cells), LIMITS)

        evidence = Evidence(Submission(name="ada", cells=cells, modules={}, digest=""))
        made.append(LastingSession(open_child, evidence))
        return made[-1], attempts

    yield make
    for session in made:
        session.close()


def end(session):
    with pytest.raises(Crashed):
        session.child().call(StudentCall("end", []), seconds=5, answer=None)


def test_a_child_is_living_once_it_is_there_until_it_ends(lasting):
    session, attempts = lasting(SOURCE)
    assert session.living is None
    assert session.child() is session.living
    end(session)
    assert session.living is None
    assert attempts == [0]


def test_a_child_serves_until_it_ends(lasting):
    session, attempts = lasting(SOURCE)
    assert session.child() is session.child()
    assert attempts == [0]
    end(session)
    assert session.child().alive
    assert attempts == [0, 1]


def test_what_is_printed_while_it_is_read_is_kept_once(lasting):
    session, _ = lasting(SOURCE)
    end(session)
    end(session)
    session.child()
    assert session.printed_first == "read\n"
    assert session.take_output() == "ending\nending\n"
    assert session.take_output() == ""


def test_what_a_living_child_prints_is_told_at_once(lasting):
    session, _ = lasting(SOURCE)
    for _ in range(2):
        session.child().call(StudentCall("say", []), seconds=5, answer=None)
        assert session.take_output() == "called\n"


def test_what_cannot_be_read_is_not_read_again(lasting):
    session, attempts = lasting("x = (")
    for _ in range(3):
        with pytest.raises(Crashed, match="SyntaxError"):
            session.child()
    assert attempts == [0]
    assert session.notes[0].startswith("Your submission raised SyntaxError")


def test_a_child_that_was_killed_while_it_read_is_tried_again(lasting):
    session, attempts = lasting(SOURCE, Killed("by the machine"), Killed("by the machine"))
    assert session.child().alive
    assert attempts == [0, 1, 2]


def test_a_closed_session_can_be_opened_again(lasting):
    session, attempts = lasting(SOURCE)
    session.child()
    session.close()
    session.child()
    assert attempts == [0, 1]


def test_what_was_seen_while_it_was_read_is_told(sandbox):
    cells = (("cell 1", "import numpy as np\nnp.exp(1)\n"), ("cell 2", "1 / 0\n"))
    evidence = Evidence(Submission(name="ada", cells=cells, modules={}, digest=""))
    evidence.stages, evidence.watched = ("shift",), {"numpy.exp": ()}
    code = Code(main="submission", cells=cells, stages=("shift",), shortcuts=evidence.watched)
    session = LastingSession(lambda: sandbox.open(code, LIMITS), evidence)
    try:
        session.child()
        assert session.notes
        assert all("ZeroDivisionError" in note for note in session.notes)
        told = [(seen.name, seen.stage, seen.hidden) for seen in evidence.told()]
        assert told == [("numpy.exp", "", False)]
    finally:
        session.close()
