"""The store of a course site, opened once: one database, and the stores of its rooms."""

from pathlib import Path

from sqlalchemy import Engine

from grader.store.accounts_store import AccountsStore
from grader.store.database import open_database


class SiteStore:
    """An open database for one course; threads may share it.

    Attributes:
        where: the path or URL that it was opened by.
        course: the key of the course.
    """

    def __init__(self, engine: Engine, *, where: str, course: str) -> None:
        self.engine, self.where, self.course = engine, where, course

    @property
    def accounts(self) -> AccountsStore:
        return AccountsStore(self.engine, self.course)

    def close(self) -> None:
        self.engine.dispose()


def open_site_store(where: str | Path, *, course: str) -> SiteStore:
    """Open the store of a site.

    Raises:
        StoreError: see `database.open_database`.
    """
    return SiteStore(open_database(where), where=str(where), course=course)
