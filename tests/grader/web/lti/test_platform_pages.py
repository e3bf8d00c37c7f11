"""The page of platforms: for owners alone, with all that is to be copied and decided."""

import html
import re

import pytest

from grader.web.lti.parts import lti_parts
from grader.web.lti.platform_pages import roster_file
from grader.web.lti.platform_services import PlatformMember
from grader.web.lti.published import return_grades
from tests.grader.staff.a_class import report
from tests.grader.web.lti.conftest import ADDRESS
from tests.grader.web.lti.small_platform import MEMBERSHIP

PAGE = "/staff/platforms/"
ADA = {"sub": "sub-ada", "email": "ada@example.org"}


def text_of(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text)))


@pytest.mark.parametrize(
    ("who", "status"), [(None, 303), ("ada", 403), ("tara", 403), ("prof", 200)]
)
def test_only_owners_see_it(visitor, who, status):
    assert visitor(who).get(PAGE).status_code == status


@pytest.mark.parametrize("path", ["1/in", "1/out", "1/people", "send"])
def test_only_owners_decide_there(visitor, let_in, path):
    for who in (None, "ada", "tara"):
        assert visitor(who).post(PAGE + path).status_code == 403


def test_all_that_is_copied_stands_there(visitor):
    said = text_of(visitor("prof").get(PAGE))
    for path in ("/lti/canvas.json", "/lti/launch", "/lti/login", "/lti/keys"):
        assert ADDRESS + path in said
    assert "target=code/arithmetic" in said


def test_canvas_reads_one_address(visitor):
    said = visitor().get("/lti/canvas.json").json()
    assert said["oidc_initiation_url"] == f"{ADDRESS}/lti/login"
    assert said["public_jwk_url"] == f"{ADDRESS}/lti/keys"
    assert [scope.rpartition("/")[2] for scope in said["scopes"]] == [
        "lineitem",
        "score",
        "contextmembership.readonly",
    ]


def test_an_owner_lets_a_course_in_and_shuts_it_out(visitor, launches):
    assert launches(**ADA).status_code == 403
    prof = visitor("prof")
    assert "are refused" in text_of(prof.get(PAGE))
    said = prof.get(prof.post(f"{PAGE}1/in").headers["location"])
    assert "Transformers is let in." in text_of(said)
    assert launches(**ADA).status_code == 303
    prof.post(f"{PAGE}1/out")
    assert launches(**ADA).status_code == 403
    assert prof.post(f"{PAGE}99/in").status_code == 404
    log = text_of(prof.get("/staff/log/"))
    assert "Transformers is let in." in log
    assert "Transformers is not let in any more." in log


def test_names_and_roles_become_a_roster_to_be_looked_at(visitor, let_in, platform, site):
    platform.members = [
        {"user_id": "1", "roles": ["Learner"], "name": "Ada New", "email": "ada@example.org"},
        {"user_id": "2", "roles": [f"{MEMBERSHIP}Learner"], "email": "nia@example.org"},
        {"user_id": "3", "roles": [f"{MEMBERSHIP}Instructor"], "email": "prof@example.org"},
        {"user_id": "4", "roles": ["Learner"], "email": "x@example.org", "status": "Inactive"},
        {"user_id": "5", "roles": ["Learner"], "name": "No Address"},
    ]
    prof = visitor("prof")
    answer = prof.post(f"{PAGE}1/people")
    assert answer.headers["location"].startswith("/staff/roster/")
    said = text_of(prof.get(answer.headers["location"]))
    assert "1 new, 1 changed, 1 dropped" in said
    assert "nia@example.org" in said
    assert "x@example.org" not in said
    assert len(site.accounts.enrolments()) == 4  # nothing is changed yet


def test_a_platform_that_tells_nothing_of_people_is_said(visitor, let_in, platform):
    platform.members = [{"user_id": "1", "roles": ["Learner"]}]
    said = text_of(visitor("prof").post(f"{PAGE}1/people"))
    assert "Small tells no email of 1 person, so nobody can be entered." in said
    platform.fails = [500, 500]
    answer = visitor("prof").post(f"{PAGE}1/people")
    assert answer.status_code == 502
    assert "The people cannot be read" in text_of(answer)


def test_a_roster_is_made_of_what_people_are_found_by():
    member = PlatformMember(
        user_id="1", roles=("Learner",), lis_person_sourcedid="4711", email="a@example.org"
    )
    assert roster_file([member], matched_by="id") == (
        b"name,role,id,email\n,student,4711,a@example.org\n"
    )
    assert roster_file([member], matched_by="username") == b"name,role,username,email\n"


def test_grades_that_did_not_arrive_are_said_and_sent_again(
    visitor, lti_site, launches, let_in, platform, clock
):
    launches(**ADA)
    lti_site.store.reports("arithmetic").keep(report("ada"), report("ada"), at=clock())
    platform.fails = [503]
    assert return_grades(lti_site, lti_parts(lti_site)) == (0, 1)
    prof = visitor("prof")
    said = text_of(prof.get(PAGE))
    assert "0 grades arrived, 1 on the way, 1 with a problem." in said
    assert "answered 503" in said
    assert "Ada Adams" in said
    again = prof.get(prof.post(f"{PAGE}send").headers["location"])
    assert "1 grade arrived, 0 did not." in text_of(again)
    assert platform.score_of("sub-ada") == 10
