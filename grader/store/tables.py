"""All tables. A change of them is a step at the end of `STEPS`, which brings older stores along."""

from collections.abc import Callable

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    text,
    update,
)

from grader.store.columns import UtcDateTime, metadata
from grader.store.lti_tables import LTI_TABLES
from grader.store.site_tables import SITE_TABLES
from grader.store.staff_tables import STAFF_TABLES

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

# The row with an empty key is no course: that of practice, and of a quiz without a `course.yaml`.
courses = Table(
    "courses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
)

# Of what a quiz was when an attempt last began, as much as tells it from another of its name.
quizzes = Table(
    "quizzes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", ForeignKey("courses.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("is_practice", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("questions", JSON, nullable=False),  # the digest of each by its id
    Index("quizzes_names", "course", "name", "is_practice", unique=True),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("topic", String(200), nullable=False),  # the name of the quiz when the attempt began
    Column("topic_digest", String(64), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("marks", Text),
    Column("number", Integer, nullable=False, server_default=text("0")),
    # SQLite adds no column that must not be empty and refers to a table. Without a quiz is an
    # attempt of version 2 or before that nobody has claimed yet: only its topic is known.
    Column("person", ForeignKey("people.id"), index=True),
    Column("quiz", ForeignKey("quizzes.id")),
    # two programs that begin an attempt at the same moment begin one
    Index("attempts_numbers", "quiz", "person", "number", unique=True),
)

# Rows are only added: an answer that is changed leaves the earlier one to be seen. Only a text that
# is saved as it is typed takes the place of what was saved of it a moment before.
answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("attempt", ForeignKey("attempts.id"), nullable=False, index=True),
    Column("item", String(200), nullable=False),
    Column("response", JSON, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
)

# Texts that are being written: at most one a question, gone when the answer is given.
drafts = Table(
    "drafts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("attempt", ForeignKey("attempts.id"), nullable=False),
    Column("item", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Index("drafts_items", "attempt", "item", unique=True),
)

# Rows are only added. A row is one line of JSON, which `grader.quiz.marking.decisions` reads.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry", Text, nullable=False),
)

# The marks that an attempt had until `replaced_at`.
earlier_marks = Table(
    "earlier_marks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("attempt", ForeignKey("attempts.id"), nullable=False, index=True),
    Column("replaced_at", UtcDateTime, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("marks", Text, nullable=False),
)

# A class on one assignment, whose code reports are kept. The course is named as in course.yaml.
code_classes = Table(
    "code_classes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", String(200), nullable=False),
    Column("assignment", String(200), nullable=False),
    Column("secret", String(200), nullable=False),
    Column("last_run", Text),
    # two programs that open a class at the same moment open one
    Index("code_classes_names", "course", "assignment", unique=True),
)

# A row is one grading of a submission; the last one counts, and earlier ones stay as they are.
reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code_class", ForeignKey("code_classes.id"), nullable=False),
    Column("submission", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("report", Text, nullable=False),
    Column("for_student", Text, nullable=False),
    Index("reports_submissions", "code_class", "submission"),
)

# Rows are only added. A row is one line of JSON, which `grader.batch.grade_decisions` reads.
grade_decisions = Table(
    "grade_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code_class", ForeignKey("code_classes.id"), nullable=False, index=True),
    Column("entry", Text, nullable=False),
)


def _number_attempts(connection: Connection) -> None:
    """Version 2: attempts of a student at a quiz have numbers, from 1."""
    for statement in (
        "ALTER TABLE attempts ADD COLUMN number INTEGER DEFAULT 0 NOT NULL",
        "UPDATE attempts SET number = (SELECT count(*) FROM attempts AS earlier"
        " WHERE earlier.student = attempts.student AND earlier.topic = attempts.topic"
        " AND earlier.id <= attempts.id)",
        "CREATE UNIQUE INDEX attempts_numbers ON attempts (student, topic, number)",
    ):
        connection.execute(text(statement))


def _name_quizzes_and_people(connection: Connection) -> None:
    """Version 3: attempts refer to a person and to a quiz, which has a name within its course."""
    # the last two were made by whoever marked first
    new = [courses, people, quizzes, decisions, earlier_marks]
    metadata.create_all(connection, tables=new)
    for statement in (
        "ALTER TABLE attempts ADD COLUMN person INTEGER REFERENCES people (id)",
        "ALTER TABLE attempts ADD COLUMN quiz INTEGER REFERENCES quizzes (id)",
        "INSERT INTO people (name) SELECT DISTINCT student FROM attempts ORDER BY student",
        "UPDATE attempts SET person ="
        " (SELECT people.id FROM people WHERE people.name = attempts.student)",
        "DROP INDEX attempts_numbers",
        "DROP INDEX ix_attempts_student",
        "ALTER TABLE attempts DROP COLUMN student",
        "CREATE UNIQUE INDEX attempts_numbers ON attempts (quiz, person, number)",
        "CREATE INDEX ix_attempts_person ON attempts (person)",
    ):
        connection.execute(text(statement))


def _keep_reports(connection: Connection) -> None:
    """Version 4: code reports, and what people decided about them."""
    metadata.create_all(connection, tables=[code_classes, reports, grade_decisions])


def _keep_drafts(connection: Connection) -> None:
    """Version 5: texts that are being written."""
    metadata.create_all(connection, tables=[drafts])


def _run_a_site(connection: Connection) -> None:
    """Version 6: people who sign in, what they hand in, and the queue of what is to be graded."""
    tables = [*SITE_TABLES, *STAFF_TABLES, *LTI_TABLES]
    metadata.create_all(connection, tables=tables)


# The step at place n leads from version n + 1 to n + 2, and makes the tables that are new in it.
STEPS: tuple[Callable[[Connection], None], ...] = (
    _number_attempts,
    _name_quizzes_and_people,
    _keep_reports,
    _keep_drafts,
    _run_a_site,
)
VERSION = 1 + len(STEPS)
_LOCK = 7_413_211  # any number that nothing else in the database locks


def bring_up_to_date(connection: Connection) -> int:
    """Make the tables if there are none, and bring older ones along; the version it has then.

    Tables of a newer version are left as they are.
    """
    if connection.dialect.name == "postgresql":  # SQLite's transactions wait for each other anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = found_version(connection)
    if found is None:
        metadata.create_all(connection)
        connection.execute(insert(schema_version).values(version=VERSION))
        return VERSION
    for step in STEPS[found - 1 :]:
        step(connection)
    if found < VERSION:
        connection.execute(update(schema_version).values(version=VERSION))
    return max(found, VERSION)


def found_version(connection: Connection) -> int | None:
    """The version of the tables; None if there are none."""
    if not inspect(connection).has_table(schema_version.name):
        return None
    found: int | None = connection.scalar(select(schema_version.c.version))
    return found
