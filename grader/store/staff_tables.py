"""The tables of those who run a course: rosters to import, regrades, texts that were edited."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from grader.store.columns import UtcDateTime, metadata

# A file that somebody looks at before it is imported. At most one a person, gone when it is done.
roster_uploads = Table(
    "roster_uploads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", String(200), nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("name", String(300), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("roster_uploads_people", "course", "by", unique=True),
)

# A regrade of a class: its reports lie with another class, `trial`, until they are published.
regrades = Table(
    "regrades",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code_class", ForeignKey("code_classes.id"), nullable=False, index=True),
    Column("trial", ForeignKey("code_classes.id"), nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("of", JSON, nullable=False),  # the hand-ins that are graded again
    Column("state", String(20), nullable=False),  # begun, published, dropped or taken back
    Column("ended_at", UtcDateTime),
    Column("places", JSON),  # what publishing did: see `grader.staff.regrades`
)

# What a file of the course was before somebody saved it here. Rows are only added.
earlier_texts = Table(
    "earlier_texts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", String(200), nullable=False),
    Column("file", String(300), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("text", Text, nullable=False),
)

# Pages that were computed and are kept until they are computed anew, such as a comparison of code.
staff_files = Table(
    "staff_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", String(200), nullable=False),
    Column("kind", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("staff_files_names", "course", "kind", "name", unique=True),
)

# Whether a session shows names; without a row it does as is usual for the role.
shown_names = Table(
    "shown_names",
    metadata,
    Column("session", ForeignKey("sessions.id"), primary_key=True),
    Column("is_shown", Boolean, nullable=False),
)

STAFF_TABLES = [roster_uploads, regrades, earlier_texts, staff_files, shown_names]
