"""What is sent arrives as it was, and is read into nothing else."""

from datetime import UTC, datetime

import msgspec
import pytest

from grader.batch.executors.contract import GradingJob
from grader.batch.executors.dask import wire
from grader.errors import CourseError, GraderFault
from grader.records import Report, Status, Submission
from grader.settings import load_assignment

ODD = Submission(
    name="ada\N{ZERO WIDTH SPACE}",
    cells=(("submission.py", "x = '\ud800'\n"), ("cell 2", "\0")),
    modules={"b/c.py": "y = 2", "a.py": ""},
    digest="d",
    notes=("a cell raised",),
    handed_in_at=datetime(2026, 11, 28, 12, tzinfo=UTC),
    marked_late=True,
)


def test_a_submission_arrives_as_it_was_also_with_half_a_character():
    chunk = wire.chunk_from(wire.chunk_bytes("token", [ODD, ODD]))
    assert chunk.token == "token"
    assert [*chunk.submissions] == [ODD, ODD]


def test_a_report_arrives_as_it_was():
    report = Report(
        submission="ada",
        status=Status.GRADED,
        assignment="a",
        key="k",
        grader_version="1",
        seconds=2.5,
    )
    said = wire.Graded(reports=(report,), seconds=1.0, fault=wire.fault_of(OSError(28, "full")))
    arrived = wire.reply_from(wire.as_bytes(said))
    assert arrived == said
    assert arrived.reports[0].seconds == 2.5


def test_bytes_that_are_no_message_are_refused():
    for read in (wire.chunk_from, wire.reply_from, wire.hello_from):
        for data in (b"", b"\xc1", msgspec.msgpack.encode({"type": "os.system"})):
            with pytest.raises((msgspec.DecodeError, msgspec.ValidationError)):
                read(data)


def test_an_error_comes_back_as_what_it_was_with_its_machine():
    course = wire.fault_of(CourseError("total is wrong", at="assignment.yaml", fix="Mend it."))
    error = course.as_error("host-3")
    assert isinstance(error, CourseError)
    assert str(error) == "host-3: assignment.yaml: total is wrong\n  Mend it."
    bug = wire.fault_of(ZeroDivisionError("by zero")).as_error("host-3")
    assert isinstance(bug, GraderFault)
    assert str(bug) == "host-3: it cannot grade (ZeroDivisionError: by zero)"


def test_an_assignment_arrives_with_the_same_digest_and_is_taken_away_again(small, tmp_path):
    (small / "examples").mkdir()
    (small / "examples" / "right.py").write_text("no check reads it")
    job = GradingJob(
        assignment=small,
        secret="s",
        require_level="full",
        with_torch=False,
        diagnose_hidden=False,
        feedback="names",
    )
    with wire.unpacked_job(wire.job_bytes(job), tmp_path / "work") as there:
        assert load_assignment(there.assignment).digest == load_assignment(small).digest
        assert load_assignment(there.assignment).name == load_assignment(small).name
        assert not (there.assignment / "examples").exists()
        assert there.assignment.parent.stat().st_mode & 0o077 == 0  # hidden checks are in it
        settings = (
            "secret",
            "require_level",
            "with_torch",
            "diagnose_hidden",
            "sandbox",
            "feedback",
        )
        assert all(getattr(there, name) == getattr(job, name) for name in settings)
    assert not [*(tmp_path / "work").iterdir()]
