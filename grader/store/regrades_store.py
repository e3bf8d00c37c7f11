"""Regrades of the classes of a course: what is graded again, and what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, Row, Select, insert, select, update

from grader.store.audit_store import AuditEntry, add_entry
from grader.store.database import reading, writing
from grader.store.jobs_store import NewJob, add_job
from grader.store.reports_store import ReportsStore, reports_of
from grader.store.staff_tables import regrades
from grader.store.tables import code_classes

RegradeState = Literal["begun", "published", "dropped", "taken back"]
BEHIND_STUDENTS = 100  # priority: what a student waits for comes first


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRegrade:
    """A regrade of a class; `of` are the ids of the hand-ins that are graded again."""

    id: int
    assignment: str
    begun_at: datetime
    by: str
    reason: str
    of: tuple[int, ...]
    state: RegradeState
    ended_at: datetime | None
    places: Mapping[str, tuple[int, int]]  # what publishing did


class RegradesStore:
    """The regrades of one course. Their reports are those of classes of their own."""

    def __init__(self, engine: Engine, course: str) -> None:
        self._engine, self._course = engine, course

    def begin(
        self, assignment: str, hand_ins: Sequence[int], *, reason: str, entry: AuditEntry
    ) -> tuple[int, int]:
        """Put hand-ins into the queue once more, behind all that students wait for.

        Returns:
            The id of the regrade and that of the log's entry.
        """
        kept = reports_of(self._engine, course=self._course, assignment=assignment)
        values = {
            "code_class": kept.class_id,
            "trial": kept.class_id,  # until the class of its own has a name
            "begun_at": entry.at,
            "by": entry.who,
            "reason": reason,
            "of": list(hand_ins),
            "state": "begun",
        }
        with writing(self._engine) as connection:
            statement = insert(regrades).values(values).returning(regrades.c.id)
            made = int(connection.execute(statement).scalar_one())
            name = trial_name(made, assignment)
            trial = {"course": self._course, "assignment": name, "secret": kept.secret()}
            own = connection.scalar(insert(code_classes).values(trial).returning(code_classes.c.id))
            connection.execute(update(regrades).where(regrades.c.id == made).values(trial=own))
            for hand_in in hand_ins:
                job = NewJob(
                    key=regrade_key(made, hand_in),
                    course=self._course,
                    priority=BEHIND_STUDENTS,
                    payload={"kind": "regrade", "hand_in": hand_in, "class": name},
                )
                add_job(connection, job, at=entry.at)
            return made, add_entry(connection, self._course, entry)

    def all_of(self, assignment: str) -> tuple[StoredRegrade, ...]:
        """The regrades of an assignment, the newest first."""
        query = self._query().where(code_classes.c.assignment == assignment)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(regrades.c.id.desc())).all()
        return tuple(map(_regrade, rows))

    def regrade(self, assignment: str, id_: int) -> StoredRegrade | None:
        return next((one for one in self.all_of(assignment) if one.id == id_), None)

    def trial(self, regrade: StoredRegrade) -> ReportsStore:
        """Where the reports of a regrade are until it is published, and stay."""
        name = trial_name(regrade.id, regrade.assignment)
        return reports_of(self._engine, course=self._course, assignment=name)

    def end(
        self,
        regrade: StoredRegrade,
        state: RegradeState,
        *,
        entry: AuditEntry,
        places: Mapping[str, tuple[int, int]] | None = None,
    ) -> int:
        """Keep what became of a regrade; the id of the log's entry."""
        values: dict[str, Any] = {"state": state, "ended_at": entry.at}
        if places is not None:
            values["places"] = {name: list(pair) for name, pair in places.items()}
        with writing(self._engine) as connection:
            connection.execute(update(regrades).where(regrades.c.id == regrade.id).values(values))
            return add_entry(connection, self._course, entry)

    def _query(self) -> Select[Any]:
        joined = regrades.join(code_classes, regrades.c.code_class == code_classes.c.id)
        query = select(regrades, code_classes.c.assignment).select_from(joined)
        return query.where(code_classes.c.course == self._course)


def trial_name(regrade: int, assignment: str) -> str:
    """What the class of a regrade is called; no assignment can have such an id."""
    return f"regrade {regrade} of {assignment}"


def regrade_key(regrade: int, hand_in: int) -> str:
    """What the job that grades a hand-in again is known by in the queue."""
    return f"regrade {regrade} {hand_in}"


def _regrade(row: Row[Any]) -> StoredRegrade:
    return StoredRegrade(
        id=row.id,
        assignment=row.assignment,
        begun_at=row.begun_at,
        by=row.by,
        reason=row.reason,
        of=tuple(row.of),
        state=row.state,
        ended_at=row.ended_at,
        places={name: (pair[0], pair[1]) for name, pair in (row.places or {}).items()},
    )
