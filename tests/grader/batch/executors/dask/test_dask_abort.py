"""Aborting one submission on a cluster, and what a run leaves there."""

import signal
import threading
import time

import pytest

from grader.batch.executors.contract import Aborted, GradingJob
from grader.batch.executors.dask.addresses import DaskAt
from grader.batch.executors.dask.cluster import opened_cluster
from grader.records import Report, Submission
from tests.grader.batch.executors.dask.cluster_processes import below, eventually, is_running, kill
from tests.grader.batch.executors.dask.test_dask_executor import graded_here, n_reports, what_came


@pytest.fixture
def patient(small):
    """The small assignment, which waits for a submission as long as it takes."""
    settings = small / "assignment.yaml"
    settings.write_text(settings.read_text().replace("load_seconds: 3", "load_seconds: 900"))
    return small


def submission(name, source):
    return Submission(name=name, cells=(("s.py", source),), modules={}, digest=name)


def test_one_that_runs_is_aborted_and_the_others_go_on(cluster, patient, right):
    cluster.start_worker()
    job = GradingJob(
        assignment=patient,
        secret="s",
        require_level="none",
        with_torch=False,
        diagnose_hidden=True,
    )
    stuck = submission("stuck", f"import time\ntime.sleep(600)\n{right}")
    others = [submission(f"{i}", right) for i in range(8)]
    came = []
    with opened_cluster(DaskAt(cluster.address), seen=lambda *_: None, warned=print) as opened:
        executor = opened.start(job, n_workers=1, seconds=1200)
        outcomes = executor.run([*others[:4], stuck, *others[4:]])
        thread = threading.Thread(target=lambda: came.extend(outcomes))
        thread.start()
        eventually(lambda: len(came) >= 1, seconds=120)
        time.sleep(1)
        assert executor.abort("stuck")
        assert not executor.abort("nobody")
        thread.join(timeout=120)
        assert not thread.is_alive()
    assert [one.submission.name for one in came if isinstance(one, Aborted)] == ["stuck"]
    assert sorted(one.submission for one in came if isinstance(one, Report)) == [*"01234567"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_command_that_is_stopped_leaves_a_cluster_that_can_be_used(crowd, cluster, right, number):
    crowd.write(slow=f"import time\ntime.sleep(2)\n{right}")
    nanny = cluster.start_worker()
    ran = crowd.start("--executor", f"dask:{cluster.address}")
    eventually(lambda: n_reports(crowd) >= 3, seconds=120)
    kill(ran.pid, number)
    _, err = ran.communicate(timeout=60)
    assert "Traceback" not in err
    again = crowd.grade("--executor", f"dask:{cluster.address}")
    assert again.returncode == 0, again.stderr
    assert what_came(crowd.results) == graded_here(crowd)
    worker = cluster.worker_of(nanny)
    eventually(lambda: not any(map(is_running, below(worker))), seconds=20)
    assert not [*cluster.folder.rglob("grader-job-*")]
