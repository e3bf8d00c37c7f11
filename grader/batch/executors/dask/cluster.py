"""A Dask cluster for one command: one that is started here and ended, or one that runs already."""

import contextlib
import logging
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import dask
from distributed import Client, LocalCluster, Security

from grader.batch.executors.contract import Executor, GradingJob
from grader.batch.executors.dask.addresses import DaskAt, DaskHere, is_safe, unsafe
from grader.batch.executors.dask.asking import asked
from grader.batch.executors.dask.crew import Seen, Warned
from grader.batch.executors.dask.executor import DaskExecutor
from grader.batch.executors.dask.machine_facts import differs
from grader.batch.executors.interrupts import ctrl_c_held
from grader.errors import CourseError, GraderFault
from grader.report_key import grader_version

_CONNECT_SECONDS = 30.0
# What Dask does beside the work, such as looking at stacks a hundred times in a second: measured on
# 2026-11-28, with 2 workers 60 ms of processor time a second, and 11 ms without.
_QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "1s",
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
}
_CERTIFICATES = (
    "Name them in the settings of Dask, by the variables DASK_DISTRIBUTED__COMM__TLS__CA_FILE and "
    "..__CLIENT__CERT and ..__CLIENT__KEY; see docs/scale.md."
)
_START = "Start `dask scheduler` and `dask worker --nthreads 1`, see docs/scale.md."


class DaskCluster:
    """Makes executors on the workers of one cluster.

    Args:
        seen: called when the number of workers changes: how many machines, how many workers.
        warned: called with a sentence about a machine that is left out.
    """

    def __init__(self, client: Client, *, seen: Seen, warned: Warned) -> None:
        self._client = client
        self._seen = seen
        self._warned = warned

    @property
    def n_workers(self) -> int:
        """How many workers it has now."""
        client = self._client
        return asked(client, lambda: len(client.scheduler_info(n_workers=-1)["workers"]))

    def start(self, job: GradingJob, *, n_workers: int, seconds: float) -> Executor:
        """An executor, see `StartExecutor`; it takes as many workers as there are."""
        return DaskExecutor(
            self._client, job, seconds=seconds, seen=self._seen, warned=self._warned
        )


@contextlib.contextmanager
def opened_cluster(
    place: DaskHere | DaskAt, *, seen: Seen, warned: Warned
) -> Iterator[DaskCluster]:
    """The cluster at a place; one that is started here is ended again.

    Args:
        seen: called when the number of workers changes: how many machines, how many workers.
        warned: called with a sentence about a machine that is left out.

    Raises:
        CourseError: others could listen to it.
        GraderFault: it is not there, or has not this grader.
    """
    for name in logging.root.manager.loggerDict:
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # we say it, in a sentence
    opened = _started(place.n_workers) if isinstance(place, DaskHere) else _connected(place.address)
    with opened as client:
        yield DaskCluster(client, seen=seen, warned=warned)


@contextlib.contextmanager
def _started(n_workers: int) -> Iterator[Client]:
    """With certificates of its own: other users of this machine reach its port, too."""
    # What is started in this time never gets Ctrl-C: we end it.
    with dask.config.set(_QUIET), ctrl_c_held():
        cluster = LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            protocol="tls",
            security=Security.temporary(),
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            memory_limit=None,  # a grading process has a limit of its own
        )
        client = Client(cluster)
    try:
        yield client
    finally:
        with ctrl_c_held():
            client.close()
            cluster.close()


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Client]:
    if address.startswith("tls://") and not _has_certificates():
        raise CourseError("TLS needs certificates", at="--executor", fix=_CERTIFICATES)
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, TypeError, ValueError) as error:
        raise GraderFault(
            f"there is no scheduler that can be talked to ({_short(error)})",
            at=address,
            fix=_START,
        ) from error
    try:
        asked(client, lambda: _assert_fit(client))
        yield client
    finally:
        client.close()


def _assert_fit(client: Client) -> None:
    """Nobody can listen, somebody is there, and all of them have this grader."""
    with contextlib.suppress(TimeoutError):
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    found = client.scheduler_info(n_workers=-1)
    for address in (found["address"], *found["workers"]):
        if not is_safe(address):
            raise unsafe(address)
    if not found["workers"]:
        raise GraderFault("its cluster has no worker", at=found["address"], fix=_START)
    # Asked with a function of Python itself: what has no grader could not read one of ours.
    package = "decoder-grader"
    there = client.run(version, package, on_error="return")
    there = {found["workers"].get(at, {}).get("host", at): said for at, said in there.items()}
    try:
        there["the scheduler"] = client.run_on_scheduler(version, package)
    except PackageNotFoundError as error:
        there["the scheduler"] = error
    for machine, said in there.items():
        is_gone = isinstance(said, Exception) and not isinstance(said, PackageNotFoundError)
        if said != grader_version() and not is_gone:
            theirs = f"grader {said}" if isinstance(said, str) else "no grader"
            raise differs(f"the machine {machine} has {theirs}, and here it is {grader_version()}")


def _has_certificates() -> bool:
    """Whether the settings of Dask name them."""
    names = ("ca-file", "client.cert", "client.key")
    return all(dask.config.get(f"distributed.comm.tls.{name}") for name in names)


def _short(error: Exception) -> str:
    return (str(error).partition("\n")[0] or type(error).__name__)[:200]
