"""Whatever ends a batch: no finished report is lost, and nothing is left running."""

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest

LONG = 600.0  # seconds: nothing may wait for it


def wait_until(claim, seconds=60):
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def _stat(pid):
    """(parent, state, start time) of a process, or None."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return int(fields[1]), fields[0], fields[19]


def descendants(pid):
    """All processes below one: (pid, start time) pairs, parents first."""
    everyone = {int(p): _stat(p) for p in os.listdir("/proc") if p.isdigit()}
    found, parents = [], [pid]
    while parents:
        parent = parents.pop(0)
        below = [p for p, stat in everyone.items() if stat and stat[0] == parent]
        found += [(p, everyone[p][2]) for p in below]
        parents += below
    return found


def is_running(process):
    pid, started = process
    stat = _stat(pid)
    return stat is not None and stat[1] not in "ZX" and stat[2] == started


def command_line(process):
    try:
        return Path(f"/proc/{process[0]}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@pytest.fixture
def begin(a_class, right):
    """Starts a batch on one core, and waits until it has finished `ada` and works on `bob`.

    To read `bob` and `eve` takes the given seconds each.
    """
    started = []
    settings = a_class.assignment / "assignment.yaml"
    settings.write_text(settings.read_text().replace("load_seconds: 3", "load_seconds: 900"))

    def begun(seconds):
        slow = f"import time\ntime.sleep({seconds})\n{right}"
        a_class.write(ada=right, bob=slow, eve=slow)
        started.append(a_class.start("-j", 1))
        wait_until((a_class.results / "reports" / "ada.json").exists)
        return started[0]

    yield begun
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its workers too, should it have left any
        process.communicate()


def finish(a_class, right):
    """Run the same command again, with faster submissions: what was finished is not redone."""
    before = a_class.times()
    assert set(before) == {"ada"}
    a_class.write(bob=right, eve=right)
    ran = a_class.grade("-j", 2)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert a_class.points() == {"ada": "7", "bob": "7", "eve": "7"}
    assert a_class.times()["ada"] == before["ada"]


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(a_class, begin, right):
    process = begin(LONG)
    below = descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    last = err.strip().splitlines()[-1]
    assert last.startswith(f"Stopped. What is finished is in {a_class.results}")
    assert "the same command does the rest" in last
    assert "Traceback" not in out + err
    assert a_class.points() == {"ada": "7"}
    wait_until(lambda: not any(map(is_running, below)), seconds=30)
    finish(a_class, right)


def test_ctrl_c_while_workers_start_is_no_traceback(a_class, right):
    a_class.write(ada=right, bob=right)
    process = a_class.start("-j", 2)
    wait_until(lambda: descendants(process.pid))
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in out + err


def test_a_worker_leaves_ctrl_c_to_the_batch(a_class, begin):
    process = begin(1.5)
    worker = next(p for p in descendants(process.pid) if "spawn_main" in command_line(p))
    os.kill(worker[0], signal.SIGINT)
    wait_until((a_class.results / "reports" / "bob.json").exists)
    assert is_running(worker)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    assert "Traceback" not in out + err


def test_kill_9_of_the_batch_leaves_no_process_and_the_next_run_completes(a_class, begin, right):
    process = begin(LONG)
    below = descendants(process.pid)
    assert len(below) >= 3, "a worker, its warm process and a child were there"
    os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not any(map(is_running, below)), seconds=30)
    finish(a_class, right)


@pytest.mark.parametrize("victim", ["spawn_main", "grader.sandbox.child"])
def test_kill_9_of_a_worker_or_of_its_warm_process_is_survived(a_class, begin, victim):
    process = begin(1.5)
    killed = next(p for p in descendants(process.pid) if victim in command_line(p))
    os.kill(killed[0], signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    assert a_class.points() == {"ada": "7", "bob": "7", "eve": "7"}
    assert "3 submissions: 3 graded." in out


def test_a_batch_that_ends_leaves_no_process(a_class, begin):
    process = begin(1.0)
    below = descendants(process.pid)
    process.communicate(timeout=60)
    wait_until(lambda: not any(map(is_running, below)), seconds=30)


DEADLY = """
    import os
    if float(student.shift(x).sum()) == 666:
        os.kill(os.getpid(), 9)
"""


def test_a_worker_that_ends_three_times_leaves_its_submission_ungraded(a_class, right):
    checks = a_class.assignment / "test_visible.py"
    docstring = '"""One is added to every entry."""'
    checks.write_text(checks.read_text().replace(docstring, docstring + DEADLY))
    deadly = right.replace("return x + 1", "return x * 0 + 111")
    a_class.write(ada=right, bob=deadly, eve=right)
    ran = a_class.grade("-j", 1)
    assert ran.returncode == 3
    assert "3 submissions: 2 graded, 1 ungraded." in ran.stdout
    assert (
        "Some are ungraded through no fault of the students. Run the command again." in ran.stdout
    )
    assert "Traceback" not in ran.stdout + ran.stderr
    rows = {row["submission"]: row for row in a_class.rows()}
    assert rows["bob"] == {
        "submission": "bob",
        "status": "ungraded",
        "points": "",
        "max_points": "",
        "shift": "",
        "double": "",
        "both": "",
        "reason": "the grading process ended (exit code -9), 3 times",
    }
    assert (rows["ada"]["points"], rows["eve"]["points"]) == ("7", "7")
    before = a_class.times()
    again = a_class.grade("-j", 1)
    assert again.returncode == 3
    changed = {name for name, time in a_class.times().items() if time != before[name]}
    assert changed == {"bob"}, "an ungraded submission is tried again, and nothing else"


def test_a_check_that_could_not_be_run_is_run_again(a_class, right):
    flag = a_class.assignment.parent / "broken"
    flag.write_text("")
    stumble = f"""
    from pathlib import Path
    assert student.shift(x) is not None
    if Path({str(flag)!r}).exists():
        raise KeyError("a table")
"""
    checks = a_class.assignment / "test_visible.py"
    docstring = '"""One is added to every entry."""'
    checks.write_text(checks.read_text().replace(docstring, docstring + stumble))
    a_class.write(ada=right)
    ran = a_class.grade("-j", 1)
    assert ran.returncode == 3
    assert a_class.points() == {"ada": ""}
    assert "KeyError" in a_class.report("ada", "staff").checks[0].staff_note
    assert "KeyError" not in (a_class.results / "reports" / "ada.json").read_text()
    flag.unlink()
    assert a_class.grade("-j", 1).returncode == 0
    assert a_class.points() == {"ada": "7"}
