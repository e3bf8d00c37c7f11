"""The warm process lives no longer than the grader, and the grader is closed to it."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from grader.errors import GraderFault
from grader.sandbox.contract import Code, StudentCall
from grader.sandbox.levels import NONE, PLANS
from grader.sandbox.warm import WarmSandbox
from tests.grader.sandbox.conftest import LIMITS, descendants, eventually, no_answer

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="processes are listed in /proc")
GRADER = """
import sys, time
from grader.sandbox import levels
from grader.sandbox.warm import WarmSandbox
from tests.grader.sandbox.conftest import LIMITS, no_answer
from grader.sandbox.contract import Code, StudentCall
sandbox = WarmSandbox(("numpy",), plans=(getattr(levels, sys.argv[1]),))
source = "import time\\ndef f():\\n    time.sleep(60)"
session = sandbox.open(Code(main="m", cells=(("m.py", source),)), LIMITS)
print("open", flush=True)
session.call(StudentCall("f", []), seconds=60, answer=no_answer)
"""


@linux_only
@pytest.mark.parametrize("plan", ["FULL", "CONFINED", "NONE"])
def test_nothing_outlives_a_grader_that_is_killed(plan, tmp_path):
    command = [sys.executable, "-c", GRADER, plan]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # its temporary folder stays
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, **pipes) as grader:
        if grader.stdout.readline() != b"open\n":
            pytest.skip(grader.stderr.read().decode()[-300:])
        started = descendants(grader.pid)
        grader.send_signal(signal.SIGKILL)
        grader.wait()
        assert len(started) >= 2
        assert eventually(lambda: not any(alive(pid) for pid in started))


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@linux_only
@pytest.mark.parametrize("when", ["at once", "when ready", "with a child"])
def test_nothing_outlives_the_sandbox(when):
    before = descendants()
    sandbox = WarmSandbox(("numpy",))
    if when != "at once":
        sandbox.wait_until_ready()
    if when == "with a child":
        session = sandbox.open(Code(main="m", cells=(("m.py", "x = 1"),)), LIMITS)
        session.close()
    sandbox.close()
    assert eventually(lambda: descendants() <= before)


def test_a_warm_process_that_died_is_our_fault():
    sandbox = WarmSandbox(("numpy",), plans=(NONE,))
    assert sandbox.prove() == "none"
    sandbox._process.kill()
    sandbox._process.wait()
    with pytest.raises(GraderFault, match="does not answer"):
        sandbox.open(Code(main="m", cells=()), LIMITS)
    sandbox.close()


def test_a_warm_process_that_dies_before_the_proof_does_not_lower_the_level():
    undisturbed = WarmSandbox(("numpy",))
    sandbox = WarmSandbox(("numpy",))
    sandbox.wait_until_ready()
    sandbox._process.kill()
    assert sandbox.prove() == undisturbed.prove()
    sandbox.close()
    undisturbed.close()


def test_a_promised_package_that_is_missing_stops_nobody():
    """It is told elsewhere, before anything is graded."""
    sandbox = WarmSandbox(("numpy", "no_such_package"), plans=(NONE,))
    session = sandbox.open(Code(main="m", cells=(("m.py", "def f():\n    return 1"),)), LIMITS)
    assert session.call(StudentCall("f", []), seconds=5, answer=no_answer).value == 1
    session.close()
    sandbox.close()


def test_tensors_come_also_where_nobody_has_imported_torch_yet():
    sandbox = WarmSandbox(("numpy",), plans=(NONE,))
    source = "FRAMEWORK = 'torch'\ndef f(x):\n    return type(x).__name__"
    session = sandbox.open(Code(main="m", cells=(("m.py", source),)), LIMITS)
    call = StudentCall("f", [np.ones(2)])
    assert session.call(call, seconds=60, answer=no_answer).value == "Tensor"
    session.close()
    sandbox.close()


def test_many_children_in_a_row_leave_no_descriptor_and_no_process():
    sandbox = WarmSandbox(("numpy",))
    code = Code(main="m", cells=(("m.py", "def f():\n    return 1"),))
    sandbox.open(code, LIMITS).close()
    descriptors = len(os.listdir("/dev/fd"))
    processes = descendants() if sys.platform == "linux" else set()
    for _ in range(20):
        session = sandbox.open(code, LIMITS)
        session.call(StudentCall("f", []), seconds=5, answer=no_answer)
        session.close()
    assert len(os.listdir("/dev/fd")) == descriptors
    if sys.platform == "linux":
        assert eventually(lambda: descendants() <= processes)
    sandbox.close()


@linux_only
def test_the_graders_memory_is_closed_to_its_own_user():
    WarmSandbox(("numpy",), plans=(NONE,)).close()
    pr_get_dumpable = 3
    import ctypes

    assert ctypes.CDLL(None).prctl(pr_get_dumpable, 0, 0, 0, 0) == 0


def test_other_systems_can_import_it():
    script = (
        "import asyncio, ctypes, multiprocessing, resource, subprocess, sys, tempfile, numpy\n"
        "import msgspec\n"
        "sys.platform = 'darwin'\n"
        "from grader.sandbox import warm\n"
        "from grader.sandbox.child import launch, zygote, kernel, landlock, namespaces\n"
        "assert not kernel.IS_LINUX and landlock.version() == 0 and namespaces.why_not()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_last_plan_promises_nothing():
    assert PLANS[-1] == NONE
