"""A worker process: as many slots as it grades at the same time, and a keeper of class records."""

import os
import threading
from collections.abc import Callable

from grader.errors import GraderError
from grader.hand_ins.class_record import record_class
from grader.hand_ins.working import WorkerSettings, WorkerSlot
from grader.store.site_store import SiteStore

_RECORD_SECONDS = 10.0  # between two looks at whether a class has to be recorded anew


def run_slots(
    store: SiteStore,
    settings: WorkerSettings,
    *,
    n_slots: int,
    stop: threading.Event,
    warn: Callable[[str], None],
) -> None:
    """Work until `stop` is set. A slot that cannot go on says so and begins again.

    Args:
        warn: what is told to whoever runs the worker; it holds nothing of students.
    """
    graded: set[str] = set()
    threads = [
        threading.Thread(
            target=_run_slot,
            args=(WorkerSlot(store, settings, cpu=cpu, done=graded.add), stop, warn),
        )
        for cpu in _cpus(n_slots)
    ]
    for thread in threads:
        thread.start()
    try:
        while not stop.wait(_RECORD_SECONDS):
            _record(store, settings, graded, n_slots)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        _record(store, settings, graded, n_slots)


def _run_slot(slot: WorkerSlot, stop: threading.Event, warn: Callable[[str], None]) -> None:
    while not stop.is_set():
        try:
            slot.run(stop)
        except GraderError as error:  # the store is away for a while; the lease of its job ends
            warn(str(error))
            stop.wait(2)


def _record(store: SiteStore, settings: WorkerSettings, graded: set[str], n_slots: int) -> None:
    for name in sorted(graded):
        graded.discard(name)
        record_class(store, settings.course, settings.assignments[name], n_workers=n_slots)


def _cpus(n_slots: int) -> list[int | None]:
    """A processor for each slot, as in a batch; None for any, where there are more than slots."""
    if not hasattr(os, "sched_getaffinity"):
        return [None] * n_slots
    cpus = sorted(os.sched_getaffinity(0))
    if n_slots < len(cpus):
        return [None] * n_slots
    return [cpus[place % len(cpus)] for place in range(n_slots)]
