"""A process of its own ends with what it said, with its time, or when nobody wants it."""

import sys

import pytest

from grader.staff.apart import NotWanted, run_apart


def python(code):
    return [sys.executable, "-c", code]


def test_what_it_reads_and_says_comes_through():
    said = "import sys; print(sys.stdin.read()[::-1]); sys.exit(3)"
    ran = run_apart(python(said), sent=b"abc", seconds=30, beat=lambda: True)
    assert (ran.exit_code, ran.out, ran.err) == (3, b"cba\n", b"")


def test_what_takes_too_long_is_ended():
    slow = python("import time; time.sleep(60)")
    assert run_apart(slow, seconds=1, beat=lambda: True) is None


def test_what_nobody_wants_is_ended_with_all_that_it_started(tmp_path):
    mark = tmp_path / "mark"
    inner = f"import time; time.sleep(3); open({str(mark)!r}, 'w')"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    beats = iter([True, False])
    with pytest.raises(NotWanted):
        run_apart(python(outer), seconds=60, beat=lambda: next(beats))
    assert run_apart(python("import time; time.sleep(3)"), seconds=30, beat=lambda: True)
    assert not mark.exists()
