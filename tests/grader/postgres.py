"""A real PostgreSQL for tests: a cluster of its own in a temporary folder, gone afterwards."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

PLACE = "/usr/lib/postgresql"
SETTINGS = {
    "listen_addresses": "",  # reached by its socket only
    "fsync": "off",  # nothing in it is worth keeping
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "16MB",
    "autovacuum": "off",
}


def binaries():
    """The folder of the newest PostgreSQL of Debian's packages; None if there is none."""
    found = [path.parent for path in Path(PLACE).glob("*/bin/initdb")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


def binaries_or_skip():
    """Without PostgreSQL the test is skipped, but in CI that is a failure."""
    found = binaries()
    if found is None:
        reason = f"there is no {PLACE}/*/bin/initdb: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def end_with_the_tests():
    """Where tests are killed, nothing ends the server but this (PR_SET_PDEATHSIG of Linux)."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


class Cluster:
    """A running server. Each call of `database` makes an empty database and gives its URL."""

    def __init__(self, programs, **settings):
        self.folder = Path(tempfile.mkdtemp(prefix="grader-pg-", dir="/tmp"))
        self._number = 0
        self._programs = programs
        self._settings = SETTINGS | settings
        as_user = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to be run by root
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        data = self.folder / "data"
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        self._options = {"env": environment, "cwd": self.folder, **as_user}
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"],
            check=True,
            capture_output=True,
            **self._options,
        )
        self.start()

    def start(self):
        command = [self._programs / "postgres", "-D", self.folder / "data", "-k", self.folder]
        command += [word for pair in self._settings.items() for word in ("-c", "=".join(pair))]
        with open(self.folder / "log", "ab") as log:
            self._server = subprocess.Popen(
                command, stdout=log, stderr=log, preexec_fn=end_with_the_tests, **self._options
            )
        self._wait()

    def crash(self):
        """End it at once, without writing anything down; `start` finds what was committed."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait()

    def cut(self, url):
        """End all connections to a database but one's own; how many there were."""
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        return len(found)

    def database(self):
        self._number += 1
        name = f"test_{self._number}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, name):
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def run(self, statement):
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def close(self):
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self):
        for _ in range(200):
            try:
                self.run("SELECT 1")
            except psycopg.OperationalError:
                assert self._server.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return
        raise AssertionError((self.folder / "log").read_text())
