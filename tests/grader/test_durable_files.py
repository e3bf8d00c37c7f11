"""Files that several processes write at once are whole at every moment."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from grader.course_secret import kept_secret
from grader.durable_files import alone_in, move, write_whole
from grader.errors import GraderFault

WRITER = """
import sys
from pathlib import Path
from grader.durable_files import write_whole
letter, length = sys.argv[2].encode(), int(sys.argv[3])
while True:
    write_whole(Path(sys.argv[1]), letter * length)
"""
SECRET = """
import sys, time
from pathlib import Path
from grader.course_secret import kept_secret
time.sleep(max(0.0, float(sys.argv[2]) - time.time()))
print(kept_secret(Path(sys.argv[1])))
"""
HOLDER = """
import sys, time
from pathlib import Path
from grader.durable_files import alone_in
with alone_in(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@contextlib.contextmanager
def running(program, *words):
    """A process with a program of one of these tests, killed at the end."""
    command = [sys.executable, "-c", program, *map(str, words)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_processes_that_write_one_file_and_are_killed_leave_it_whole(tmp_path):
    path = tmp_path / "run.json"
    whole = {b"a" * 40_000, b"b" * 70_000, b"c" * 10_000}
    path.write_bytes(b"a" * 40_000)
    for _ in range(6):
        with contextlib.ExitStack() as stack:
            writers = [
                stack.enter_context(running(WRITER, path, letter, length))
                for letter, length in (("a", 40_000), ("b", 70_000), ("c", 10_000))
            ]
            end = time.monotonic() + 0.5
            while time.monotonic() < end:
                assert path.read_bytes() in whole
            assert [writer.poll() for writer in writers] == [None, None, None]
            os.kill(writers[1].pid, signal.SIGKILL)
        assert path.read_bytes() in whole
    write_whole(path, b"short")
    assert path.read_bytes() == b"short"
    assert [each.name for each in tmp_path.iterdir()] == ["run.json"]


def test_processes_that_make_a_secret_at_once_get_the_same(tmp_path):
    for number in range(4):
        path = tmp_path / f"secret-{number}"
        with contextlib.ExitStack() as stack:
            at = time.time() + 1.0
            processes = [stack.enter_context(running(SECRET, path, at)) for _ in range(5)]
            said = {process.communicate(timeout=60)[0].strip() for process in processes}
        assert said == {kept_secret(path)}
        assert path.stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 4


def test_a_folder_is_free_when_who_held_it_is_killed(tmp_path):
    with running(HOLDER, tmp_path) as first:
        assert first.stdout.readline() == "held\n"
        with running(HOLDER, tmp_path) as second:
            assert not select.select([second.stdout], [], [], 1.5)[0]
            first.kill()
            assert second.stdout.readline() == "held\n"


def test_a_folder_that_cannot_be_held_is_one_sentence(tmp_path):
    (tmp_path / ".lock").mkdir()
    with pytest.raises(GraderFault, match="cannot be written"), alone_in(tmp_path):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_a_folder_is_held_by_the_lock_of_another_user():
    with tempfile.TemporaryDirectory() as name:  # other users may not come below pytest's own
        folder = Path(name)
        with alone_in(folder):
            pass
        folder.chmod(0o755)
        child = os.fork()
        if not child:
            os.setuid(65534)
            with contextlib.suppress(BaseException), alone_in(folder):
                os._exit(0)
            os._exit(1)
        assert os.waitpid(child, 0)[1] == 0


def test_what_another_has_moved_is_moved(tmp_path):
    move(tmp_path / "gone", tmp_path / "aside" / "gone")
    assert not (tmp_path / "aside").exists()
