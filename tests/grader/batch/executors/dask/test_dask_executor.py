"""A class on a Dask cluster comes to what it comes to here, whatever ends meanwhile."""

import contextlib
import json
import os
import signal
import subprocess
import time

import pytest

from tests.grader.batch.executors.dask.cluster_processes import (
    below,
    eventually,
    is_running,
    kill,
)


def what_came(results):
    """Everything that lies there, without what differs from run to run."""
    found = {"grades": (results / "grades.csv").read_bytes()}
    for path in sorted((results / "reports").glob("*.json")):
        found["student", path.stem] = path.read_bytes()
        staff = json.loads((results / "staff" / path.name).read_bytes())
        found["staff", path.stem] = staff | {"seconds": 0}
    return found


def graded_here(crowd):
    """The same class, graded without a cluster."""
    on_cluster, crowd.results = crowd.results, crowd.results.with_name("here")
    ran = crowd.grade("-j", "2")
    assert ran.returncode == 0, ran.stderr
    here, crowd.results = what_came(crowd.results), on_cluster
    return here


def n_reports(crowd):
    return len([*(crowd.results / "reports").glob("*.json")])


def finished(process, seconds=180):
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def test_a_cluster_gives_the_same_reports_byte_for_byte(crowd, cluster):
    for _ in range(2):
        cluster.start_worker()
    ran = crowd.grade("--executor", f"dask:{cluster.address}")
    assert ran.returncode == 0, ran.stderr
    assert "graded 40 of 40 by 2 workers on 1 machine" in ran.stderr
    assert what_came(crowd.results) == graded_here(crowd)
    for nanny in cluster.nannies:  # the cluster goes on, and nothing of the run is left there
        worker = cluster.worker_of(nanny)
        eventually(lambda worker=worker: not any(map(is_running, below(worker))), seconds=10)
    left = [path for path in cluster.folder.rglob("grader-job-*")]
    assert left == []


def test_a_cluster_that_is_started_here_ends_with_the_command(crowd):
    ran = crowd.start("--executor", "dask-local:2")
    eventually(lambda: n_reports(crowd) > 5)
    started = below(ran.pid)
    code, _, err = finished(ran)
    assert code == 0, err
    assert "Traceback" not in err
    eventually(lambda: not any(map(is_running, started)), seconds=10)
    assert what_came(crowd.results) == graded_here(crowd)


def test_ctrl_c_ends_everything_and_the_same_command_does_the_rest(crowd, right):
    crowd.write(slow=f"import time\ntime.sleep(1)\n{right}")
    ran = crowd.start("--executor", "dask-local:2")
    eventually(lambda: n_reports(crowd) >= 3)
    started = below(ran.pid)
    os.killpg(ran.pid, signal.SIGINT)  # as a terminal does: to all processes of the group
    code, _, err = finished(ran)
    assert code == 130
    assert "Stopped. What is finished is in" in err
    assert "Traceback" not in err
    eventually(lambda: not any(map(is_running, started)), seconds=15)
    assert n_reports(crowd) < 42
    assert crowd.grade("--executor", "dask-local:2").returncode == 0
    assert what_came(crowd.results) == graded_here(crowd)


