"""A Dask cluster as processes of its own: scheduler, nannies and workers, to be killed at will."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[5]
DASK = (sys.executable, "-m", "dask")
OUR_CODE = os.environ | {"PYTHONPATH": str(ROOT)}


def free_port():
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


def children(pid):
    """Those of all its threads: Dask starts processes in threads."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, path.read_text().split())
    return found


def below(pid):
    """All processes that descend from one."""
    return [one for child in children(pid) for one in (child, *below(child))]


def command_of(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def eventually(claim, seconds=60):
    end = time.monotonic() + seconds
    while not (found := claim()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)
    return found


def kill(pid, number=signal.SIGKILL):
    """Whether there was such a process."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


class ClusterProcesses:
    """A scheduler and the nannies of workers, each the leader of a process group.

    Args:
        folder: for logs, and what workers write.
        inside: what every command begins with, such as one that enters a network namespace.
    """

    def __init__(self, folder, *, inside=(), host="127.0.0.1", options=(), env=None):
        self.folder = folder
        self.inside = inside
        self.port = free_port()
        self.scheme = "tls" if "--tls-cert" in options else "tcp"
        self.address = f"{self.scheme}://{host}:{self.port}"
        self.options = options
        self.env = OUR_CODE | (env or {})
        self.scheduler = None
        self.nannies = []
        self._host = host
        folder.mkdir(exist_ok=True)

    def start_scheduler(self):
        words = ("scheduler", "--host", self._host, "--port", f"{self.port}", "--no-dashboard")
        self.scheduler = self._start("scheduler", *words, inside=self.inside)
        eventually(lambda: "Scheduler at" in self.log("scheduler"))

    def start_worker(self, *options, inside=None, folder=None, wait=True):
        """A nanny with a worker; returns its process."""
        name = f"worker-{len(self.nannies)}"
        local = folder or self.folder / name
        words = ("worker", self.address, "--nthreads", "1", "--no-dashboard", "--name", name)
        words = (*words, "--local-directory", str(local), *options)
        nanny = self._start(name, *words, inside=self.inside if inside is None else inside)
        self.nannies.append(nanny)
        if wait:
            eventually(lambda: "Registered to" in self.log(name))
        return nanny

    def log(self, name):
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def worker_of(self, nanny):
        """The process of its worker, or None while there is none."""
        found = [pid for pid in children(nanny.pid) if "spawn_main" in command_of(pid)]
        return found[0] if found else None

    def close(self):
        for process in (*self.nannies, self.scheduler):
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _start(self, name, *words, inside):
        with open(self.folder / f"{name}.log", "ab") as log:
            return subprocess.Popen(
                [*inside, *DASK, *words, *self.options],
                stdout=log,
                stderr=log,
                env=self.env,
                cwd=self.folder,
                start_new_session=True,
            )
