"""What crosses between a client and a worker: our own bytes, which can name no code.

Dask would pickle what it is given. These bytes are read into the types below and nothing else.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from grader.batch.executors.contract import GradingJob
from grader.errors import CourseError, GraderError, GraderFault
from grader.records import Report, Submission
from grader.settings import Feedback, graded_files

_Text = bytes  # UTF-8 with halves of surrogate pairs, which a source in UTF-7 can hold


class SentJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job with the files of its assignment: sent once to each worker."""

    folder: str  # the name of the assignment's folder
    files: dict[str, bytes]
    secret: str
    require_level: str
    with_torch: bool
    diagnose_hidden: bool
    sandbox: str
    feedback: Feedback
    cost: bool


class Greeting(msgspec.Struct, frozen=True, kw_only=True):
    """The first thing that a worker is told."""

    token: str  # what it is called from now on: another process at its address knows another
    place: int  # among the workers of its machine, from 0
    n_places: int


class WorkerHello(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is, and whether it can grade."""

    facts: dict[str, str]
    level: str = ""
    weak_level: bool = False  # it does not reach the isolation level; the fault says more
    fault: "SentFault | None" = None


class _SentSubmission(msgspec.Struct, frozen=True, array_like=True):
    name: _Text
    cells: tuple[tuple[_Text, _Text], ...]
    modules: tuple[tuple[_Text, _Text], ...]
    digest: str
    notes: tuple[_Text, ...]
    handed_in_at: datetime | None
    marked_late: bool


class _SentChunk(msgspec.Struct, frozen=True, array_like=True):
    token: str
    submissions: tuple[_SentSubmission, ...]


class SentFault(msgspec.Struct, frozen=True, kw_only=True):
    """An error that a worker met."""

    problem: str
    at: str
    fix: str
    of_course: bool

    def as_error(self, machine: str) -> GraderError:
        """The same error, with the machine that met it."""
        at = f"{machine}: {self.at}" if self.at else machine
        kind = CourseError if self.of_course else GraderFault
        return kind(self.problem, at=at, fix=self.fix)


class Graded(msgspec.Struct, frozen=True, kw_only=True, tag="graded"):
    """What came of a chunk: the reports in the order of its submissions.

    With a fault, that of the next submission is missing because of it, and the others were not
    begun.
    """

    reports: tuple[Report, ...]
    seconds: float
    fault: SentFault | None = None


class NotGreeted(msgspec.Struct, frozen=True, tag="not greeted"):
    """The worker that a chunk was for has ended, and another one has its address."""


Reply = Graded | NotGreeted


def fault_of(error: Exception) -> SentFault:
    """Any error as it is sent; a bug of ours by the name of its class."""
    if isinstance(error, GraderError):
        of_course = isinstance(error, CourseError)
        return SentFault(problem=error.problem, at=error.at, fix=error.fix, of_course=of_course)
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return SentFault(problem=f"it cannot grade ({said})", at="", fix="", of_course=False)


def job_bytes(job: GradingJob) -> bytes:
    """A job with the files of its assignment."""
    folder = job.assignment
    return msgspec.msgpack.encode(
        SentJob(
            folder=folder.resolve().name,
            files={p.relative_to(folder).as_posix(): p.read_bytes() for p in graded_files(folder)},
            secret=job.secret,
            require_level=job.require_level,
            with_torch=job.with_torch,
            diagnose_hidden=job.diagnose_hidden,
            sandbox=job.sandbox,
            feedback=job.feedback,
            cost=job.cost,
        )
    )


@contextmanager
def unpacked_job(data: bytes, below: Path) -> Iterator[GradingJob]:
    """The job that was sent, with its assignment in a folder that only this user can read.

    Raises:
        OSError: it cannot be written.
    """
    sent = msgspec.msgpack.decode(data, type=SentJob)
    below.mkdir(parents=True, exist_ok=True)
    top = Path(tempfile.mkdtemp(prefix="grader-job-", dir=below))
    try:
        for name, content in sent.files.items():
            path = top / sent.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield GradingJob(
            assignment=top / sent.folder,
            secret=sent.secret,
            require_level=sent.require_level,
            with_torch=sent.with_torch,
            diagnose_hidden=sent.diagnose_hidden,
            sandbox=sent.sandbox,
            feedback=sent.feedback,
            cost=sent.cost,
        )
    finally:
        shutil.rmtree(top, ignore_errors=True)


def chunk_bytes(token: str, submissions: Iterable[Submission]) -> bytes:
    """Submissions for the worker that is called by this token."""
    return msgspec.msgpack.encode(_SentChunk(token, tuple(map(_sent, submissions))))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Submissions that a worker grades in one go."""

    token: str
    submissions: Sequence[Submission]


def chunk_from(data: bytes) -> Chunk:
    """The inverse of `chunk_bytes`."""
    sent = msgspec.msgpack.decode(data, type=_SentChunk)
    return Chunk(sent.token, [*map(_received, sent.submissions)])


def reply_from(data: bytes) -> Reply:
    """What a worker said of a chunk."""
    reply: Reply = msgspec.msgpack.decode(data, type=Reply)
    return reply


def hello_from(data: bytes) -> WorkerHello:
    """What a worker said of itself."""
    return msgspec.msgpack.decode(data, type=WorkerHello)


def as_bytes(said: Reply | WorkerHello | Greeting) -> bytes:
    """A message; each has a function above that reads it."""
    return msgspec.msgpack.encode(said)


def _sent(one: Submission) -> _SentSubmission:
    return _SentSubmission(
        _encoded(one.name),
        tuple((_encoded(shown), _encoded(source)) for shown, source in one.cells),
        tuple((_encoded(path), _encoded(source)) for path, source in one.modules.items()),
        one.digest,
        tuple(map(_encoded, one.notes)),
        one.handed_in_at,
        one.marked_late,
    )


def _received(sent: _SentSubmission) -> Submission:
    return Submission(
        name=_decoded(sent.name),
        cells=tuple((_decoded(shown), _decoded(source)) for shown, source in sent.cells),
        modules={_decoded(path): _decoded(source) for path, source in sent.modules},
        digest=sent.digest,
        notes=tuple(map(_decoded, sent.notes)),
        handed_in_at=sent.handed_in_at,
        marked_late=sent.marked_late,
    )


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
