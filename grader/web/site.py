"""What a running site knows: its course, its store, its clock, its limits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import httpx2
from starlette.requests import Request

from grader.policies.due_dates import zone_named
from grader.settings import Assignment, Course
from grader.store.accounts_store import AccountsStore
from grader.store.site_store import SiteStore


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLimits:
    """What one request, one person and the course may use."""

    upload_bytes: int = 20 << 20  # of one upload, all its files together
    upload_files: int = 200
    form_bytes: int = 1 << 20  # of any other form
    body_seconds: float = 120.0  # within which a body has to arrive
    course_bytes: int = 20 << 30  # of all that was handed in
    uploads_per_hour: int = 30  # of one person for one assignment
    session_days: int = 30
    invitation_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One course, as it is served.

    Attributes:
        folder: where course.yaml lies, with the quizzes and roster of the course beside it.
        store: the open store; `store.where` is for whoever opens it in another process.
        clock: the time, with a zone.
        address: how the site is reached, e.g. https://grader.example.org; links begin with it.
        http: how other servers are reached; without one, a client is made when it is needed.
    """

    course: Course
    folder: Path
    assignments: tuple[Assignment, ...]
    store: SiteStore
    clock: Callable[[], datetime]
    address: str = "http://127.0.0.1:8000"
    limits: SiteLimits = SiteLimits()
    http: httpx2.Client | None = None

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it by TLS, so that cookies say so."""
        return self.address.startswith("https://")

    @property
    def title(self) -> str:
        return self.course.name or self.course.key or "Course"

    @property
    def accounts(self) -> AccountsStore:
        return self.store.accounts

    @property
    def zone(self) -> ZoneInfo:
        """In which times are shown: that of course.yaml, or UTC."""
        return zone_named(self.course.zone or "UTC")

    def assignment(self, name: str) -> Assignment | None:
        return next((one for one in self.assignments if one.name == name), None)


def site_of(request: Request) -> Site:
    return cast(Site, request.app.state.site)
