"""A Dask client as this executor uses it: what it hears comes as messages in one queue.

Dask does its work in a thread of its own. So that the executor is one loop in one thread, all that
happens there is put into a queue: machines that are there, replies, and the end of the connection.
"""

import asyncio
import contextlib
import queue
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from distributed import Client

from grader.batch.executors.dask import worker_site
from grader.batch.executors.dask.asking import asked, is_lost

_LOOK_SECONDS = 0.5
_WORKERS_A_LOOK = 200  # looking at many takes the scheduler longer, so it is done less often
_LOST_SECONDS = 60.0
_GOODBYE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class WorkerHost:
    """A worker as the scheduler knows it."""

    machine: str
    n_threads: int


@dataclass(frozen=True, slots=True)
class WorkersSeen:
    """All workers that are there, by their addresses."""

    workers: Mapping[str, WorkerHost]


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """A worker answered, or its answer cannot be had any more."""

    about: object  # what it was asked with
    data: bytes | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The scheduler does not answer."""


Message = WorkersSeen | TaskAnswer | ConnectionLost


class ClusterConnection:
    """Sends tasks to single workers of a cluster, for one run.

    Args:
        job: see `wire.job_bytes`; every worker gets it, also those that come later.

    Raises:
        GraderFault: the scheduler is not there any more.
    """

    def __init__(self, client: Client, *, job: bytes) -> None:
        self._client = client
        self._loop: Any = client.loop
        self._name = worker_site.site_name(client.id, secrets.token_hex(8))
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._asked: dict[int, Any] = {}
        self._n_asked = 0
        asked(client, self._clear_up)
        site = worker_site.GradingSite(self._name, job)
        asked(client, lambda: client.register_plugin(site, name=self._name))
        self._looking = self._in_background(self._look())

    @property
    def is_lost(self) -> bool:
        return is_lost(self._client)

    def next_message(self, seconds: float) -> Message | None:
        """What happened; None: nothing in so many seconds."""
        try:
            return self._messages.get(timeout=seconds)
        except queue.Empty:
            return None

    def greet(self, worker: str, greeting: bytes, about: object) -> None:
        self._ask(worker_site.greet, worker, greeting, about)

    def grade(self, worker: str, chunk: bytes, about: object) -> None:
        self._ask(worker_site.grade_chunk, worker, chunk, about)

    def end_worker(self, worker: str) -> None:
        """End a worker without waiting for it."""
        self._in_background(self._end(worker))

    def close(self) -> None:
        """End what this run has on the workers; the cluster goes on."""
        self._looking.cancel()
        if self.is_lost:
            return
        with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
            self._client.sync(self._say_goodbye, callback_timeout=_GOODBYE_SECONDS)

    def _clear_up(self) -> None:
        """End what clients that were killed have left on the workers."""
        for left in self._client.run_on_scheduler(worker_site.sites_left):
            self._client.unregister_worker_plugin(left)

    def _ask(
        self, function: Callable[[str, bytes], bytes], worker: str, data: bytes, about: object
    ) -> None:
        """Run a function on one worker and on no other; each call is another task."""
        self._n_asked += 1
        number = self._n_asked
        future = self._client.submit(
            function,
            self._name,
            data,
            key=f"{self._name}-{number}",
            workers=[worker],
            allow_other_workers=False,
            retries=0,
            pure=False,
        )
        self._asked[number] = future
        self._in_background(self._await(number, future, about))

    async def _await(self, number: int, future: Any, about: object) -> None:
        try:
            answered = TaskAnswer(about, await future)
        except Exception as error:  # noqa: BLE001 - any: that a worker was killed, or a fault of ours
            said = str(error).partition("\n")[0]
            answered = TaskAnswer(about, None, f"{type(error).__name__}: {said}")
        except asyncio.CancelledError:
            answered = TaskAnswer(about, None, "it was cancelled")
        self._asked.pop(number, None)
        self._messages.put(answered)

    async def _look(self) -> None:
        """Say again and again which workers are there."""
        while True:
            try:
                scheduler: Any = self._client.scheduler  # None while it is lost
                if scheduler is None:
                    raise OSError("no scheduler")
                asking = scheduler.identity(n_workers=-1)
                found = await asyncio.wait_for(asking, _LOST_SECONDS)
            except (OSError, TimeoutError):
                self._messages.put(ConnectionLost())
                return
            workers = {
                address: WorkerHost(one["host"], one["nthreads"])
                for address, one in found["workers"].items()
                if one["status"] in ("running", "paused")  # paused: it goes on later
            }
            self._messages.put(WorkersSeen(workers))
            await asyncio.sleep(_LOOK_SECONDS * max(1.0, len(workers) / _WORKERS_A_LOOK))

    async def _end(self, worker: str) -> None:
        with contextlib.suppress(OSError):  # it has ended by itself
            await self._client.run(worker_site.end_this_worker, workers=[worker], wait=False)

    async def _say_goodbye(self) -> None:
        await self._client.cancel([*self._asked.values()], force=True)
        await self._client.unregister_worker_plugin(name=self._name)

    def _in_background(self, coroutine: Any) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop.asyncio_loop)
