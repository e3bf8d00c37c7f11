"""People enter by a link that works once, or by a password; sessions are rows that end."""

import pytest

from grader.courses.inviting import invite


@pytest.fixture
def link(site):
    return invite(
        site.accounts, [site.accounts.by_person("ada")], address="", at=site.clock(), days=1
    )["ada"]


def sign_in(client, name="ada", password="a long password", **fields):
    return client.post("/login", data={"name": name, "password": password} | fields)


@pytest.fixture
def with_password(browser, link):
    browser().post(link, data={"password": "a long password"})


def test_a_link_opens_the_course_once(browser, link):
    first, second = browser(), browser()
    assert "Ada Adams" in first.get(link).text
    assert first.post(link).status_code == 303
    assert first.get("/").status_code == 200
    again = second.post(link)
    assert again.status_code == 404
    assert "used already" in again.text
    assert second.get("/").status_code == 303


def test_to_who_is_in_by_a_link_it_opens_the_start_once_more(browser, link):
    client = browser()
    client.post(link)
    for again in (client.get(link), client.post(link)):
        assert (again.status_code, again.headers["location"]) == (303, "/")
    other = browser("bob").get(link)
    assert other.status_code == 404
    assert "<h1>This link opens nothing any more</h1>" in other.text


def test_a_link_that_is_too_old_opens_nothing(browser, link, clock):
    clock.forward(days=2)
    assert browser().post(link).status_code == 404


def test_a_new_link_takes_the_place_of_the_old_one(browser, link, site):
    ada = site.accounts.by_person("ada")
    invite(site.accounts, [ada], address="", at=site.clock(), days=1)
    assert browser().post(link).status_code == 404


def test_the_password_that_was_set_opens_the_course(browser, with_password):
    client = browser()
    assert sign_in(client).status_code == 303
    assert client.get("/").status_code == 200


def test_the_address_of_mail_serves_as_a_name(browser, with_password):
    assert sign_in(browser(), "ADA@example.org").status_code == 303


@pytest.mark.parametrize("name", ["ada", "nobody", "bob", ""])
def test_a_wrong_password_opens_nothing_and_says_nothing_of_the_name(browser, with_password, name):
    client = browser()
    refused = sign_in(client, name, "another password")
    assert refused.status_code == 403
    assert "do not fit together" in refused.text
    assert client.get("/").status_code == 303


def test_a_short_password_is_refused_and_the_link_still_works(browser, link):
    client = browser()
    assert "too short" in client.post(link, data={"password": "short"}).text
    assert client.post(link).status_code == 303


def test_too_many_tries_have_to_wait(browser, with_password, clock):
    client = browser()
    for _ in range(10):
        assert sign_in(client, password="wrong").status_code == 403
    refused = sign_in(client)
    assert refused.status_code == 429
    assert "wait 15 minutes" in refused.text
    clock.forward(minutes=14, seconds=30)
    assert "wait 1 minute," in sign_in(client).text
    clock.forward(minutes=1)
    assert sign_in(client).status_code == 303


def test_somebody_who_was_dropped_is_out_at_once(browser, site):
    client = browser("ada")
    assert client.get("/").status_code == 200
    ada = site.accounts.by_person("ada")
    site.accounts.enrol(type(ada)(person="ada", role="student", is_active=False))
    assert client.get("/").status_code == 303


def test_a_session_that_was_planted_means_nothing(browser, link):
    client = browser()
    client.cookies.set("grader", "planted", domain="testserver.local")
    client.post(link)
    assert client.cookies["grader"] != "planted"


def test_the_session_before_ends_when_somebody_enters_again(browser, site):
    client = browser("ada")
    before = client.cookies["grader"]
    links = invite(
        site.accounts, [site.accounts.by_person("bob")], address="", at=site.clock(), days=1
    )
    client.post(links["bob"])
    other = browser()
    other.cookies.set("grader", before, domain="testserver.local")
    assert other.get("/").status_code == 303


def test_whoever_signs_out_everywhere_is_out_everywhere(browser, link, site):
    one, two = browser("ada"), browser("ada")
    assert one.post("/logout/everywhere").status_code == 303
    assert two.get("/").status_code == 303


def test_a_new_password_signs_out_the_other_devices(browser, with_password):
    one, two = browser(), browser()
    sign_in(one), sign_in(two)
    fields = {"old": "a long password", "password": "a longer password"}
    assert one.post("/account", data=fields).status_code == 303
    assert one.get("/").status_code == 200
    assert two.get("/").status_code == 303


def test_a_session_ends_by_itself(browser, clock):
    client = browser("ada")
    clock.forward(days=31)
    assert client.get("/").status_code == 303


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser, link):
    said = browser().post(link).headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "path=/" in said


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/\t/evil"],
)
def test_the_doors_lead_nowhere_but_here(browser, with_password, target):
    assert sign_in(browser(), next=target).headers["location"] == "/"


def test_the_doors_lead_to_where_one_wanted(browser, with_password):
    assert browser().get("/account").headers["location"] == "/login?next=/account"
    assert sign_in(browser(), next="/account").headers["location"] == "/account"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_what_another_site_sends_does_nothing(browser, headers):
    client = browser("ada")
    assert client.post("/logout/everywhere", headers=headers).status_code == 403
    assert client.get("/").status_code == 200


def test_what_this_site_sends_is_done(browser):
    headers = {"sec-fetch-site": "same-origin", "origin": "http://testserver"}
    assert browser("ada").post("/logout", headers=headers).status_code == 303
