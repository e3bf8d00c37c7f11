"""Which sessions of staff show names: kept here, since it is to be known who has seen them."""

from sqlalchemy import Engine, insert, select, update

from grader.store.audit_store import AuditEntry, add_entry
from grader.store.database import reading, writing
from grader.store.staff_tables import shown_names


class NamesStore:
    """What sessions of a course have said about names."""

    def __init__(self, engine: Engine, course: str) -> None:
        self._engine = engine
        self._course = course

    def are_shown(self, session: int) -> bool | None:
        """None if the session has said nothing."""
        query = select(shown_names.c.is_shown).where(shown_names.c.session == session)
        with reading(self._engine) as connection:
            found: bool | None = connection.scalar(query)
        return found

    def show(self, session: int, *, is_shown: bool, entry: AuditEntry) -> int:
        """Show names to a session from now on, or no longer; the id of the log's entry."""
        statement = update(shown_names).where(shown_names.c.session == session)
        values = {"is_shown": is_shown}
        with writing(self._engine) as connection:
            if connection.execute(statement.values(values)).rowcount == 0:
                connection.execute(insert(shown_names).values(values | {"session": session}))
            return add_entry(connection, self._course, entry)
