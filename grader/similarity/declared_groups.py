"""Who worked together and said so: their code may be alike, and is no pair."""

import csv
import io
from collections import defaultdict
from pathlib import Path

from grader.errors import CourseError

_COLUMNS = ("group", "submission")
_FIX = "Write the columns `group` and `submission`, a row for each name as in grades.csv."


def declared_groups(path: Path) -> tuple[frozenset[str], ...]:
    """The groups of a CSV file with the columns `group` and `submission`.

    Raises:
        CourseError: it cannot be read, or a column is missing.
    """
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        named = [row for row in rows if any(row.values())]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise CourseError(f"cannot be read ({why})", at=str(path), fix=_FIX) from error
    if missing := [column for column in _COLUMNS if column not in (rows.fieldnames or ())]:
        raise CourseError(f"there is no column {missing[0]!r}", at=str(path), fix=_FIX)
    members: dict[str, set[str]] = defaultdict(set)
    for row in named:
        if missing := [column for column in _COLUMNS if not (row[column] or "").strip()]:
            problem = f"a row has no {missing[0]!r}: {dict(row)}"
            raise CourseError(problem, at=str(path), fix=_FIX)
        members[row["group"].strip()].add(row["submission"].strip())
    return tuple(frozenset(names) for names in members.values())
