"""Staff in a real browser: a story from roster to Canvas file, keys, and every page by axe."""

import re

import pytest

from grader.web.application import application
from tests.grader.web.served import ServedSite, axe_script, chromium, enter, violations
from tests.grader.web.staff.test_class_pages import CANVAS
from tests.grader.web.staff.test_comparing import CODE
from tests.grader.web.staff.test_regrading import handed_in
from tests.grader.web.staff.test_roster_pages import ROSTER

pytestmark = pytest.mark.slow

CLASS = "/staff/code/arithmetic/"
REPAIRS = "/staff/quizzes/week-3/repairs"


@pytest.fixture(scope="module")
def driven():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    return axe_script(tmp_path_factory.mktemp("npm"))


@pytest.fixture
def served(site, quiz, keeper):
    server = ServedSite(application(site))
    yield server
    server.stop()


@pytest.fixture
def open_page(driven, served, site):
    """A signed-in page; whatever its console says fails the test."""
    contexts, faults = [], []

    def opened(person="prof", **options):
        context = driven.new_context(base_url=served.address, **options)
        contexts.append(context)
        page = context.new_page()
        enter(page, site, served.address, person)
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    allowed = ("Failed to load resource", "[DOM] Password forms")
    assert [one for one in faults if not one.startswith(allowed)] == []


def shows(page, text):
    from playwright.sync_api import expect

    expect(page.locator("main")).to_contain_text(text)


def file(name, text):
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def keys_are_ready(page):
    page.get_by_role("button", name="Keys are on").wait_for()


def test_an_instructor_goes_from_the_roster_to_the_canvas_file(open_page, site, take, keeper):
    page = open_page()
    page.get_by_role("link", name="People").click()
    roster = file("roster.csv", f"{ROSTER}bob,Bob Brown,,A\n")
    page.get_by_label("Roster", exact=True).set_input_files(roster)
    press(page, "Show the differences")
    shows(page, "1 new, 2 changed")
    press(page, "Import it")
    shows(page, "roster.csv is imported")
    with page.expect_download() as links:
        press(page, "Make links for all students")
    assert "/enter/" in links.value.path().read_text()

    page.get_by_role("link", name="Class", exact=True).click()
    page.get_by_role("link", name="late 1").click()
    page.get_by_role("link", name="Bob Brown").click()
    page.locator("summary", has_text="Give more time").click()
    page.get_by_label("Hours after the due date").fill("24")
    page.locator("#why-extend-arithmetic").fill("was ill")
    press(page, "Give more time")
    shows(page, "Bob Brown: 24 h more time. 7 of 10 points now.")

    take("ada", "Cross-attention.")
    page.goto("/staff/quizzes/")
    page.get_by_role("link", name="Mark 2 answers that wait").click()
    page.get_by_role("link", name="words.which").click()
    keys_are_ready(page)
    page.keyboard.press("1")
    shows(page, "1 of 2 points")
    page.keyboard.press("c")
    page.keyboard.type("2 lines, and no key")
    page.keyboard.press("Escape")
    press(page, "Keep and go on k")
    shows(page, "Kept: 1 of 2 for 1 student.")

    page.goto(CLASS)
    page.get_by_role("link", name="Export grades…").click()
    page.get_by_label("What you downloaded there").set_input_files(file("canvas.csv", CANVAS))
    page.get_by_label(re.compile("^Column")).fill("Homework (901)")
    with page.expect_download() as grades:
        press(page, "Make the file")
    assert [line[-2:] for line in grades.value.path().read_text().splitlines()[2:]] == ["10", ",7"]
    page.goto("/staff/log/")
    for deed in ("imported a roster", "gave more time", "marked an answer", "exported grades"):
        shows(page, deed)


def test_answers_are_marked_by_keys_alone(open_page, take, site):
    take("ada", "Cross-attention.")
    take("bob", "The mask.")
    page = open_page("tara")
    page.goto("/staff/marking/words.which")
    for _ in range(2):
        keys_are_ready(page)
        for key in ("1", "2", "2", "k"):
            page.keyboard.press(key)
        shows(page, "Kept: 1 of 2")
    assert page.url.partition("?")[0].endswith("/staff/marking/")
    marks = [attempt.marks for attempt in site.store.marking.attempts()]
    assert [re.search(r'"points": "(\d)"', text)[1] for text in marks] == ["1", "1"]
    page.goto("/staff/marking/words.which")
    keys_are_ready(page)
    page.keyboard.press("n")
    page.wait_for_url("**answer=**")
    shows(page, "Answer 2 of 2")
    keys_are_ready(page)
    press(page, "Keys are on")
    page.keyboard.press("p")
    page.wait_for_timeout(200)
    shows(page, "Answer 2 of 2")


