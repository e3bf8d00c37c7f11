"""The keys of edited questions, run on the reference in a process of their own.

Running a key takes torch and seconds, and may go wrong in ways that no site should; so a worker
runs the command that everybody else uses, with a limit of time. The text waits in the queue with
the job: it may be one that nobody has saved.
"""

import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from grader.staff.apart import Beat, run_apart
from grader.staff.computing import Computation, Computed, job_key
from grader.staff.quiz_editing import EditableFiles, files_of_course, text_digest, trial_of
from grader.store.jobs_store import FOR_STAFF, NewJob, StoredJob
from grader.store.site_store import SiteStore
from grader.text import clean

KIND = "keys"  # of the job
_SECONDS = 180
_LONGEST = 20_000  # characters of what is shown
_COMMAND = "import os, sys; os.nice(10); from grader.cli import main; sys.exit(main())"


class KeyCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying the keys of a text said."""

    holds: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedKeyCheck:
    """A text whose keys are to be verified, or were.

    Attributes:
        opened: the digest of what its file held when the text was begun.
        check: what came of it; None while it is computed, or where that failed.
    """

    job: StoredJob
    text: str
    opened: str
    check: KeyCheck | None


def ask_key_check(store: SiteStore, file: str, *, text: str, opened: str, at: datetime) -> None:
    """Have the keys of a text verified; what waits for that or is being verified stays as it is.

    Args:
        file: the file that the text is for, in the folder of questions.
        opened: the digest of what it held when the text was begun.
    """
    job = NewJob(
        key=_key(store, file, text_digest(text)),
        course=store.course,
        priority=FOR_STAFF,
        payload={"kind": KIND, "file": file, "text": text, "opened": opened},
    )
    store.jobs.add(job, at=at)


def asked_key_check(store: SiteStore, file: str, digest: str) -> AskedKeyCheck | None:
    """What became of the text with this digest; None if nobody has asked."""
    job = store.jobs.job(_key(store, file, digest))
    if job is None:
        return None
    payload: dict[str, Any] = dict(job.payload)
    is_done = job.state == "done"
    return AskedKeyCheck(
        job=job,
        text=payload["text"],
        opened=payload["opened"],
        check=msgspec.json.decode(job.result, type=KeyCheck) if is_done else None,
    )


def verifying(folder: Path) -> Computation:
    """How a worker verifies the keys of a text.

    Args:
        folder: that of the course.
    """

    def verify(job: StoredJob, beat: Beat) -> Computed:
        files = files_of_course(folder)
        path = files.named("questions", str(job.payload["file"]))
        check = check_keys(files, path.name, text=str(job.payload["text"]), beat=beat)
        return Computed(result=msgspec.json.encode(check).decode())

    return verify


def check_keys(files: EditableFiles, file: str, *, text: str, beat: Beat) -> KeyCheck:
    """Verify the keys of questions as they would be with this text; the file stays as it is."""
    with trial_of(files, files.questions / file, text) as place:
        command = [sys.executable, "-c", _COMMAND, "quiz", "verify", str(place.parent)]
        command += ["--topic", place.stem]
        ran = run_apart(command, seconds=_SECONDS, beat=beat)
        if ran is None:
            said = f"Not through after {_SECONDS} seconds. Verify it with `grader quiz verify`."
            return KeyCheck(holds=False, said=said)
        said = (ran.out + ran.err).decode(errors="replace").replace(f"{place.parent}/", "")
        return KeyCheck(holds=ran.exit_code == 0, said=clean(said.strip(), _LONGEST))


def _key(store: SiteStore, file: str, digest: str) -> str:
    return job_key(KIND, store.course, file, digest)
