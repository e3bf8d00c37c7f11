"""The store of a course site, opened once: one database, and the stores of its rooms."""

from pathlib import Path

from sqlalchemy import Engine

from grader.store.accounts_store import AccountsStore
from grader.store.audit_store import AuditStore
from grader.store.database import let_readers_go_on, open_database
from grader.store.hand_ins_store import HandInsStore
from grader.store.jobs_store import JobsStore
from grader.store.marking_store import MarkingStore
from grader.store.names_store import NamesStore
from grader.store.quiz_store import QuizStore
from grader.store.regrades_store import RegradesStore
from grader.store.releases_store import ReleasesStore
from grader.store.reports_store import ReportsStore, reports_of
from grader.store.roster_store import RosterStore
from grader.store.staff_files_store import StaffFilesStore
from grader.store.texts_store import TextsStore


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

    @property
    def quizzes(self) -> QuizStore:
        return QuizStore(self.engine)

    @property
    def audit(self) -> AuditStore:
        return AuditStore(self.engine, self.course)

    @property
    def releases(self) -> ReleasesStore:
        return ReleasesStore(self.engine, self.course)

    @property
    def rosters(self) -> RosterStore:
        return RosterStore(self.engine, self.course)

    @property
    def staff_files(self) -> StaffFilesStore:
        return StaffFilesStore(self.engine, self.course)

    @property
    def texts(self) -> TextsStore:
        return TextsStore(self.engine, self.course)

    @property
    def regrades(self) -> RegradesStore:
        return RegradesStore(self.engine, self.course)

    @property
    def names(self) -> NamesStore:
        return NamesStore(self.engine, self.course)

    @property
    def hand_ins(self) -> HandInsStore:
        return HandInsStore(self.engine, self.course)

    @property
    def jobs(self) -> JobsStore:
        return JobsStore(self.engine, self.course)

    @property
    def marking(self) -> MarkingStore:
        return MarkingStore(self.engine)

    def reports(self, assignment: str) -> ReportsStore:
        """The reports of the course on an assignment."""
        return reports_of(self.engine, course=self.course, assignment=assignment)

    def close(self) -> None:
        self.engine.dispose()


def open_site_store(where: str | Path, *, course: str, stays_open: bool = False) -> SiteStore:
    """Open the store of a site.

    Args:
        stays_open: see `database.open_database`; for the web process.

    Raises:
        StoreError: see `database.open_database`.
    """
    engine = open_database(where, stays_open=stays_open)
    let_readers_go_on(engine)
    return SiteStore(engine, where=str(where), course=course)
