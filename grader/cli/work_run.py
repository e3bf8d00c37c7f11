"""What `grader work` does."""

import os
import signal
import socket
import threading
from pathlib import Path

import click

from grader.cli.clock import now
from grader.hand_ins.worker_pool import run_slots
from grader.hand_ins.working import WorkerSettings
from grader.sandbox.child.zygote import die_with_parent
from grader.sandbox.named import sandbox_named
from grader.staff import class_comparison, key_check
from grader.staff.class_comparison import comparing
from grader.staff.computing import ComputingSlot
from grader.staff.key_check import verifying
from grader.web.opening import open_site
from grader.web.site import Site


def work_for_course(
    folder: Path,
    *,
    store: str,
    jobs: int | None,
    require_level: str,
    sandbox: str,
    parent: int | None,
) -> int:
    """Grade until SIGTERM or Ctrl-C; the exit code. What was being graded then waits again."""
    if parent is not None:
        die_with_parent()
        if os.getppid() != parent:  # it ended before that was asked for
            return 0
    assert_level(sandbox, require_level)
    site = open_site(folder, clock=now, store=store)
    settings = WorkerSettings(
        course=site.course,
        assignments={assignment.name: assignment for assignment in site.assignments},
        require_level=require_level,
        clock=now,
        name=f"{socket.gethostname()} {os.getpid()}",
        sandbox=sandbox,
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    n_slots = jobs or os.cpu_count() or 1
    click.echo(f"Grading for {site.title}, {n_slots} at a time.", err=True)
    computing = _computing(site, settings)
    run_slots(site.store, settings, n_slots=n_slots, stop=stop, warn=_warn, beside=[computing.run])
    site.store.close()
    return 0


def _computing(site: Site, settings: WorkerSettings) -> ComputingSlot:
    """What is computed for staff beside the grading."""
    return ComputingSlot(
        jobs=site.store.jobs,
        computations={
            class_comparison.KIND: comparing(site.store, settings.assignments, settings.clock),
            key_check.KIND: verifying(site.folder),
        },
        clock=settings.clock,
        name=settings.name,
    )


def assert_level(sandbox: str, level: str) -> None:
    """See that this machine keeps students' code apart well enough.

    Raises:
        GraderFault: it does not; the sentence says how to be content with less.
        CourseError: there is no such sandbox.
    """
    made = sandbox_named(sandbox, ("numpy",), require_level=level)
    try:
        made.prove()
    finally:
        made.close()


def _warn(sentence: str) -> None:
    click.echo(f"warning: {sentence}", err=True)