def test_what_is_computed_comes_into_the_page_and_leaves_what_is_typed(
    open_page, site, computing, keeper
):
    for name in ("ada", "bob"):
        handed_in(site, name, site.clock(), CODE)
    page = open_page()
    page.goto(f"{CLASS}similarity")
    press(page, "Compare the class")
    shows(page, "waiting for a worker")
    assert computing.step()
    page.get_by_text("2 submissions compared").wait_for()
    page.get_by_role("button", name="Compare again").wait_for()

    page.goto("/staff/files/questions/words.yaml")
    press(page, "Verify the keys")
    shows(page, "waiting for a worker")
    page.get_by_label("The file").fill("topic: half a word")
    assert computing.step()
    page.get_by_text("Every key that can be run holds.").wait_for()
    assert page.get_by_label("The file").input_value() == "topic: half a word"


def test_no_page_of_staff_has_a_fault_of_accessibility(
    open_page, site, axe, take, number, computing
):
    take("ada", "Cross-attention.")
    page = open_page()
    bob = number("bob")
    pages = ["", "?show=late", "report", "decisions", "export", "release", "regrade", "similarity"]
    pages = [CLASS + one for one in pages]
    pages += [f"/staff/people/{bob}/", f"{CLASS}people/{bob}/reports/1"]
    pages += [f"/staff/{one}/" for one in ("roster", "log", "quizzes", "marking", "files")]
    [attempt] = site.store.marking.attempts()
    pages += [f"/staff/people/{number('ada')}/attempts/{attempt.id}"]
    pages += ["/staff/quizzes/week-3/", "/staff/quizzes/week-3/analysis"]
    pages += ["/staff/marking/words.which", "/staff/files/questions/words.yaml"]
    pages += ["/staff/gradebook/", REPAIRS, f"{REPAIRS}/words.which"]
    found = {}
    for path in pages:
        assert page.goto(path).status == 200
        for details in page.locator("main details").all():
            details.evaluate("one => { one.open = true }")
        found[path] = violations(page, axe)
    page.goto("/staff/files/questions/words.yaml")
    press(page, "Check and preview")
    found["checked"] = violations(page, axe)
    page.goto("/staff/roster/")
    page.get_by_label("Roster", exact=True).set_input_files(file("roster.csv", ROSTER))
    press(page, "Show the differences")
    found["roster"] = violations(page, axe)
    page.goto(f"{REPAIRS}/words.which")
    page.get_by_label("It does not count.").check()
    page.get_by_label("Why; students read it").fill("unclear")
    press(page, "Show what it changes")
    found["a look at a repair"] = violations(page, axe)
    press(page, "Do it")
    found["a repair"] = violations(page, axe)
    for name in ("ada", "bob"):
        handed_in(site, name, site.clock(), CODE)
    page.goto(f"{CLASS}similarity")
    press(page, "Compare the class")
    found["being compared"] = violations(page, axe)
    assert computing.step()
    page.get_by_text("2 submissions compared").wait_for()  # the page looks by itself
    found["compared"] = violations(page, axe)
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_staff_is_wider_than_the_window(open_page, take, number, width):
    take("ada", "Cross-attention.")
    page = open_page(viewport={"width": width, "height": 800})
    for path in (
        CLASS,
        f"{CLASS}report",
        f"{CLASS}decisions",
        f"{CLASS}export",
        f"/staff/people/{number('bob')}/",
        "/staff/roster/",
        "/staff/quizzes/",
        "/staff/quizzes/week-3/analysis",
        "/staff/marking/words.which",
        "/staff/files/questions/words.yaml",
        "/staff/log/",
        "/staff/gradebook/",
        REPAIRS,
        f"{REPAIRS}/words.which",
        f"{CLASS}similarity",
        f"{CLASS}regrade",
    ):
        page.goto(path)
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), path
