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
    assert session.take_output() == "read\nending\nending\n"
    assert session.take_output() == ""


def test_what_cannot_be_read_is_not_read_again(lasting):
    session, attempts = lasting("1 / 0")
    for _ in range(3):
        with pytest.raises(Crashed, match="ZeroDivisionError"):
            session.child()
    assert attempts == [0]
    assert session.notes[0].startswith("Your submission raised ZeroDivisionError")


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
