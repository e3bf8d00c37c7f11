"""Gradescope, "Export Submissions": folders, and submission_metadata.yml that says whose they are.

    assignment_1234_export/
      submission_metadata.yml
      submission_98765/submission.py

A folder has one submitter or several. The history in the file tells of earlier uploads, whose files
are not in the export.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from grader.errors import SubmissionError
from grader.intake.download import Download, DownloadItem
from grader.intake.layouts.chosen_keys import chosen_keys, mappings, texts
from grader.intake.layouts.contract import (
    HandedFile,
    HandIn,
    LayoutReading,
    LayoutSettings,
    unlike,
)
from grader.intake.layouts.times import in_zone, stamped
from grader.intake.source_files import MAX_NAME_SHOWN, Unreadable
from grader.records import Person
from grader.text import clean_line, counted

METADATA = "submission_metadata.yml"
_PREFIX = "submission_"
_KEYS = frozenset({"submitters", "name", "sid", "email", "created_at", "id", "history"})
_MOST_SHOWN = 5


class Gradescope:
    """The layout."""

    name = "gradescope"
    title = "a Gradescope export"

    def claimed(self, download: Download, top: PurePosixPath) -> Collection[DownloadItem]:
        items = download.listed(top)
        if not any(item.name == METADATA and not item.is_folder for item in items):
            return []
        return [item for item in items if item.name == METADATA or _is_export(item)]

    def read(
        self, download: Download, top: PurePosixPath, settings: LayoutSettings
    ) -> LayoutReading:
        known = self._metadata(download, top)
        items = [item for item in download.listed(top) if item.name != METADATA]
        hand_ins = [_hand_in(item, known[item.name]) for item in items if item.name in known]
        odd, left_out = unlike([item for item in items if item.name not in known])
        absent = sorted(known.keys() - {item.name for item in items})
        return LayoutReading(
            hand_ins=(*hand_ins, *odd),
            left_out=tuple(left_out),
            notes=(*_absent(absent), *_earlier(list(known.values()))),
        )

    def _metadata(self, download: Download, top: PurePosixPath) -> dict[str, Any]:
        item = DownloadItem(top / METADATA, is_folder=False)
        try:
            [file] = download.files(item)
            data = file.read()
        except (OSError, Unreadable, ValueError) as error:
            why = str(error) if isinstance(error, Unreadable) else "cannot be read"
            raise SubmissionError(why, at=METADATA, fix="Download the export again.") from error
        return chosen_keys(data, _KEYS, at=METADATA)


def _is_export(item: DownloadItem) -> bool:
    """Code lies in a folder each; of an assignment on paper there are the scans."""
    return item.name.startswith(_PREFIX) or item.path.suffix.lower() == ".pdf"


def _hand_in(item: DownloadItem, said: Any) -> HandIn:
    number = item.path.stem.removeprefix(_PREFIX)
    submitters = mappings(said.get("submitters")) if isinstance(said, dict) else []
    people = tuple(_person(one, number) for one in submitters)
    names = sorted(person.id or person.email or person.name for person in people)
    called = PurePosixPath() if item.is_folder else PurePosixPath(item.name)
    return HandIn(
        key=item.name,
        name="+".join(name for name in names if name) or item.path.stem,
        people=people,
        files=(HandedFile(item=item, called=called),),
        handed_in_at=_created(said),
    )


def _person(said: dict[str, Any], number: str) -> Person:
    known = texts(said)
    return Person(
        name=known.get("name", ""),
        id=known.get("sid", ""),
        email=known.get("email", ""),
        ids={"gradescope": number},
    )


def _created(said: Any) -> datetime | None:
    return stamped(texts(said).get("created_at", ""), in_zone(UTC))


def _absent(names: list[str]) -> tuple[str, ...]:
    if not names:
        return ()
    shown = ", ".join(clean_line(name, MAX_NAME_SHOWN) for name in names[:_MOST_SHOWN])
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return (f"{METADATA} names {shown}{more}, and the export has no such folder.",)


def _earlier(said: list[Any]) -> tuple[str, ...]:
    n = sum(bool(one.get("history")) for one in said if isinstance(one, dict))
    if not n:
        return ()
    told = f"Of {counted(n, 'submission')} there were earlier uploads"
    return (f"{told}, whose files Gradescope does not export.",)
