"""The store of a course with the small assignment, without a web process."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from grader.hand_ins.receiving import Upload, UploadLimits, receive
from grader.hand_ins.working import WorkerSettings, WorkerSlot
from grader.settings import load_assignment, load_course
from grader.store.accounts_store import Enrolment
from grader.store.site_store import open_site_store
from tests.conftest import SMALL

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LIMITS = UploadLimits(n_bytes=1 << 20, n_files=20, course_bytes=1 << 22, per_hour=10)
COURSE = """\
id: llm-26
name: Transformers
secret: 0123456789abcdef0123456789abcdef
"""


@dataclass
class StandingClock:
    at: datetime = START

    def __call__(self):
        return self.at

    def forward(self, **lengths):
        self.at += timedelta(**lengths)


@pytest.fixture
def clock():
    return StandingClock()


@pytest.fixture
def course_folder(tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(SMALL, folder / "assignments" / "arithmetic")
    (folder / "course.yaml").write_text(COURSE)
    return folder


@pytest.fixture
def store(database):
    made = open_site_store(database, course="llm-26")
    for person in ("ada", "bob"):
        made.accounts.enrol(Enrolment(person=person, role="student"))
    yield made
    made.close()


@pytest.fixture
def settings(course_folder, clock):
    arithmetic = load_assignment(course_folder / "assignments" / "arithmetic")
    return WorkerSettings(
        course=load_course(course_folder / "course.yaml"),
        assignments={"arithmetic": arithmetic},
        require_level="none",
        clock=clock,
        name="worker",
    )


@pytest.fixture
def slot(store, settings):
    made = WorkerSlot(store, settings)
    yield made
    made.close()


@pytest.fixture
def hand_in(store, clock):
    """Hands in, by default one submission.py of ada's."""

    def handed(source="", *, person="ada", files=None, limits=LIMITS):
        sent = files or [("submission.py", source.encode())]
        upload = Upload(assignment="arithmetic", person=person, files=sent, at=clock())
        return receive(store.hand_ins, upload, limits)

    return handed
