"""What staff have computed: by one thread of a worker, beside the grading, one after another.

It waits in the queue of the site like a hand-in, but those who grade leave it alone, so that no
student waits behind it. A worker that is killed loses nothing: another one begins anew.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from grader.errors import GraderError
from grader.staff.apart import Beat, NotWanted
from grader.store.jobs_store import JobsStore, StoredJob

MOST_TRIES = 5
_IDLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What came of it.

    Attributes:
        result: kept with the job.
        also: what is written in the same transaction as the end of the job.
    """

    result: str = ""
    also: Callable[[Any], None] | None = None


Computation = Callable[[StoredJob, Beat], Computed]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputingSlot:
    """Takes from the queue what is to be computed; for one thread.

    Attributes:
        computations: by the kind that a job says.
        name: of the machine and the process, for whoever looks at the queue.
        lease: after which a worker that is silent has ended.
    """

    jobs: JobsStore
    computations: Mapping[str, Computation]
    clock: Callable[[], datetime]
    name: str
    lease: timedelta = timedelta(seconds=30)

    def run(self, stop: threading.Event) -> None:
        """Work until it is told to stop; what it was doing then, another does."""
        while not stop.is_set():
            if not self.step(stop):
                stop.wait(_IDLE_SECONDS)

    def step(self, stop: threading.Event | None = None) -> bool:
        """Do one job; False if there was none."""
        now, stopping = self.clock(), stop or threading.Event()
        job = self.jobs.claim(self.name, at=now, until=now + self.lease, lane="staff")
        if job is None:
            return False

        def beat() -> bool:
            is_ours = self.jobs.renew(job, until=self.clock() + self.lease)
            return is_ours and not stopping.is_set()

        try:
            done = self._compute(job, beat)
        except NotWanted:
            self.jobs.put_back(job, not_before=self.clock(), reason="")
        except GraderError as error:
            self.jobs.finish(job, at=self.clock(), state="failed", result=str(error))
        else:
            self.jobs.finish(job, at=self.clock(), result=done.result, also=done.also)
        return True

    def _compute(self, job: StoredJob, beat: Beat) -> Computed:
        compute = self.computations.get(str(job.payload.get("kind")))
        if compute is None:
            raise GraderError("this worker does not know how", fix="Start one of this version.")
        if job.attempt > MOST_TRIES:  # those who tried it were killed
            raise GraderError("its computing ended each time", fix="Look at the worker's messages.")
        return compute(job, beat)


def job_key(kind: str, *names: str) -> str:
    """A key of the queue for what is computed once at a time: of any length of names."""
    return f"{kind} {hashlib.sha256(chr(0).join(names).encode()).hexdigest()}"
