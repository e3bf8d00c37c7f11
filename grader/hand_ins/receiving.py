"""A hand-in comes in: it is kept with its place in the queue, or a sentence says why not."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from grader.errors import SubmissionError
from grader.intake.uploaded import harmless_path, is_readable
from grader.policies.explaining import length
from grader.store.hand_ins_store import HandedName, HandInsStore, NewHandIn, StoredHandIn
from grader.text import counted

AT_ONCE = 0  # before everything that nobody waits for
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """What a course takes."""

    n_bytes: int  # of one hand-in
    n_files: int
    course_bytes: int  # of all of the course together
    per_hour: int  # hand-ins of a person for an assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What was sent: names as the browser wrote them, and contents."""

    assignment: str
    person: str
    files: Sequence[tuple[str, bytes]]
    at: datetime


def receive(store: HandInsStore, upload: Upload, limits: UploadLimits) -> tuple[StoredHandIn, bool]:
    """Keep a hand-in; once this returns, no crash loses it. False if it was there already.

    Nothing is opened or read here: what the files are, a worker finds out.

    Raises:
        SubmissionError: nothing was kept; the sentence says why and what to do.
    """
    _check(upload, limits)
    _check_rate(store, upload, limits)
    size = sum(len(content) for _, content in upload.files)
    if store.total_bytes() + size > limits.course_bytes:
        raise SubmissionError(
            "the course has no room left for files, which is not your fault",
            fix="Tell the staff of the course. Nothing was kept of this upload.",
        )
    names = tuple(
        HandedName(name=name, size=len(content), digest=hashlib.sha256(content).hexdigest())
        for name, content in upload.files
    )
    new = NewHandIn(
        assignment=upload.assignment,
        person=upload.person,
        received_at=upload.at,
        digest=_digest(names),
        files=names,
        contents=tuple(content for _, content in upload.files),
    )
    return store.receive(new, priority=AT_ONCE)


def _check(upload: Upload, limits: UploadLimits) -> None:
    files = upload.files
    if not files:
        raise SubmissionError(
            "nothing was handed in", fix="Choose a file, drop one, or paste your code."
        )
    if len(files) > limits.n_files:
        raise SubmissionError(
            f"{len(files)} files are more than the {limits.n_files} that can be taken",
            fix="Hand in the source files alone, or a zip of their folder.",
        )
    if sum(len(content) for _, content in files) > limits.n_bytes:
        raise SubmissionError(
            f"the files are larger than {limits.n_bytes >> 20} MB together",
            fix="Hand in source code alone, without data and weights.",
        )
    if not is_readable(name for name, _ in files):
        raise SubmissionError(
            "there is no Python file, notebook or zip among the files",
            fix="Hand in submission.py, submission.ipynb, or a zip with one of them.",
        )
    if not any(content for _, content in files):
        raise SubmissionError("the files are empty", fix="Save your work, and choose it again.")
    _assert_one_of_each(files)


def _assert_one_of_each(files: Sequence[tuple[str, bytes]]) -> None:
    """Two files of one name could not be told apart, and the attempt would be for nothing."""
    places = Counter(harmless_path(name) for name, _ in files)
    path, n_files = places.most_common(1)[0]
    if n_files > 1:
        raise SubmissionError(
            f"{n_files} of the files are called {path}",
            fix="Hand in one of them, or a zip of their folders.",
        )


def _check_rate(store: HandInsStore, upload: Upload, limits: UploadLimits) -> None:
    lately = store.received_since(upload.assignment, upload.person, upload.at - _HOUR)
    if len(lately) >= limits.per_hour:
        wait = lately[-limits.per_hour] + _HOUR - upload.at
        raise SubmissionError(
            f"you handed in {counted(len(lately), 'time')} within the last hour, which is the most",
            fix=f"You can hand in again in {length(int(wait.total_seconds()) + 1)}.",
        )


def _digest(names: Sequence[HandedName]) -> str:
    """Of names and contents, in the order of the names."""
    whole = hashlib.sha256()
    for file in sorted(names, key=lambda one: (one.name, one.digest)):
        whole.update(f"{len(file.name.encode())} {file.name} {file.digest}\n".encode())
    return whole.hexdigest()
