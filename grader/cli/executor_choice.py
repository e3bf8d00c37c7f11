"""Where a class is graded, as `--executor` says: the executor, and the progress of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from grader.batch.executors.contract import StartExecutor
from grader.batch.executors.dask.addresses import DaskAt, DaskHere, Here, place_from
from grader.batch.executors.local import LocalPool
from grader.cli.progress import Told, cluster_progress, progress
from grader.errors import CourseError


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenExecutor:
    """What `run_batch` needs to know of it."""

    start: StartExecutor
    n_workers: int
    told: Told


@contextmanager
def chosen_executor(words: str, jobs: int | None) -> Iterator[ChosenExecutor]:
    """The executor that was named, ready to start.

    Raises:
        CourseError: there is none of this name, or what it needs is not installed.
        GraderFault: its cluster is not there, or cannot be used.
    """
    place = place_from(words)
    if isinstance(place, Here):
        with progress() as told:
            yield ChosenExecutor(start=LocalPool, n_workers=jobs or os.cpu_count() or 1, told=told)
        return
    if jobs is not None:
        raise CourseError(
            f"-j is for `--executor local`, and {words} says itself how many workers there are",
            fix="Leave out -j.",
        )
    with _on_cluster(place) as chosen:
        yield chosen


@contextmanager
def _on_cluster(place: DaskHere | DaskAt) -> Iterator[ChosenExecutor]:
    try:
        from grader.batch.executors.dask.cluster import opened_cluster
    except ModuleNotFoundError as error:
        raise CourseError(
            f"Dask is not installed here ({error.name} is missing)",
            at="--executor",
            fix="pip install 'decoder-grader[dask]'",
        ) from error
    with (
        cluster_progress() as bar,
        opened_cluster(place, seen=bar.machines, warned=_warned) as cluster,
    ):
        n_workers = cluster.n_workers
        yield ChosenExecutor(start=cluster.start, n_workers=n_workers, told=bar.report)


def _warned(sentence: str) -> None:
    click.echo(sentence, err=True)
