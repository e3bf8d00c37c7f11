"""Ctrl-C, and processes that are just being started."""

import contextlib
import signal
from collections.abc import Iterator
from multiprocessing import resource_tracker


@contextlib.contextmanager
def ctrl_c_held() -> Iterator[None]:
    """Ctrl-C waits meanwhile, here and in processes that are started, until they want it.

    A worker that gets it while Python starts would end with a traceback of its own.
    """
    resource_tracker.ensure_running()  # it would let Ctrl-C through when it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
