"""What docs/security-site.md promises of every page, tried as an attacker would."""

import io
import re
from collections import Counter
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from grader.store.accounts_store import Enrolment
from grader.web.application import FROM_OTHER_SITES, ROUTES, application

ROOT = Path(__file__).parents[3]
ODD = ("0", "99999999999999999999", "-1", "x", "%00", "..%2F..", "%C3%A9", "%ED%A0%80", "a" * 3000)
QUERIES = ("did=" + "9" * 5000, "did=99999999999999999999", "page=" + "9" * 4000, "before=9e9")
BODIES = (
    (b"", "application/x-www-form-urlencoded"),
    (b"reason=%ED%A0%80&points=" + b"9" * 5000, "application/x-www-form-urlencoded"),
    (b"points=nan&number=1e999&seconds=-1&reason=x&hours=inf", "application/x-www-form-urlencoded"),
    (b"reason=x&hours=1e99999999&points=1e99999999", "application/x-www-form-urlencoded"),
    (
        b"&".join(name + b"=" + b"9" * 5000 for name in (b"person", b"after", b"undo", b"go")),
        "application/x-www-form-urlencoded",
    ),
    (b"\xff\xfe\x00&&&==%%%", "application/x-www-form-urlencoded"),
    (b"no boundary", "multipart/form-data"),
    (
        b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n',
        "multipart/form-data; boundary=b",
    ),
    (b"{}", "application/json"),
)
EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
NAME = f"{EVIL}.py"
CODE = f'def shift(x):\n    return "{EVIL}"\n# </textarea></pre><!-- {EVIL}'


def test_the_page_of_promises_names_tests_that_are_there():
    page = (ROOT / "docs" / "security-site.md").read_text()
    named = set(re.findall(r"`([\w/]*test_\w+\.py)`", page))
    assert len(named) > 5
    assert [name for name in named if not (ROOT / "tests/grader/web" / name).is_file()] == []


def method_of(route):
    return "POST" if "POST" in route.methods else "GET"


def addresses(route, values=("1",)):
    """The addresses of a route with a value in each place, or with odd ones in all places."""
    for value in values:
        path = route.path
        for place in re.findall(r"\{(\w+)(?::\w+)?\}", route.path):
            known = {"assignment": "arithmetic"}.get(place, value)
            chosen = known if value == "1" else value
            path = re.sub(r"\{" + place + r"(:\w+)?\}", chosen, path)
        yield path
        if path == route.path:
            return


def nothing_stays_open(path):
    """Not a stream, which a client without end would wait for."""
    return not path.endswith("/events")


@pytest.mark.parametrize("who", [None, "ada", "prof"])
def test_no_address_makes_the_site_fail(browser, who):
    client = browser(who)
    for route in ROUTES:
        if method_of(route) == "GET" and nothing_stays_open(route.path):
            for path in addresses(route, ODD):
                assert client.get(path).status_code < 500, path
            for query in QUERIES:
                [path] = addresses(route)
                assert client.get(f"{path}?{query}").status_code < 500, (path, query)


@pytest.mark.parametrize("who", [None, "ada", "prof"])
def test_no_body_makes_the_site_fail(browser, who):
    client = browser(who)
    for route in ROUTES:
        if method_of(route) == "POST" and "logout" not in route.path:
            for path in addresses(route, ("1", "99999999999999999999")):
                for body, kind in BODIES:
                    answer = client.post(path, content=body, headers={"content-type": kind})
                    assert answer.status_code < 500, (path, body[:40])


def test_nobody_gets_in_without_a_door(browser):
    client = browser()
    for route in ROUTES:
        if route.endpoint.role is None:
            continue
        [path] = addresses(route)
        answer = client.request(method_of(route), path)
        if method_of(route) == "POST":
            assert answer.status_code == 403, path
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login"), path


@pytest.mark.parametrize(("who", "above"), [("ada", ("grader", "owner")), ("tara", ("owner",))])
def test_nobody_gets_what_is_for_those_above(browser, who, above):
    client = browser(who)
    for route in ROUTES:
        if route.endpoint.role in above:
            [path] = addresses(route)
            assert client.request(method_of(route), path).status_code == 403, path


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_no_form_of_another_site_does_anything(browser, headers):
    client = browser("prof")
    for route in ROUTES:
        if method_of(route) == "POST" and route.path not in FROM_OTHER_SITES:
            [path] = addresses(route)
            answer = client.post(path, headers=headers)
            assert answer.status_code == 403, path
            assert "sent from another site" in answer.text, path
            assert "<h1>This is not open to you</h1>" in answer.text, path


