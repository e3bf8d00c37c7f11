"""Calls to a scheduler that waits for its workers: any of them may end meanwhile, or it itself."""

import time
from collections.abc import Callable
from typing import TypeVar

from distributed import Client

from grader.errors import GraderFault

_TRIES = 4
_PAUSE_SECONDS = 0.5

T = TypeVar("T")


def asked(client: Client, call: Callable[[], T]) -> T:
    """What a call comes to; tried again while it is only a worker that has ended.

    Raises:
        GraderFault: the scheduler is not there any more.
    """
    for left in reversed(range(_TRIES)):
        try:
            return call()
        except (OSError, TimeoutError) as error:
            if not left or is_lost(client):
                raise connection_lost() from error
            time.sleep(_PAUSE_SECONDS)
    raise connection_lost()


def is_lost(client: Client) -> bool:
    """Whether the scheduler is not there any more, as far as it is known."""
    return bool(client.status != "running")


def connection_lost() -> GraderFault:
    """The error that ends a run."""
    return GraderFault(
        "the connection to the scheduler is lost",
        fix="What is finished is kept. When the cluster is there again, type the same command "
        "again: it does the rest.",
    )
