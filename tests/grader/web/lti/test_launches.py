"""A launch opens the course for the right person, at the right place, and for nobody else."""

import html
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from grader.store.accounts_store import Enrolment
from grader.web.lti.own_keys import published_keys
from tests.grader.web.lti.conftest import ADDRESS, registration_of
from tests.grader.web.lti.small_platform import HOST

ADA = {"sub": "sub-ada", "email": "ada@example.org"}
NEW = {"sub": "sub-new", "email": "new@example.org", "name": "Nia New"}


def text_of(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text)))


def ticket_in(answer):
    return re.search(r'name="ticket" value="([^"]+)"', answer.text)[1]


def test_a_launch_in_a_tab_goes_straight_to_the_assignment(visitor, launches, let_in):
    client = visitor()
    answer = launches(client, **ADA)
    assert (answer.status_code, answer.headers["location"]) == (303, "/code/arithmetic/")
    assert "Ada Adams" in client.get("/account").text


def test_a_launch_for_no_assignment_goes_to_the_start(launches, let_in):
    for address in (f"{ADDRESS}/lti/launch", f"{ADDRESS}/", "https://other.example/code/x/"):
        answer = launches(**ADA, target_link_uri=address)
        assert answer.headers["location"] == "/"


def test_the_custom_parameter_names_an_assignment_too(launches, let_in):
    answer = launches(**ADA, target_link_uri=None, custom={"target": "code/arithmetic"})
    assert answer.headers["location"] == "/code/arithmetic/"


@pytest.mark.parametrize("named", ["code/other", "//evil.example", "/\\evil.example", "lti/keys"])
def test_a_launch_leads_nowhere_else(launches, let_in, named):
    answer = launches(**ADA, custom={"target": named})
    assert answer.status_code == 403
    assert "not in this course" in text_of(answer)


def test_the_cookie_of_a_launch_lives_in_frames_and_nowhere_else(visitor, platform):
    answer = visitor().get("/lti/login", params=platform.login())
    said = answer.headers["set-cookie"]
    assert said.startswith("__Host-lti-")
    for word in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/", "Max-Age=600"):
        assert word in said


def test_the_cookie_of_a_session_is_no_other_sites(launches, let_in):
    said = launches(**ADA).headers.get_list("set-cookie")
    [session] = [one for one in said if one.startswith("__Host-grader")]
    assert "samesite=lax" in session.lower()
    assert "httponly" in session.lower()
    assert "secure" in session.lower()


def test_a_launch_may_be_begun_by_a_form(visitor, platform):
    answer = visitor().post("/lti/login", data=platform.login(), headers={"origin": HOST})
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(platform.login_url)


def test_two_launches_at_once_do_not_take_each_others_cookie(visitor, platform, let_in, clock):
    client = visitor()
    begun = [client.get("/lti/login", params=platform.login()) for _ in range(2)]
    for one in begun:
        _, form = platform.answer(one.headers["location"], at=clock(), **ADA)
        answer = client.post("/lti/launch", data=form, headers={"sec-fetch-dest": "document"})
        assert answer.status_code == 303


def test_a_replay_is_refused_and_said(visitor, platform, let_in, clock, log):
    client = visitor()
    begun = client.get("/lti/login", params=platform.login())
    _, form = platform.answer(begun.headers["location"], at=clock(), **ADA)
    kept = dict(client.cookies)
    assert client.post("/lti/launch", data=form).status_code == 200
    again = visitor()
    again.cookies.update(kept)
    answer = again.post("/lti/launch", data=form)
    assert answer.status_code == 403
    assert "This launch was used already. Open the link in your course again." in text_of(answer)
    assert json.loads(log[-1])["refused"] == "this launch was used already"


def test_a_browser_without_cookies_is_offered_a_tab(visitor, platform, let_in, clock):
    begun = visitor().get("/lti/login", params=platform.login())
    _, form = platform.answer(begun.headers["location"], at=clock(), **ADA)
    answer = visitor().post("/lti/launch", data=form)
    assert answer.status_code == 403
    assert "frame-ancestors https:" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    link = html.unescape(re.search(r'href="(/lti/login[^"]+)" target="_blank"', answer.text)[1])
    assert parse_qs(urlsplit(link).query)["login_hint"] == ["hint 5"]
    in_a_tab = visitor()
    begun = in_a_tab.get(link)
    _, form = platform.answer(begun.headers["location"], at=clock(), **ADA)
    headers = {"sec-fetch-dest": "document"}
    assert in_a_tab.post("/lti/launch", data=form, headers=headers).status_code == 303