def test_no_answer_lets_foreign_code_act(browser):
    for client in (browser(), browser("ada"), browser("prof")):
        for route in ROUTES:
            [path] = addresses(route)
            if not nothing_stays_open(path) or "logout" in path:
                continue
            headers = client.request(method_of(route), path).headers
            policy = headers["content-security-policy"]
            assert "unsafe" not in policy, path
            assert "default-src 'none'" in policy, path
            assert "base-uri 'none'" in policy, path
            assert headers["x-content-type-options"] == "nosniff", path


def hand_in(client, code, name="submission.py"):
    files = {"files": (name, io.BytesIO(code.encode()), "text/x-python")}
    answer = client.post("/code/arithmetic/", files=files)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def test_a_student_reaches_nothing_of_another(browser):
    ada, bob = browser("ada"), browser("bob")
    own = hand_in(ada, "SECRET_OF_ADA = 1")
    assert own.endswith("/attempts/1")
    for path in (own, f"{own}/events", f"{own}/files/1", "/code/arithmetic/reports/1"):
        assert bob.get(path).status_code == 404, path
    hand_in(bob, "own = 1")
    for route in ROUTES:
        if method_of(route) == "GET" and nothing_stays_open(route.path):
            for path in addresses(route, ("1", "2", "3")):
                assert "SECRET_OF_ADA" not in bob.get(path).text, path
    for sign in ("?person=ada", "?student=ada", "?enrolment=3"):
        assert "SECRET_OF_ADA" not in bob.get(f"{own}{sign}").text


def test_html_in_names_and_code_is_text(browser, site):
    for person, role in (("ada", "student"), ("tara", "grader")):
        said = {"full_name": EVIL, "section": EVIL, "email": f"{EVIL}@x"}
        site.accounts.enrol(Enrolment(person=person, role=role, **said))
    ada = browser("ada")
    hand_in(ada, CODE, NAME)
    refused = ada.post("/code/arithmetic/", data={"code": " " + EVIL}).text
    pages = [refused]
    for client in (ada, browser("prof"), browser("tara")):
        for route in ROUTES:
            if method_of(route) == "GET" and nothing_stays_open(route.path):
                for path in addresses(route, ("1", "2", "3")):
                    answer = client.get(path)
                    if answer.headers.get("content-type", "").startswith("text/html"):
                        pages.append(answer.text)
    seen = Counter(
        mark for text in pages for mark in ("&lt;img src=x", "&lt;script") if mark in text
    )
    assert seen["&lt;img src=x"] > 5, "the names are shown, so the test sees something"
    for text in pages:
        assert "<img src=x" not in text
        assert "<script>alert" not in text
        assert 'onerror="' not in text.replace("&#34;", "")


def test_a_file_comes_back_as_a_file_whatever_it_is_called(browser):
    ada = browser("ada")
    for number, name in enumerate(('a";x="b.html.py', "é\u202e.py", "../../etc/x.py"), start=1):
        own = hand_in(ada, f"x = {number}", name)
        answer = ada.get(f"{own}/files/1")
        assert answer.headers["content-type"] == "application/octet-stream"
        said = answer.headers["content-disposition"]
        assert re.fullmatch(r'attachment; filename="[^"/\\]*"', said), said


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"]
)
def test_no_form_leads_to_another_site(browser, target):
    client = browser("prof")
    for route in ROUTES:
        if method_of(route) == "POST" and "logout" not in route.path:
            [path] = addresses(route)
            answer = client.post(path, data={"back": target, "next": target, "show": "1"})
            assert "evil" not in answer.headers.get("location", ""), path


def test_by_tls_every_cookie_is_kept_to_this_host(site):
    from dataclasses import replace

    from grader.courses.inviting import invite

    secure = replace(site, address="https://grader.example")
    client = TestClient(application(secure), base_url=secure.address, follow_redirects=False)
    ada = site.accounts.by_person("ada")
    links = invite(site.accounts, [ada], address="", at=site.clock(), days=1)
    answer = client.post(links["ada"])
    for said in answer.headers.get_list("set-cookie"):
        assert said.startswith("__Host-")
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= set(said.lower().split("; "))
    assert answer.headers["strict-transport-security"]
