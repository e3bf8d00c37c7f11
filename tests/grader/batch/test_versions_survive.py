"""Whoever kills a program that keeps reports finds every version that it said was kept."""

import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.batch.results import Results
from grader.durable_files import write_whole
from grader.errors import GraderFault
from grader.records import Report, Status

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
KEEPS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from grader.batch.results import Results
from grader.records import Report, Status

results = Results(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 10_000):
    one = Report(submission="ada", status=Status.GRADED, assignment="a", key=str(number),
                 grader_version="1")
    results.keep(one, one, at=datetime.now(UTC))
    print(number, flush=True)
"""


def version(number):
    return Report(
        submission="ada", status=Status.GRADED, assignment="a", key=number, grader_version="1"
    )


def for_staff(number):
    return replace(version(number), notes=("for staff",))


def test_versions_survive_kills(tmp_path):
    results, chance, kept = Results(tmp_path), random.Random(7), -1
    for _ in range(12):
        command = [sys.executable, "-c", KEEPS, str(tmp_path), str(kept + 1)]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(chance.randint(1, 12)):
            process.stdout.readline()
        process.kill()
        process.wait()  # until then it may still be writing
        newest = int(results.newest()["ada"].key)
        found = [int(one.report.key) for one in results.versions("ada")]
        assert found == list(range(newest + 1))
        assert newest >= kept
        kept = newest
        process.stdout.close()


@pytest.mark.parametrize("written", range(4))
def test_a_version_that_could_not_be_kept_leaves_the_others(tmp_path, monkeypatch, written):
    """The disk is full after so many files of the next version."""
    results = Results(tmp_path)
    results.keep(for_staff("0"), version("0"), at=AT)
    results.keep(for_staff("1"), version("1"), at=AT)
    left = [written]

    def almost_full(descriptor, whole=os.fsync):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        whole(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", almost_full)
        with pytest.raises(GraderFault, match="No space left"):
            results.keep(for_staff("2"), version("2"), at=AT)
    assert results.newest()["ada"].key == "1"
    assert [one.for_student.key for one in results.versions("ada")] == ["0", "1"]
    results.keep(for_staff("3"), version("3"), at=AT)
    found = [(one.report.key, one.for_student.key) for one in results.versions("ada")]
    assert found == [("0", "0"), ("1", "1"), ("3", "3")]
    assert all(one.report.notes for one in results.versions("ada")), "each has its twin for staff"


def test_a_folder_of_version_0_1_0_is_read_and_carried_on(tmp_path):
    results = Results(tmp_path)
    for kind in ("reports", "staff"):
        (tmp_path / kind).mkdir()
        write_whole(
            tmp_path / kind / "ada.json",
            b'{"submission": "ada", "status": "graded", '
            b'"assignment": "a", "key": "k", "grader_version": "0.1.0"}',
            at=AT,
        )
    (tmp_path / "run.json").write_text(
        '{"assignment": "a", "assignment_digest": "d", "counts": {"graded": 1}, "isolation": [],'
        ' "versions": {}, "workers": 1}'
    )
    assert results.last_run().submissions == ()
    assert [one.made_at for one in results.versions("ada")] == [AT]
    results.keep(for_staff("new"), version("new"), at=AT)
    assert [one.report.key for one in results.versions("ada")] == ["k", "new"]
    assert [path.name for path in (tmp_path / "earlier" / "staff" / "ada").iterdir()] == [
        "0001-20260105T093000.000000Z.json"
    ]