@pytest.mark.parametrize("dest", ["iframe", "frame", "object"])
def test_in_a_frame_no_session_begins_but_a_button_opens_a_tab(visitor, launches, let_in, dest):
    framed = visitor()
    answer = launches(framed, dest=dest, **ADA)
    assert answer.status_code == 200
    assert "__Host-grader" not in str(answer.headers.get_list("set-cookie"))
    assert framed.get("/account").status_code == 303
    ticket = ticket_in(answer)
    tab = visitor()
    entered = tab.post("/lti/enter", data={"ticket": ticket})
    assert (entered.status_code, entered.headers["location"]) == (303, "/code/arithmetic/")
    assert "Ada Adams" in tab.get("/account").text
    assert visitor().post("/lti/enter", data={"ticket": ticket}).status_code == 403


def test_a_button_in_a_frame_works_for_no_other_site(visitor, launches, let_in):
    ticket = ticket_in(launches(dest="iframe", **ADA))
    headers = {"sec-fetch-site": "cross-site"}
    answer = visitor().post("/lti/enter", data={"ticket": ticket}, headers=headers)
    assert answer.status_code == 403


def test_a_button_in_a_frame_gets_old(visitor, launches, let_in, clock):
    ticket = ticket_in(launches(dest="iframe", **ADA))
    clock.forward(minutes=31)
    answer = visitor().post("/lti/enter", data={"ticket": ticket})
    assert "too old" in text_of(answer)


def test_old_browsers_that_do_not_say_where_they_show_it_get_the_button(
    visitor, platform, let_in, clock
):
    client = visitor()
    for target, status in (("iframe", 200), (None, 200), ("window", 303)):
        begun = client.get("/lti/login", params=platform.login())
        shown = {"launch_presentation": {"document_target": target}}
        _, form = platform.answer(begun.headers["location"], at=clock(), **ADA, **shown)
        assert client.post("/lti/launch", data=form).status_code == status


def test_who_launches_is_not_who_was_signed_in_before(visitor, launches, let_in):
    client = visitor("bob")
    launches(client, **ADA)
    assert "Ada Adams" in client.get("/account").text


def test_a_course_that_nobody_let_in_is_refused_until_an_owner_comes(launches):
    answer = launches(**ADA)
    assert answer.status_code == 403
    assert "The course 'Transformers' at Small is not connected" in text_of(answer)
    grader = {"sub": "sub-tara", "roles": ("Instructor",), "email": "tara@example.org"}
    assert launches(**grader).status_code == 403
    owner = {"sub": "sub-prof", "roles": ("Instructor",), "email": "prof@example.org"}
    assert launches(**owner).status_code == 303
    assert launches(**ADA).status_code == 303
    other = {"context": {"id": "course-8", "title": "Cooking"}}
    assert launches(**ADA, **other).status_code == 403


def test_a_launch_from_no_course_is_refused(launches, let_in):
    assert "from which of its courses" in text_of(launches(**ADA, context=None))


def test_a_learner_who_is_new_is_enrolled_as_a_student(visitor, launches, let_in, site):
    client = visitor()
    assert launches(client, **NEW).status_code == 303
    found = site.accounts.by_email("new@example.org")
    assert (found.role, found.full_name, found.person) == ("student", "Nia New", "new@example.org")
    launches(**NEW | {"email": "changed@example.org", "name": "Other"})
    assert site.accounts.by_email("new@example.org").full_name == "Nia New"
    assert len(site.accounts.enrolments()) == 5


def test_a_learner_without_an_address_is_enrolled_under_a_name_of_ours(launches, let_in, site):
    assert launches(sub="sub-anon", email=None, name=None, members=None).status_code == 303
    [new] = [one for one in site.accounts.enrolments() if one.person.startswith("lti-")]
    assert new.ids == {"lti": "sub-anon"}


def test_where_a_launch_keeps_the_address_the_list_of_people_is_asked(
    launches, let_in, platform, site
):
    platform.members = [
        {"user_id": f"sub-{name}", "roles": ["Learner"], "email": f"{name}@example.org"}
        for name in ("x", "y", "z", "ada")
    ]
    assert launches(sub="sub-ada", email=None, name=None).status_code == 303
    assert len(site.accounts.enrolments()) == 4


def test_a_list_of_people_that_cannot_be_had_keeps_nobody_out(launches, let_in, platform, clock):
    answer = platform.respond

    def without_members(method, url, headers, body):
        if urlsplit(url).path.endswith("/members"):
            return 500, "text/plain", {}, "down"
        return answer(method, url, headers, body)

    platform.respond = without_members
    assert launches(sub="sub-x", email=None).status_code == 303


def test_a_learner_never_becomes_staff_whatever_address_is_claimed(launches, let_in):
    for address in ("prof@example.org", "PROF@EXAMPLE.ORG", "tara@example.org"):
        answer = launches(sub="sub-eve", email=address)
        assert answer.status_code == 403
        assert "here you are staff" in text_of(answer)


