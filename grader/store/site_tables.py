"""The tables of a course site: who may enter, what was handed in, the queue, what staff did.

A course is named here by its key, as in course.yaml.
"""

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
    text,
)

from grader.store.columns import UtcDateTime, metadata

# Who is in a course, and as what. Nobody is deleted: whoever left is `dropped`.
enrolments = Table(
    "enrolments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", String(200), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("role", String(20), nullable=False),  # owner, grader or student
    Column("state", String(20), nullable=False, server_default=text("'active'")),  # or dropped
    Column("email", String(320), nullable=False, server_default=text("''")),
    Column("full_name", String(200), nullable=False, server_default=text("''")),
    Column("section", String(200), nullable=False, server_default=text("''")),
    Column("ids", JSON, nullable=False),  # what other systems call the person
    Index("enrolments_people", "course", "person", unique=True),
)

passwords = Table(
    "passwords",
    metadata,
    Column("enrolment", ForeignKey("enrolments.id"), primary_key=True),
    Column("hash", String(500), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("enrolment", ForeignKey("enrolments.id"), nullable=False, index=True),
    Column("hash", String(64), nullable=False, unique=True),  # of the word in the link
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),  # of the word in the cookie
    Column("enrolment", ForeignKey("enrolments.id"), nullable=False, index=True),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    # the student through whose eyes a member of staff looks, who may change nothing meanwhile
    Column("acting_as", ForeignKey("enrolments.id")),
)

# Tries at a door that did not open it, by the digest of what was tried.
door_tries = Table(
    "door_tries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("door", String(64), nullable=False),
    Column("tried_at", UtcDateTime, nullable=False),
    Index("door_tries_doors", "door", "tried_at"),
)

hand_ins = Table(
    "hand_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code_class", ForeignKey("code_classes.id"), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),  # of the person's in this class, from 1
    Column("received_at", UtcDateTime, nullable=False),
    Column("digest", String(64), nullable=False),  # of all names and contents
    Column("size", Integer, nullable=False),  # bytes of all files
    Column("files", JSON, nullable=False),  # a list of name, size and digest
    # two uploads at the same moment get two numbers
    Index("hand_ins_numbers", "code_class", "person", "number", unique=True),
)

# The bytes, apart from what is listed on pages.
handed_files = Table(
    "handed_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hand_in", ForeignKey("hand_ins.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# What is to be done, and by whom it is being done until when.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),  # what must not be done twice
    Column("course", String(200), nullable=False),
    Column("priority", Integer, nullable=False),  # the smallest first
    Column("payload", JSON, nullable=False),
    Column("state", String(20), nullable=False),  # waiting, running, done or failed
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("made_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("worker", String(200)),
    Column("finished_at", UtcDateTime),
    Column("result", Text),
    Index("jobs_next", "state", "priority", "id"),
)

progress_events = Table(
    "progress_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", ForeignKey("jobs.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("event", JSON, nullable=False),
)

# Rows are only added: who did what, about whom or what.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", String(200), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(200), nullable=False),
    Column("what", String(100), nullable=False),
    Column("about", String(300), nullable=False, server_default=text("''")),
    Column("details", JSON, nullable=False),
)

# Whether students see the grades of an assignment (`code`) or a quiz; without a row, they do.
grade_releases = Table(
    "grade_releases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", String(200), nullable=False),
    Column("kind", String(20), nullable=False),  # code or quiz
    Column("name", String(200), nullable=False),
    Column("is_shown", Boolean, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Index("grade_releases_names", "course", "kind", "name", unique=True),
)

SITE_TABLES = [
    enrolments,
    passwords,
    invitations,
    sessions,
    door_tries,
    hand_ins,
    handed_files,
    jobs,
    progress_events,
    audit_log,
    grade_releases,
]
