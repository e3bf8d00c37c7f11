"""What runs on a worker of Dask: a plugin that holds its grading thread, and three functions.

Student code runs in a child of the sandbox and never here. So a worker that ends is a fault of
ours or of its machine, until one submission has ended three of them alone.
"""

import os
import signal
from pathlib import Path

import msgspec
from distributed import Scheduler, Worker, WorkerPlugin, get_worker

from grader.batch.executors.dask.grading_thread import GradingThread
from grader.batch.executors.dask.wire import Greeting, NotGreeted, as_bytes, chunk_from

_PREFIX = "grade/"


class GradingSite(WorkerPlugin):
    """Holds the job of one run, and the thread that grades once it is greeted.

    Args:
        name: of the run.
        job: see `wire.job_bytes`.
    """

    def __init__(self, name: str, job: bytes) -> None:
        self.name = name
        self.job = job
        self.thread: GradingThread | None = None

    def setup(self, worker: Worker) -> None:
        """Nothing can fail yet: what a machine lacks is said when it is greeted."""

    def teardown(self, worker: Worker) -> None:
        """End what is being graded; the worker goes on."""
        if self.thread is not None:
            self.thread.stop()


def greet(site: str, greeting: bytes) -> bytes:
    """Make a worker ready; its `WorkerHello`. A task, so it may take as long as torch needs."""
    worker = get_worker()
    plugin = _site(worker, site)
    if plugin.thread is not None:
        plugin.thread.stop()  # the client has given it up
    below = Path(worker.local_directory)
    told = msgspec.msgpack.decode(greeting, type=Greeting)
    plugin.thread = GradingThread(plugin.job, below, told)
    return as_bytes(plugin.thread.hello())


def grade_chunk(site: str, chunk: bytes) -> bytes:
    """Grade some submissions; a `wire.Reply`. A task."""
    plugin = _site(get_worker(), site)
    received = chunk_from(chunk)
    thread = plugin.thread
    if thread is None or thread.token != received.token:
        return as_bytes(NotGreeted())
    return as_bytes(thread.grade(received.submissions))


async def end_this_worker() -> None:
    """End a worker that does not answer; its nanny starts another. Runs beside its task.

    A coroutine: Dask waits for the end of anything else.
    """
    os.kill(os.getpid(), signal.SIGKILL)


def sites_left(dask_scheduler: Scheduler) -> list[str]:
    """The names of runs whose client is gone. Runs on the scheduler."""
    ours = [name for name in dask_scheduler.worker_plugins if name.startswith(_PREFIX)]
    return [name for name in ours if name.split("/")[1] not in dask_scheduler.clients]


def site_name(client: str, run: str) -> str:
    """What a run is called on the workers: it says whose it is.

    Args:
        client: its id.
        run: unique among those of the client.
    """
    return f"{_PREFIX}{client}/{run}"


def _site(worker: Worker, name: str) -> GradingSite:
    plugin = worker.plugins[name]
    assert isinstance(plugin, GradingSite)
    return plugin
