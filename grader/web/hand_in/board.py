"""Who watches which job: one reader of the store for all open pages of this process."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping

from starlette.concurrency import run_in_threadpool

from grader.store.database import StoreError
from grader.store.jobs_store import JobProgress, JobsStore

_EACH_SECONDS = 0.4
_AT_MOST_SECONDS = 5.0
_REST = 25  # times as long as a reading took: where a thousand look on, grading is not held up
_PLACES_A_SECOND = 25  # that all who wait are told together: each new place is a part of a page


class ProgressBoard:
    """Tells each watcher how far its job is, as often as the store is read."""

    def __init__(self, jobs: JobsStore) -> None:
        self._jobs = jobs
        self._watched: Counter[int] = Counter()
        self._known: Mapping[int, JobProgress] = {}
        self._news = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None

    @property
    def place_seconds(self) -> float:
        """How long one who waits is told no new place in the queue: longer, the more look on."""
        return len(self._watched) / _PLACES_A_SECOND

    async def watch(self, job: int) -> AsyncIterator[JobProgress | None]:
        """How far a job is, again and again; None if there is none."""
        self._watched[job] += 1
        try:
            if self._reader is None or self._reader.done():
                self._reader = asyncio.create_task(self._read())
            while True:
                async with self._news:
                    await self._news.wait()
                yield self._known.get(job)
        finally:
            self._watched[job] -= 1

    async def _read(self) -> None:
        """Read while somebody watches."""
        while wanted := [job for job, watchers in self._watched.items() if watchers > 0]:
            begin = time.monotonic()
            try:
                self._known = await run_in_threadpool(self._jobs.progress, wanted)
            except StoreError:  # away for a while; those who watch wait as long
                await asyncio.sleep(_EACH_SECONDS)
                continue
            self._watched += Counter()  # leaves out those that nobody watches any more
            async with self._news:
                self._news.notify_all()
            await asyncio.sleep(rest_after(time.monotonic() - begin))


def rest_after(seconds: float) -> float:
    """How long the store is left alone after a reading that took so long."""
    return min(max(_EACH_SECONDS, _REST * seconds), _AT_MOST_SECONDS)