def test_a_teacher_elsewhere_does_not_become_staff_here(launches, let_in, site):
    answer = launches(sub="sub-t", email="other@example.org", roles=("Instructor",))
    assert answer.status_code == 403
    assert "not on the staff of this course" in text_of(answer)
    assert len(site.accounts.enrolments()) == 4


def test_a_role_at_the_institution_is_no_role_in_the_course(launches, let_in):
    said = ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]
    learner = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
    eve = {"sub": "sub-eve", "email": "tara@example.org"}
    claim = "https://purl.imsglobal.org/spec/lti/claim/roles"
    assert launches(**eve, **{claim: [*said, learner]}).status_code == 403


def test_two_accounts_of_a_platform_are_never_one_person(launches, let_in):
    assert launches(**ADA).status_code == 303
    answer = launches(sub="sub-eve", email="ada@example.org")
    assert answer.status_code == 403
    assert "has another account for the one" in text_of(answer)


def test_an_address_that_two_have_is_nobodys(launches, let_in, site):
    site.accounts.enrol(Enrolment(person="twin", role="student", email="Ada@example.org"))
    assert "2 people on the roster" in text_of(launches(**ADA))


def test_who_was_dropped_stays_out(launches, let_in, site):
    assert launches(**ADA).status_code == 303
    ada = site.accounts.by_person("ada")
    site.accounts.enrol(Enrolment(person="ada", role="student", email=ada.email, is_active=False))
    assert "You are not in this course any more." in text_of(launches(**ADA))
    assert "not in this course any more" in text_of(launches(sub="sub-2", email=ada.email))


def test_people_can_be_matched_by_the_id_of_the_school(launches, let_in, site, store, platform):
    store.register(registration_of(platform, matched_by="id", enrols=False))
    lis = {"https://purl.imsglobal.org/spec/lti/claim/lis": {"person_sourcedid": "ADA"}}
    assert launches(sub="sub-ada", email="x@example.org", **lis).status_code == 303
    answer = launches(sub="sub-b", email="bob@example.org")
    assert "not on the roster" in text_of(answer)


def test_the_keys_are_the_public_halves(visitor, lti_site, store):
    answer = visitor().get("/lti/keys")
    [key] = answer.json()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
    assert answer.json() == published_keys(store, at=lti_site.clock())


def test_staff_choose_what_the_platform_shows(visitor, launches, let_in, platform):
    client = visitor()
    owner = {"sub": "sub-prof", "roles": ("Instructor",), "email": "prof@example.org"}
    answer = launches(client, dest="iframe", **owner, **platform.picking())
    policy = answer.headers["content-security-policy"]
    assert f"frame-ancestors {HOST}" in policy
    assert "https:;" not in policy
    form = {"ticket": ticket_in(answer), "target": "code/arithmetic"}
    assert client.post("/lti/pick", data=form | {"target": "code/none"}).status_code == 403
    picked = client.post("/lti/pick", data=form)
    assert f'action="{HOST}/picked"' in picked.text
    assert f"form-action 'self' {HOST};" in picked.headers["content-security-policy"]
    said = platform.chosen(re.search(r'name="JWT" value="([^"]+)"', picked.text)[1])
    dl = "https://purl.imsglobal.org/spec/lti-dl/claim/"
    assert said[f"{dl}data"] == "csrf:17"
    [item] = said[f"{dl}content_items"]
    assert item["url"] == f"{ADDRESS}/code/arithmetic/"
    assert item["lineItem"]["resourceId"] == "code/arithmetic"
    assert client.post("/lti/pick", data=form).status_code == 403  # once


def test_students_do_not_choose(launches, let_in, platform):
    assert "only the staff" in text_of(launches(**ADA, **platform.picking())).lower()


def test_no_log_names_anybody(launches, let_in, log, site):
    launches(sub="sub-eve", email="prof@example.org", name="Eve Evil")
    launches(sub="sub-eve", email="none@example.org", name="Eve Evil", roles=("Instructor",))
    site.accounts.enrol(Enrolment(person="bob", role="student", email="b@x", is_active=False))
    launches(sub="sub-bob", email="b@x", name="Bob Brown")
    assert sum("refused" in json.loads(line) for line in log) == 3
    assert not re.search(r"Eve|Bob|Olga|@", "".join(log))


def test_what_a_platform_says_cannot_act_on_a_page(launches, let_in):
    answer = launches(**ADA, context={"id": "x", "title": "<script>alert(1)</script>\x1b[2J"})
    assert "<script>alert" not in answer.text
    assert "\x1b" not in answer.text
