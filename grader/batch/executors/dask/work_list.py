"""Which submissions a worker grades next, and what is tried again; knows nothing of Dask.

Chunks of about half a second cost next to nothing on the way. When a worker ends, it is not known
which of the submissions that it had ended it: each of them is tried again alone. Only one that is
alone when its worker ends has a strike, and only the third is the end. Elsewhere it is tried
first, so that one sick machine strikes nobody twice.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from grader.batch.executors.contract import Aborted, GaveUp
from grader.records import Submission

STRIKES = 3
WINDOW = 2  # chunks that a worker has at a time, so that it never waits for the next one
_CHUNK_SECONDS = 0.5
_LARGEST_CHUNK = 64
_CHUNK_CHARACTERS = 1_000_000
_FAULTS = 3  # of so many submissions in a row: it is the machine


@dataclass(slots=True, eq=False)
class Task:
    """A submission on its way to an outcome."""

    submission: Submission
    strikes: int = 0
    failed_on: set[str] = field(default_factory=set)  # machines
    is_aborted: bool = False


@dataclass(slots=True, eq=False)
class TaskChunk:
    """Tasks that one worker has got."""

    tasks: Sequence[Task]
    is_alone: bool


@dataclass(slots=True, eq=False)
class Seat:
    """A worker as the list knows it."""

    machine: str
    chunks: list[TaskChunk] = field(default_factory=list)
    pace: float = float("inf")  # seconds for a submission; unknown: the first comes alone
    failed: set[str] = field(default_factory=set)  # submissions in a row that it could not grade

    @property
    def is_sick(self) -> bool:
        return len(self.failed) >= _FAULTS


class WorkList:
    """The submissions of a run. They are drawn as they are needed.

    Not for two threads at once.
    """

    def __init__(self, submissions: Iterable[Submission]) -> None:
        self._source: Iterator[Task] = map(Task, submissions)
        self._again: deque[Task] = deque()  # drawn, and ended without any fault of their own
        self._alone: deque[Task] = deque()
        self._given = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing waits and nothing is being graded."""
        return not self._given and not self._alone and not self._has_more()

    def next_chunk(self, seat: Seat, machines: Collection[str]) -> TaskChunk | None:
        """What a worker shall grade next; None: nothing now.

        Args:
            machines: that have a worker at the moment.
        """
        if len(seat.chunks) >= WINDOW or any(chunk.is_alone for chunk in seat.chunks):
            return None
        if self._alone:
            if seat.chunks:
                return None  # it becomes free for one alone
            if (task := self._alone_for(seat, machines)) is not None:
                return self._give(seat, [task], is_alone=True)
        tasks = self._ordinary(seat)
        return self._give(seat, tasks, is_alone=False) if tasks else None

    def graded(self, seat: Seat, chunk: TaskChunk, *, n: int, seconds: float) -> None:
        """The first n of a chunk have their reports; the rest is to be told of by `faulty`."""
        if n:
            now = seconds / n
            seat.pace = now if seat.pace == float("inf") else (seat.pace + now) / 2
            seat.failed.clear()
        if n == len(chunk.tasks):
            self._take(seat, chunk)

    def faulty(self, seat: Seat, chunk: TaskChunk, *, n: int, reason: str) -> Iterator[GaveUp]:
        """The first n of a chunk were graded, the next one met a fault, the rest was not begun."""
        self._take(seat, chunk)
        suspect, *rest = chunk.tasks[n:]
        self._again.extendleft(reversed(rest))
        seat.failed.add(suspect.submission.name)
        yield from self._struck(suspect, seat.machine, reason)

    def failed(self, seat: Seat, chunk: TaskChunk, reason: str) -> Iterator[GaveUp]:
        """A chunk has no reply, and nobody knows which of its submissions was the cause."""
        self._take(seat, chunk)
        if chunk.is_alone:
            seat.failed.add(chunk.tasks[0].submission.name)
            yield from self._struck(chunk.tasks[0], seat.machine, reason)
        else:
            self._alone.extend(chunk.tasks)

    def lost(self, seat: Seat, reason: str) -> Iterator[GaveUp]:
        """A worker has ended with all that it had."""
        for chunk in [*seat.chunks]:
            yield from self.failed(seat, chunk, reason)

    def abort(self, name: str) -> bool:
        """Whether one of this name waits; it will be among `aborted`."""
        self._draw_all()
        found = [t for t in (*self._again, *self._alone) if t.submission.name == name]
        for task in found:
            task.is_aborted = True
        return bool(found)

    def aborted(self) -> list[Aborted]:
        """Those that wait and were aborted; they wait no longer."""
        found = []
        for waiting in (self._again, self._alone):
            for task in [task for task in waiting if task.is_aborted]:
                waiting.remove(task)
                found.append(Aborted(task.submission))
        return found

    def _struck(self, task: Task, machine: str, reason: str) -> Iterator[GaveUp]:
        task.strikes += 1
        task.failed_on.add(machine)
        if task.strikes < STRIKES or task.is_aborted:
            self._alone.append(task)
        else:
            yield GaveUp(task.submission, f"{reason}, {STRIKES} times")

    def _alone_for(self, seat: Seat, machines: Collection[str]) -> Task | None:
        """One that failed on no such machine, or on every one that there is."""
        for task in self._alone:
            if seat.machine not in task.failed_on or task.failed_on.issuperset(machines):
                self._alone.remove(task)
                return task
        return None

    def _ordinary(self, seat: Seat) -> list[Task]:
        """As many as take about half a second there, and are not too much to send."""
        wanted = max(1, min(_LARGEST_CHUNK, round(_CHUNK_SECONDS / seat.pace)))
        tasks: list[Task] = []
        characters = 0
        while len(tasks) < wanted and characters < _CHUNK_CHARACTERS and self._has_more():
            tasks.append(self._again.popleft())
            characters += _characters(tasks[-1].submission)
        return tasks

    def _has_more(self) -> bool:
        if not self._again:
            self._again.extend(islice(self._source, 1))
        return bool(self._again)

    def _draw_all(self) -> None:
        self._again.extend(self._source)

    def _give(self, seat: Seat, tasks: Sequence[Task], *, is_alone: bool) -> TaskChunk:
        chunk = TaskChunk(tasks, is_alone)
        seat.chunks.append(chunk)
        self._given += 1
        return chunk

    def _take(self, seat: Seat, chunk: TaskChunk) -> None:
        seat.chunks.remove(chunk)
        self._given -= 1


def _characters(one: Submission) -> int:
    return sum(len(source) for _, source in one.cells) + sum(map(len, one.modules.values()))
