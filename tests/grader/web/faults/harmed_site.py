"""A site in processes of its own, with all that can be done to it: killed, cut off, filled up."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from pathlib import Path

from tests.conftest import COMMAND, SMALL
from tests.grader.cli.test_serve import free_port, processes_below
from tests.grader.web.quizzes.conftest import example, write_bank, write_quiz

ROOT = Path(__file__).parents[4]
COURSE = """\
id: harmed
name: Harmed
secret: 0123456789abcdef0123456789abcdef
assignments: [{id: arithmetic, due: 2099-01-01 12:00 UTC}]
"""
DISK = "96m"
N_QUESTIONS = 4
_READY_SECONDS = 120


class HarmedSite:
    """`grader serve` with its worker, and one more worker, on a small disk of their own.

    Args:
        cluster: the PostgreSQL server, which is crashed and started again; None for SQLite.
    """

    def __init__(self, folder, chance, cluster=None):
        self.folder, self.chance, self.cluster = folder, chance, cluster
        self.course, self.disk = folder / "course", folder / "disk"
        shutil.copytree(SMALL, self.course / "assignments" / "arithmetic")
        (self.course / "course.yaml").write_text(COURSE)
        questions = [{**example("numeric"), "id": f"all.q{n}"} for n in range(N_QUESTIONS)]
        write_bank(self.course, questions)
        write_quiz(self.course)
        self.disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", str(self.disk)]
        self.has_own_disk = subprocess.run(mount, capture_output=True).returncode == 0
        (self.disk / "tmp").mkdir()
        self.store = cluster.database() if cluster else str(self.disk / "site.sqlite")
        self.port = free_port()
        self.log = folder / "log"

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def faults(self):
        """What can be done to it, by name."""
        found = {
            "web killed": self.kill_web,
            "web stopped": self.stop_web,
            "worker killed": self.kill_worker,
            "grading process killed": self.kill_grading_process,
            "slow client": self.drip,
        }
        if self.has_own_disk:
            found["disk full"] = self.fill_disk
        if self.cluster:
            return found | {
                "connections cut": lambda: self.cluster.cut(self.store),
                "database crashed": self.crash_database,
            }
        return found | {"store locked": self.lock_store}

    def start(self):
        self.start_web()
        self.start_worker()

    def start_web(self):
        words = ["--port", self.port, "--jobs", 1]
        self.web = self._started("serve", *words)
        self.wait()

    def start_worker(self):
        self.worker = self._started("work", "--jobs", 1)

    def wait(self):
        """Until it answers."""
        ends = time.monotonic() + _READY_SECONDS
        while True:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.address}/health", timeout=10),
            ):
                return
            assert self.web.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < ends, self.log.read_text()[-3000:]
            time.sleep(0.1)

    def kill_web(self):
        self.web.kill()
        self.web.wait()
        time.sleep(self.chance.uniform(0, 0.5))
        self.start_web()

    def stop_web(self):
        self.web.terminate()
        self.web.wait(60)
        self.start_web()

    def kill_worker(self):
        """The one beside the web process, which is started again by it, or the other."""
        own = self._workers_of_web()
        if own and self.chance.random() < 0.5:
            os.kill(own[0], signal.SIGKILL)
            return
        self.worker.kill()
        self.worker.wait()
        self.start_worker()

    def kill_grading_process(self):
        below = sorted(processes_below(self.worker.pid))
        if below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.chance.choice(below), signal.SIGKILL)

    def crash_database(self):
        self.cluster.crash()
        time.sleep(self.chance.uniform(0.2, 1.5))
        self.cluster.start()

    def lock_store(self):
        """Somebody else writes for a while, or holds a copy under a lock."""
        connection = sqlite3.connect(self.store, isolation_level=None, timeout=30)
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(self.chance.uniform(0.5, 3))
        connection.execute("ROLLBACK")
        connection.close()

    def fill_disk(self):
        ballast = self.disk / "ballast"
        with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        time.sleep(self.chance.uniform(0.5, 2.5))
        ballast.unlink()

    def drip(self):
        """A client that sends a body letter by letter, and is gone in the middle."""
        head = "POST /code/arithmetic/ HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n"
        head += "Content-Type: multipart/form-data; boundary=b\r\n"
        head += f"Cookie: grader={self.dripping}\r\n\r\n"
        body = '--b\r\nContent-Disposition: form-data; name="files"; filename="s.py"\r\n\r\nx'
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)) as to:
            to.sendall(head.encode())
            for letter in body[: self.chance.randrange(10, len(body))]:
                to.sendall(letter.encode())
                time.sleep(0.01)

    def mend(self):
        """Start the second worker again if it has ended, as systemd does; whether it had."""
        if self.worker.poll() is None:
            return False
        self.start_worker()
        return True

    def close(self):
        for process in (self.web, self.worker):
            process.kill()
            process.wait()
        if self.has_own_disk:
            subprocess.run(["umount", "-l", str(self.disk)], check=True)

    def _workers_of_web(self):
        said = ["ps", "-o", "pid=,args=", "--ppid", str(self.web.pid)]
        lines = subprocess.run(said, capture_output=True, text=True).stdout.splitlines()
        return [int(line.split()[0]) for line in lines if " work " in line]

    def _started(self, command, *words):
        words = [command, self.course, "--store", self.store, "--require-level", "none", *words]
        environment = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        environment["TMPDIR"] = str(self.disk / "tmp")
        with open(self.log, "ab") as log:
            return subprocess.Popen(
                [*COMMAND, *map(str, words)], env=os.environ | environment, stdout=log, stderr=log
            )
