"""No text makes the site fail, whoever sends it and wherever: on both databases, with each role.

PostgreSQL keeps neither NUL nor half a surrogate pair; SQLite keeps both. Every address gets odd
text in its path, its query, and every field that any room of the site reads.
"""

import random
import re
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest

import grader.web
from grader.web.application import ROUTES
from grader.web.odd_text import storable_json
from grader.web.opening import open_site
from tests.grader.web.conftest import PEOPLE
from tests.grader.web.quizzes.conftest import KINDS, example, write_bank, write_quiz
from tests.grader.web.test_promises import method_of, nothing_stays_open

ODD = (
    "\x00",
    "a\x00b",
    "\ud800",
    "x\udfffy",
    "\U0010ffff\ufeff\u202e",
    "\x1b[2J\x7f\x85",
    "9" * 30,
    "-1",
    "nan",
    "1e999",
    "٣",
    "²",
    "0x1f",
    "1970-01-01T00:00",
    "99999-01-01 00:00",
    "../../etc/passwd",
    "{{ 7*7 }} %s %(x)s {0}",
    "'; DROP TABLE people; --",
    "e\u0301" * 60,
    "[" * 300,
    "\r\n\r\n<script>",
)
SENSIBLE = ("1", "ada", "arithmetic", "week-3", "student", "points", "all", "on", "")
HOW_MANY = 2  # odd texts, another draw for each address
CHARSETS = ("utf-7", "unicode_escape", "punycode", "idna", "hex")
QUERY = ("next", "answer", "did", "page", "which", "show", "q", "sort", "again", "code", "state")


def fields():
    """The names of all fields that forms of the site have, or that its rooms ask for."""
    room = Path(grader.web.__file__).parent
    found = set()
    for path in room.rglob("*.py"):
        found.update(re.findall(r'(?:text_of\(\w+, |getlist\(|get\()"(\w+)"', path.read_text()))
    for path in room.rglob("*.html"):
        found.update(re.findall(r'\bname="([\w.-]+)"', path.read_text()))
    return sorted(found)


FIELDS = fields()


@pytest.fixture
def site(course_folder, clock, database):
    write_bank(course_folder, [example(kind) for kind in KINDS])
    write_quiz(course_folder)
    made = open_site(course_folder, clock=clock, store=database)
    for person in PEOPLE:
        made.accounts.enrol(person)
    yield made
    made.store.close()


@pytest.fixture(params=[None, "ada", "tara", "prof"])
def client(request, browser, site):
    """Somebody's browser, where a student has handed in and begun a quiz before."""
    ada = browser("ada")
    assert ada.post("/code/arithmetic/", data={"code": "x = 1"}).status_code == 303
    number = re.search(r'name="number" value="(\d+)"', ada.get("/quizzes/week-3/").text)[1]
    assert ada.post("/quizzes/week-3/begin", data={"number": number}).status_code == 303
    return browser(request.param)


def escaped(text):
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def places(route, values):
    """The address of a route with these values, one after the other, in its places."""
    given = iter(values)
    return re.sub(
        r"\{\w+(:\w+)?\}", lambda place: "1" if place[1] == ":int" else next(given), route.path
    )


def known(route):
    """An address that is there, for whoever may see it."""
    path = route.path.replace("{assignment}", "arithmetic").replace("{quiz}", "week-3")
    path = path.replace("{topic}", "all").replace("{kind}", "points")
    return re.sub(r"\{\w+(:\w+)?\}", "1", path)


def test_no_path_and_no_query_makes_it_fail(client):
    chosen = random.Random(1)
    for route in ROUTES:
        if method_of(route) == "POST" or not nothing_stays_open(route.path):
            continue
        for odd in map(escaped, chosen.sample(ODD, HOW_MANY)):
            path = places(route, [odd] * 3)
            query = "&".join(f"{name}={odd}" for name in QUERY)
            for address in (path, f"{known(route)}?{query}"):
                assert client.get(address).status_code < 500, address


def test_no_field_makes_it_fail(client):
    chosen = random.Random(2)
    for route in ROUTES:
        if method_of(route) != "POST" or "logout" in route.path:
            continue
        drawn = [(name, chosen.choice(ODD + SENSIBLE)) for name in FIELDS]
        body = "&".join(f"{name}={escaped(text)}" for name, text in drawn)
        path = places(route, [escaped(chosen.choice(ODD))] * 3)
        kind = {"content-type": "application/x-www-form-urlencoded"}
        for address in (known(route), path):
            answer = client.post(address, content=body, headers=kind)
            assert answer.status_code < 500, (address, drawn)


def multipart(drawn):
    """A form with files of odd names among its fields; NUL and surrogates are sent as they are."""
    parts = []
    for name, text in drawn:
        named = f'; filename="{text}.py"' if name in ("file", "files", "template") else ""
        head = f'--b\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
        parts.append(f"{head}{text}\r\n")
    return "".join([*parts, "--b--\r\n"]).encode("utf-8", "surrogatepass")


def test_no_multipart_form_makes_it_fail(client):
    chosen = random.Random(3)
    texts = (*ODD[:6], *SENSIBLE, "\\ud800", "+2AA-")  # the last two in odd encodings
    for route in ROUTES:
        if method_of(route) == "POST" and "logout" not in route.path:
            for charset in ("utf-8", chosen.choice(CHARSETS)):
                kind = {"content-type": f"multipart/form-data; boundary=b; charset={charset}"}
                drawn = [(name, chosen.choice(texts)) for name in FIELDS]
                answer = client.post(known(route), content=multipart(drawn), headers=kind)
                assert answer.status_code < 500, (known(route), charset, drawn)


def test_what_holds_a_nul_is_kept_with_another_sign_in_its_place(browser, site):
    ada = browser("ada")
    form = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a\x00b.py"\r\n\r\nx\x00'
    kind = {"content-type": "multipart/form-data; boundary=b"}
    answer = ada.post("/code/arithmetic/", content=form + b"\r\n--b--\r\n", headers=kind)
    assert answer.status_code == 303
    [kept] = site.store.hand_ins.of_person("arithmetic", "ada")
    assert [file.name for file in kept.files] == ["a\ufffdb.py"]
    assert site.store.hand_ins.contents(kept.id) == (("a\ufffdb.py", b"x\x00"),)
    assert ada.get("/code/arithmetic/attempts/1").status_code == 200


def test_a_roster_with_a_nul_is_shown_and_imported_or_refused(browser, site):
    owner = browser("prof")
    table = b"name,id,email\nE\x00ve,e\x00ve,eve@example.org\n"
    answer = owner.post("/staff/roster/", files={"file": ("r\x00.csv", table)})
    assert answer.status_code in (303, 400)
    if answer.status_code == 303:
        preview = owner.get(answer.headers["location"])
        assert preview.status_code == 200
        plan = re.search(r'name="plan" value="(\w+)"', preview.text)[1]
        data = {"plan": plan, "drop": "1"}
        assert owner.post(answer.headers["location"], data=data).status_code == 303
        assert not [one for one in site.accounts.enrolments() if "\x00" in one.person]


def test_texts_of_other_servers_are_made_storable_too():
    said = {"name\x00": ["a\x00b", {"x": "\ud800"}, 1, None, True]}
    assert storable_json(said) == {"name\ufffd": ["a\ufffdb", {"x": "\ufffd"}, 1, None, True]}
