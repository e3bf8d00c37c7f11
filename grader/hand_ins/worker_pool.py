"""A worker process: as many slots as it grades at the same time, and a keeper of class records."""

import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from grader.errors import GraderError
from grader.hand_ins.class_record import record_class
from grader.hand_ins.working import WorkerSettings, WorkerSlot
from grader.policies.policy_settings import policy_of
from grader.store.site_store import SiteStore

Run = Callable[[threading.Event], None]
_RECORD_SECONDS = 10.0  # between two looks at whether a class has to be recorded anew


def run_slots(
    store: SiteStore,
    settings: WorkerSettings,
    *,
    n_slots: int,
    stop: threading.Event,
    warn: Callable[[str], None],
    beside: Iterable[Run] = (),
) -> None:
    """Work until `stop` is set. A slot that cannot go on says so and begins again.

    Args:
        beside: what is run besides, each in a thread of its own, until `stop` is set.
        warn: what is told to whoever runs the worker; it holds nothing of students.
    """
    graded: set[str] = set()
    expected = _expected(settings)
    slots = (WorkerSlot(store, settings, cpu=cpu, done=graded.add) for cpu in _cpus(n_slots))
    runs = [*(_warm(slot, expected) for slot in slots), *beside]
    threads = [threading.Thread(target=_keep_running, args=(run, stop, warn)) for run in runs]
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


def _warm(slot: WorkerSlot, expected: str) -> Run:
    def run(stop: threading.Event) -> None:
        if expected:
            slot.warm_up(expected)
        slot.run(stop)

    return run


def _keep_running(run: Run, stop: threading.Event, warn: Callable[[str], None]) -> None:
    while not stop.is_set():
        try:
            run(stop)
        except GraderError as error:  # the store is away for a while; the lease of its job ends
            warn(str(error))
            stop.wait(2)


def _expected(settings: WorkerSettings) -> str:
    """The assignment that is due next, for which most is handed in now."""
    now, never = settings.clock(), datetime.max.replace(tzinfo=UTC)
    due = {name: policy_of(settings.course, name).due or never for name in settings.assignments}
    open_ones = {name: at for name, at in due.items() if at >= now} or due
    return min(open_ones, key=lambda name: open_ones[name], default="")


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
