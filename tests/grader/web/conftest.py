"""A site in a temporary folder with an owner, a grader and two students, and browsers for them.

`site` is the value, `web_app` the application, `browser("ada")` a client that is signed in as ada
and `browser()` one that is not; `clock` is the site's clock, which a test moves.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from grader.courses.inviting import invite
from grader.store.accounts_store import Enrolment
from grader.web.application import application
from grader.web.opening import open_site
from tests.conftest import SMALL

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
COURSE = """\
id: llm-26
name: Transformers
secret: 0123456789abcdef0123456789abcdef
zone: Europe/Berlin
late: {percent: 10, per: day, cut_off_days: 3}
assignments:
  - id: arithmetic
    opens: 2026-11-01 08:00
    due: 2026-11-08 23:59
"""
PEOPLE = (
    Enrolment(person="prof", role="owner", full_name="Olga Owner", email="prof@example.org"),
    Enrolment(person="tara", role="grader", full_name="Tara Tutor", email="tara@example.org"),
    Enrolment(person="ada", role="student", full_name="Ada Adams", email="ada@example.org"),
    Enrolment(person="bob", role="student", full_name="Bob Brown", email="bob@example.org"),
)


@dataclass
class MovedClock:
    """A clock that stands until a test moves it."""

    at: datetime = START

    def __call__(self):
        return self.at

    def forward(self, **lengths):
        self.at += timedelta(**lengths)


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def course_folder(tmp_path):
    """The folder of a course with one small assignment, to be changed at will."""
    folder = tmp_path / "course"
    shutil.copytree(SMALL, folder / "assignments" / "arithmetic")
    (folder / "course.yaml").write_text(COURSE)
    return folder


@pytest.fixture
def site(course_folder, clock):
    made = open_site(course_folder, clock=clock)
    for person in PEOPLE:
        made.accounts.enrol(person)
    yield made
    made.store.close()


@pytest.fixture
def web_app(site):
    return application(site)


@pytest.fixture
def browser(site, web_app):
    """Makes a client, signed in if a person is named; it follows no redirects by itself."""
    made = []

    def opened(person=None):
        client = TestClient(web_app, follow_redirects=False)
        client.__enter__()
        made.append(client)
        if person is not None:
            enrolment = site.accounts.by_person(person)
            links = invite(site.accounts, [enrolment], address="", at=site.clock(), days=1)
            assert client.post(links[person]).status_code == 303
        return client

    yield opened
    for client in made:
        client.__exit__(None, None, None)
