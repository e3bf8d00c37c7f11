"""Runs the tests of one mutant after the other in a copy of the tree; started by `run.py`.

What takes long to import is imported once, and every mutant gets a fork of that process. A job
comes as a line of JSON on the standard input, and one line of JSON answers it.
A job without a source runs the tests on what is there, and lets compiled files be kept.
"""

import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path

import pytest


class Ordered:
    """A pytest plugin: what found earlier mutants runs first, and what fails is noted."""

    def __init__(self, first: list[str]) -> None:
        self._first = {name: place for place, name in enumerate(first)}
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self._first.get(item.nodeid, len(self._first)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def warm_up() -> None:
    """Imports of others that most tests need."""
    import hypothesis

    for name in ("numpy", "torch", "sqlalchemy", "yaml"):
        import_module(name)
    quick = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile("mutation", phases=quick, database=None, deadline=None)
    hypothesis.settings.load_profile("mutation")


def in_a_fork(tests: list[str], first: list[str], told: int) -> None:
    """Run pytest, write which test failed first, and end."""
    os.setsid()
    plugin = Ordered(first)
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
    quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = 3
    try:
        code = int(pytest.main([*options, *quiet, *tests], plugins=[plugin]))
    finally:
        os.write(told, json.dumps([code, plugin.failed]).encode())
        sys.stdout.flush()
        os._exit(0)


def outcome(job: dict[str, object], log: int) -> tuple[int, str]:
    """pytest's exit code and the first test that failed; code -1 if it took too long."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        in_a_fork(job["tests"], job["first"], writing)
    os.close(writing)
    deadline = time.monotonic() + job["seconds"]
    try:
        while not os.waitpid(child, os.WNOHANG)[0]:
            if time.monotonic() > deadline:
                stop(child)
                return -1, "too long"
            time.sleep(0.01)
        told = os.read(reading, 1 << 16)
    except KeyboardInterrupt:
        stop(child)
        raise
    finally:
        os.close(reading)
    code, failed = json.loads(told or b'[3, "the tests ended early"]')
    return code, failed


def stop(child: int) -> None:
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # for processes that the tests start
    warm_up()
    for line in sys.stdin:
        job = json.loads(line)
        changed = Path(job["file"])
        kept = changed.read_bytes()
        with tempfile.TemporaryFile() as log:
            began = time.monotonic()
            try:
                sys.dont_write_bytecode = job["source"] is not None
                if job["source"] is not None:
                    # read by its time in seconds and its size, which a mutant can share
                    Path(cache_from_source(str(changed))).unlink(missing_ok=True)
                    changed.write_text(job["source"], encoding="utf-8")
                code, failed = outcome(job, log.fileno())
            finally:
                changed.write_bytes(kept)
            log.seek(0)
            answer = {
                "code": code,
                "failed": failed,
                "seconds": time.monotonic() - began,
                "log": log.read()[-3000:].decode(errors="replace"),
            }
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
