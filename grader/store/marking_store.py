"""The marks of the finished attempts of a store, and what people decide about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select, update

from grader.store.database import open_database
from grader.store.quiz_store import QuizStore
from grader.store.tables import attempts, decisions, earlier_marks

_REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class EarlierMarks:
    """Marks that were replaced."""

    attempt: int
    replaced_at: datetime
    reason: str
    marks: str


class MarkingStore(QuizStore):
    """A keeper of marks, as `marking.class_marks` asks for. A sheet is a finished attempt."""

    def records(self) -> Mapping[str, str]:
        query = (
            select(attempts.c.id, attempts.c.marks)
            .where(attempts.c.finished_at.is_not(None), attempts.c.marks.is_not(None))
            .order_by(attempts.c.id)
        )
        with self._reading() as connection:
            return {f"attempt {row.id}": row.marks for row in connection.execute(query)}

    def entries(self) -> Sequence[str]:
        query = select(decisions.c.entry).order_by(decisions.c.id)
        with self._reading() as connection:
            return list(connection.scalars(query))

    def add(self, entries: Sequence[str]) -> None:
        if not entries:
            return
        with self._transaction() as connection:
            connection.execute(insert(decisions), [{"entry": entry} for entry in entries])

    def replace(self, records: Mapping[str, str], *, reason: str, at: datetime) -> None:
        with self._transaction() as connection:
            for name, marks in records.items():
                key = int(name.removeprefix("attempt "))
                query = select(attempts.c.marks).where(attempts.c.id == key)
                old = connection.scalar(query.with_for_update())
                if old == marks:
                    continue
                values = {"attempt": key, "replaced_at": at, "marks": old}
                connection.execute(
                    insert(earlier_marks).values(values | {"reason": reason[:_REASON_LENGTH]})
                )
                connection.execute(update(attempts).where(attempts.c.id == key).values(marks=marks))

    def earlier(self) -> tuple[EarlierMarks, ...]:
        """The marks that were replaced, oldest first."""
        columns = earlier_marks.c
        query = select(columns.attempt, columns.replaced_at, columns.reason, columns.marks)
        with self._reading() as connection:
            return tuple(
                EarlierMarks(*row) for row in connection.execute(query.order_by(columns.id))
            )


def open_marking_store(where: str | Path) -> MarkingStore:
    """Open a store for marking, by the path of an SQLite file or by database URL.

    Raises:
        StoreError: see `quiz_store.open_store`.
    """
    return MarkingStore(open_database(where))