POISON = """
import os, signal

from grader.checks import points, stage

@stage("double")
@points(1)
def test_poison(student, x):
    \"\"\"Doubling does no harm.\"\"\"
    if float(student.double(x).sum()) == -666.0:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def poisonous(small):
    """The small assignment with a check that kills the grading process, where asked to."""
    (small / "test_poison.py").write_text(POISON)
    settings = small / "assignment.yaml"
    text = settings.read_text().replace("total: 7", "total: 8")
    settings.write_text(text.replace("title: Times two, points: 3", "title: Times two, points: 4"))
    return small


def test_what_ends_its_worker_each_time_costs_nobody_else_anything(crowd, poisonous, cluster):
    deadly = crowd.submissions / "deadly.py"
    deadly.write_text("def shift(x): return x + 1\ndef double(x): return x * 0 - 111\n")
    for _ in range(2):
        cluster.start_worker()
    ran = crowd.grade("--executor", f"dask:{cluster.address}")
    assert ran.returncode == 3
    statuses = {row["submission"]: row["status"] for row in crowd.rows()}
    assert statuses.pop("deadly") == "ungraded"
    assert set(statuses.values()) == {"graded", "unreadable"}
    assert crowd.report("deadly").reason == "the worker that graded it ended, 3 times"
    deadly.unlink()
    (crowd.results / "reports" / "deadly.json").unlink()
    here = graded_here(crowd)
    came = what_came(crowd.results)
    assert {k: v for k, v in came.items() if k != "grades" and "deadly" not in k} == {
        k: v for k, v in here.items() if k != "grades"
    }


def test_a_worker_that_comes_late_takes_part(crowd, cluster, right):
    for number in range(20):
        crowd.write(**{f"slow{number}": f"import time\ntime.sleep(0.5)\n{right}"})
    cluster.start_worker()
    ran = crowd.start("--executor", f"dask:{cluster.address}")
    eventually(lambda: n_reports(crowd) >= 3)
    cluster.start_worker()
    code, _, err = finished(ran)
    assert code == 0, err
    assert "by 1 worker on" in err
    assert "by 2 workers on" in err


def test_a_scheduler_that_ends_is_one_sentence_and_what_is_done_is_kept(crowd, cluster):
    cluster.start_worker()
    ran = crowd.start("--executor", f"dask:{cluster.address}")
    eventually(lambda: n_reports(crowd) >= 3)
    kept = {p.name: p.read_bytes() for p in (crowd.results / "reports").glob("*.json")}
    kill(cluster.scheduler.pid)
    code, _, err = finished(ran)
    assert code == 3
    assert "the connection to the scheduler is lost\n  What is finished is kept." in err
    assert "Traceback" not in err
    there = {p.name: p.read_bytes() for p in (crowd.results / "reports").glob("*.json")}
    assert kept.items() <= there.items()
    assert crowd.grade("-j", "1").returncode == 0  # also without a cluster
    assert what_came(crowd.results) == graded_here(crowd)


@pytest.fixture
def small_disk(tmp_path):
    """A file system that is full already."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_machine_with_a_full_disk_is_left_out_and_the_rest_is_graded(crowd, cluster, small_disk):
    cluster.start_worker()
    cluster.start_worker(folder=small_disk)
    filled = small_disk / "filled"
    with open(filled, "wb") as file, contextlib.suppress(OSError):
        file.write(b"\0" * (1 << 20))
    ran = crowd.grade("--executor", f"dask:{cluster.address}")
    assert ran.returncode == 0, ran.stderr
    assert "No space left on device" in ran.stderr
    assert "It is left out; the others do its work." in ran.stderr
    assert what_came(crowd.results) == graded_here(crowd)


def test_a_machine_that_hardly_moves_holds_nobody_up(crowd, cluster):
    cluster.start_worker()
    slow = cluster.start_worker()
    ran = crowd.start("--executor", f"dask:{cluster.address}")
    worker = eventually(lambda: cluster.worker_of(slow))
    while ran.poll() is None:  # it runs a tenth of the time
        for number, seconds in ((signal.SIGSTOP, 0.18), (signal.SIGCONT, 0.02)):
            for pid in (worker, *below(worker)):
                kill(pid, number)
            time.sleep(seconds)
    code, _, err = finished(ran)
    assert code == 0, err
    assert what_came(crowd.results) == graded_here(crowd)


def test_killed_workers_take_nobody_with_them(crowd, cluster):
    for _ in range(2):
        cluster.start_worker()
    ran = crowd.start("--executor", f"dask:{cluster.address}")
    eventually(lambda: n_reports(crowd) >= 3)
    for nanny in cluster.nannies:
        kill(cluster.worker_of(nanny))
    kill(cluster.nannies[0].pid)  # that one comes back no more
    code, _, err = finished(ran)
    assert code == 0, err
    assert what_came(crowd.results) == graded_here(crowd)
