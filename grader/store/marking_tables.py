"""The tables for what was decided about marks after an attempt, and for the marks before it."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from grader.store.tables import UtcDateTime, metadata

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

MARKING_TABLES = [decisions, earlier_marks]
