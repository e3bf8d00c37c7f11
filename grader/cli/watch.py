"""Waiting for a student to save: the submission again, each time one of its files changes."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import SubmissionError
from grader.intake.reading import read
from grader.records import Submission

POLL_SECONDS = 0.05

Stamp = tuple[tuple[str, int, int], ...]


def versions(path: Path, unreadable: Callable[[SubmissionError], None]) -> Iterator[Submission]:
    """The submission now, and again after each change, for ever.

    Args:
        unreadable: told of a version that cannot be read, such as one that is half saved.
    """
    digest = ""
    while True:
        seen = _stamp(path)
        try:
            submission = read(path)
        except SubmissionError as error:
            unreadable(error)
        else:
            if submission.digest != digest:  # saving the same text again is no change
                digest = submission.digest
                yield submission
        _wait_for_change(path, seen)


def last_saved(path: Path) -> datetime:
    """When one of the submission's files was last saved."""
    newest = max((nanoseconds for _, nanoseconds, _ in _stamp(path)), default=0)
    return datetime.fromtimestamp(newest / 1e9, UTC)


def _wait_for_change(path: Path, seen: Stamp) -> None:
    """Until a file changed and then stayed as it is for a moment: saving takes several steps."""
    while _stamp(path) == seen:
        time.sleep(POLL_SECONDS)
    now = _stamp(path)
    time.sleep(POLL_SECONDS)
    while _stamp(path) != now:
        now = _stamp(path)
        time.sleep(POLL_SECONDS)


def _stamp(path: Path) -> Stamp:
    """What changes when a file of the submission is saved, made or deleted."""
    files = sorted(path.rglob("*.py")) + sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
    stamps = []
    for file in files:
        try:
            status = file.stat()
        except OSError:  # an editor replaces the file right now
            continue
        stamps.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(stamps)
