"""The code reports of a class in a database: a keeper, as `grader.batch.keeper` asks for."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from grader.course_secret import new_secret
from grader.records import (
    GradingRun,
    Report,
    ReportVersion,
    is_new_version,
    report_from_json,
    run_from_json,
    to_json,
)
from grader.store.database import open_database, reading, writing
from grader.store.tables import code_classes, grade_decisions, reports


class ReportsStore:
    """The reports of one class. What a method wrote survives any crash after it."""

    def __init__(self, engine: Engine, code_class: int) -> None:
        self._engine = engine
        self._class = code_class

    @property
    def class_id(self) -> int:
        """The number of the class in this database."""
        return self._class

    def close(self) -> None:
        self._engine.dispose()

    def stamp(self) -> tuple[object, ...]:
        """What changes whenever a report or a decision of the class is kept."""
        of_reports = select(func.max(reports.c.id), func.max(reports.c.made_at)).where(
            reports.c.code_class == self._class
        )
        of_decisions = select(func.count()).where(grade_decisions.c.code_class == self._class)
        with reading(self._engine) as connection:
            newest = connection.execute(of_reports).one()
            return (*newest, connection.scalar(of_decisions))

    def secret(self) -> str:
        query = select(code_classes.c.secret).where(code_classes.c.id == self._class)
        with reading(self._engine) as connection:
            return str(connection.scalar(query))

    def newest(self) -> Mapping[str, Report]:
        return self._newest(reports.c.for_student)

    def newest_for_staff(self) -> Mapping[str, Report]:
        """The same reports, with what only staff may see."""
        return self._newest(reports.c.report)

    def _newest(self, column: Column[Any]) -> Mapping[str, Report]:
        last = select(func.max(reports.c.id)).where(reports.c.code_class == self._class)
        query = select(column).where(reports.c.id.in_(last.group_by(reports.c.submission)))
        with reading(self._engine) as connection:
            found = [report_from_json(text.encode()) for text in connection.scalars(query)]
        return {report.submission: report for report in found}

    def keep(self, report: Report, for_student: Report, *, at: datetime) -> None:
        with writing(self._engine) as connection:
            self._keep(connection, report, for_student, at)

    def keep_attempt(
        self, connection: Connection, report: Report, for_student: Report, *, at: datetime
    ) -> None:
        """Keep a report within a transaction of the caller's, in the order of handing in.

        Where a later attempt has its report already, that one counts as before.
        """
        self._keep(connection, report, for_student, at)
        rows = connection.execute(self._of(report.submission).order_by(reports.c.id)).all()
        made = [(report_from_json(row.report.encode()), row) for row in rows]
        timed = [(one.handed_in_at, row) for one, row in made if one.handed_in_at is not None]
        newest = max(timed, key=lambda pair: (pair[0], pair[1].id), default=None)
        if newest is None or report.handed_in_at is None or newest[0] <= report.handed_in_at:
            return
        again = report_from_json(newest[1].report.encode())
        twin = report_from_json(newest[1].for_student.encode())
        self._keep(connection, again, twin, newest[1].made_at)

    def _keep(
        self, connection: Connection, report: Report, for_student: Report, at: datetime
    ) -> None:
        values = {
            "made_at": at,
            "report": to_json(report).decode(),
            "for_student": to_json(for_student).decode(),
        }
        names = {"code_class": self._class, "submission": report.submission}
        # two programs that keep reports of one class do it one after the other
        locked = select(code_classes.c.id).where(code_classes.c.id == self._class)
        connection.execute(locked.with_for_update())
        query = self._of(report.submission).order_by(reports.c.id.desc()).limit(1)
        row = connection.execute(query).first()
        before = report_from_json(row.for_student.encode()) if row else None
        if row is None or is_new_version(before, for_student):
            connection.execute(insert(reports).values(names | values))
        else:
            connection.execute(update(reports).where(reports.c.id == row.id).values(values))

    def versions(self, submission: str) -> tuple[ReportVersion, ...]:
        with reading(self._engine) as connection:
            rows = connection.execute(self._of(submission).order_by(reports.c.id)).all()
        return tuple(
            ReportVersion(
                report=report_from_json(row.report.encode()),
                for_student=report_from_json(row.for_student.encode()),
                made_at=row.made_at,
            )
            for row in rows
        )

    def entries(self) -> Sequence[str]:
        columns = grade_decisions.c
        query = select(columns.entry).where(columns.code_class == self._class)
        with reading(self._engine) as connection:
            return list(connection.scalars(query.order_by(columns.id)))

    def add(self, entries: Sequence[str]) -> None:
        if not entries:
            return
        rows = [{"code_class": self._class, "entry": entry} for entry in entries]
        with writing(self._engine) as connection:
            connection.execute(insert(grade_decisions), rows)

    def begin_run(self, run: GradingRun) -> None:
        """Nothing has to be set aside: rows that no run names any more are in nobody's way."""
        self.end_run(run)

    def end_run(self, run: GradingRun) -> None:
        statement = update(code_classes).where(code_classes.c.id == self._class)
        with writing(self._engine) as connection:
            connection.execute(statement.values(last_run=to_json(run).decode()))

    def last_run(self) -> GradingRun | None:
        query = select(code_classes.c.last_run).where(code_classes.c.id == self._class)
        with reading(self._engine) as connection:
            text = connection.scalar(query)
        return run_from_json(text.encode()) if text else None

    def _of(self, submission: str) -> Select[Any]:
        columns = reports.c
        return select(columns.id, columns.made_at, columns.report, columns.for_student).where(
            columns.code_class == self._class, columns.submission == submission
        )


@contextmanager
def open_reports(where: str | Path, *, course: str, assignment: str) -> Iterator[ReportsStore]:
    """The reports of a class on an assignment, which is entered when it is first named.

    Args:
        where: the path of an SQLite file, or a database URL.

    Raises:
        StoreError: see `database.open_database`.
    """
    store = reports_of(open_database(where), course=course, assignment=assignment)
    try:
        yield store
    finally:
        store.close()


def reports_of(engine: Engine, *, course: str, assignment: str) -> ReportsStore:
    """The reports of a class in an open database, which is entered when it is first named."""
    names = {"course": course, "assignment": assignment}
    with reading(engine) as connection:
        known = _known_class(connection, names)
    if known is None:
        with writing(engine) as connection:
            try:
                with connection.begin_nested():
                    secret = new_secret()
                    connection.execute(insert(code_classes).values(names | {"secret": secret}))
            except IntegrityError:
                pass  # it is there already
            known = _known_class(connection, names)
    assert known is not None
    return ReportsStore(engine, known)


def _known_class(connection: Connection, names: Mapping[str, str]) -> int | None:
    query = select(code_classes.c.id).where(
        code_classes.c.course == names["course"], code_classes.c.assignment == names["assignment"]
    )
    return connection.scalars(query).one_or_none()
