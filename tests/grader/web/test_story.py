"""A student in a real browser: from the invitation to the report, with and without a script."""

import threading

import pytest

from grader.courses.inviting import invite
from grader.hand_ins.working import WorkerSettings, WorkerSlot
from grader.web.application import application
from tests.grader.web.served import ServedSite, axe_script, chromium, enter, violations
from tests.grader.web.test_to_work_with import HANDOUT

pytestmark = pytest.mark.slow

PAGE = "/code/arithmetic/"


@pytest.fixture(scope="module")
def driven():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    return axe_script(tmp_path_factory.mktemp("npm"))


@pytest.fixture
def served(site):
    server = ServedSite(application(site))
    yield server
    server.stop()


@pytest.fixture
def slot(site, clock):
    settings = WorkerSettings(
        course=site.course,
        assignments={one.name: one for one in site.assignments},
        require_level="none",
        clock=clock,
        name="worker",
    )
    made = WorkerSlot(site.store, settings)
    yield made
    made.close()


@pytest.fixture
def open_page(driven, served):
    contexts, faults = [], []

    def opened(**options):
        context = driven.new_context(base_url=served.address, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    allowed = ("Failed to load resource", "[DOM] Password forms")
    assert [one for one in faults if not one.startswith(allowed)] == []


def fits(page):
    """Whether nothing has to be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_from_the_invitation_to_the_report(open_page, served, site, slot, clock, right, tmp_path):
    page = open_page()
    ada = [site.accounts.by_person("ada")]
    link = invite(site.accounts, ada, address=served.address, at=clock(), days=1)["ada"]
    page.goto(link)
    page.get_by_label("A password, to come back with").fill("a long password")
    page.get_by_role("button", name="Enter").click()
    page.get_by_role("link", name="Hand in").click()
    source = tmp_path / "submission.py"
    source.write_text(right)
    page.get_by_label("Files").set_input_files(source)
    assert "submission.py (" in page.locator("#chosen").inner_text()
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.wait_for_url(f"**{PAGE}attempts/1")
    assert "Received" in page.locator("#receipt").inner_text()
    page.get_by_text("Yours is the next one.").wait_for()
    worker = threading.Thread(target=slot.step)
    worker.start()
    page.get_by_role("link", name="Read the report").wait_for()  # the page was not loaded again
    worker.join()
    page.get_by_role("link", name="Read the report").click()
    assert "7" in page.locator(".points").inner_text()
    page.get_by_role("link", name="Ada Adams").click()
    page.get_by_role("button", name="Sign out here").click()
    page.get_by_label("Name or e-mail").fill("ada@example.org")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("all points").wait_for()


def test_files_are_dropped(open_page, served, site):
    page = open_page()
    enter(page, site, served.address, "ada")
    page.goto(PAGE)
    dropped = page.evaluate_handle(
        """() => {
            const dropped = new DataTransfer();
            dropped.items.add(new File(["x = 1"], "submission.py"));
            return dropped;
        }"""
    )
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": dropped})
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.wait_for_url(f"**{PAGE}attempts/1")


def test_a_refusal_and_a_lost_line_keep_what_was_typed(open_page, served, site):
    page = open_page()
    enter(page, site, served.address, "ada")
    page.goto(PAGE)
    page.get_by_text("Paste code instead").click()
    page.get_by_label("Code, taken as submission.py").fill("x = 1")
    served.stop()
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.get_by_text("there is no connection").wait_for()
    assert page.get_by_label("Code, taken as submission.py").input_value() == "x = 1"
    served.start()
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.wait_for_url(f"**{PAGE}attempts/1")


def test_a_refusal_is_said_beside_the_form_and_not_what_the_page_begins_with(
    open_page, served, site, course_folder, tmp_path
):
    (course_folder / "assignments" / "arithmetic" / "handout.md").write_text(HANDOUT)
    page = open_page()
    enter(page, site, served.address, "ada")
    page.goto(PAGE)
    source = tmp_path / "notes.pdf"
    source.write_text("x")
    page.get_by_label("Files").set_input_files(source)
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.get_by_text("There is no Python file, notebook or zip among the files.").wait_for()


def test_a_file_that_cannot_be_read_any_more_is_named(open_page, served, site, tmp_path):
    page = open_page()
    enter(page, site, served.address, "ada")
    page.goto(PAGE)
    source = tmp_path / "submission.py"
    source.write_text("x = 1")
    page.get_by_label("Files").set_input_files(source)
    source.unlink()
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.get_by_text("submission.py cannot be read: it is a folder, or has changed").wait_for()


def test_a_deadline_that_passes_under_an_open_page_is_said_before_anything_is_kept(
    open_page, served, site, clock
):
    page = open_page()
    enter(page, site, served.address, "ada")
    page.goto(PAGE)
    page.get_by_text("Paste code instead").click()
    page.get_by_label("Code, taken as submission.py").fill("x = 1")
    clock.forward(days=7)
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.get_by_text("Time has gone on since this page was made").wait_for()
    assert "late" in page.locator(".terms").inner_text()
    page.get_by_role("button", name="Hand in late", exact=True).click()
    page.wait_for_url(f"**{PAGE}attempts/1")


def test_a_link_that_is_pressed_twice_opens_the_course(open_page, served, site, clock):
    page = open_page()
    ada = [site.accounts.by_person("ada")]
    link = invite(site.accounts, ada, address=served.address, at=clock(), days=1)["ada"]
    page.goto(link)
    page.get_by_role("button", name="Enter").dblclick()
    page.get_by_role("heading", name="What is due").wait_for()


def test_progress_goes_on_after_a_broken_line(open_page, served, site, slot, right):
    page = open_page()
    enter(page, site, served.address, "ada")
    page.goto(PAGE)
    page.get_by_text("Paste code instead").click()
    page.get_by_label("Code, taken as submission.py").fill(right)
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.wait_for_url(f"**{PAGE}attempts/1")
    served.stop()
    page.get_by_text("The line is broken.").wait_for()
    slot.step()
    served.start(application(site))
    page.get_by_role("link", name="Read the report").wait_for()
    assert page.locator("#line").inner_text() == ""


def test_without_a_script_it_is_all_there(open_page, served, site, slot, right, tmp_path):
    page = open_page(java_script_enabled=False)
    enter(page, site, served.address, "ada")
    page.goto(PAGE)
    source = tmp_path / "submission.py"
    source.write_text(right)
    page.get_by_label("Files").set_input_files(source)
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.wait_for_url(f"**{PAGE}attempts/1")
    slot.step()
    page.get_by_role("link", name="Read the report").wait_for()  # the page asks again by itself
    page.get_by_role("link", name="Read the report").click()
    assert "checks passed" in page.locator("main").inner_text()


def test_axe_finds_no_violation_and_nothing_scrolls_sideways(
    open_page, served, site, slot, axe, clock, right, with_double, course_folder
):
    handout = course_folder / "assignments" / "arithmetic" / "handout.md"
    handout.write_text(HANDOUT)
    (handout.parent / "starter.py").write_text("def double(x): ...\n")
    page = open_page(bypass_csp=True)
    looked = []

    def look(path=None):
        if path is not None:
            page.goto(path)
        looked.extend(f"{page.url}: {one}" for one in violations(page, axe))
        page.set_viewport_size({"width": 320, "height": 900})
        assert fits(page), page.url
        page.set_viewport_size({"width": 1280, "height": 900})

    ada = [site.accounts.by_person("ada")]
    look(invite(site.accounts, ada, address=served.address, at=clock(), days=1)["ada"])
    page.get_by_role("button", name="Enter").click()
    look("/")
    look(PAGE)
    for source in (with_double("return x * x"), right):
        page.goto(PAGE)
        page.get_by_text("Paste code instead").click()
        page.get_by_label("Code, taken as submission.py").fill(source)
        page.get_by_role("button", name="Hand in", exact=True).click()
        page.wait_for_url(f"**{PAGE}attempts/*")
        look()
        slot.step()
    page.get_by_role("link", name="Read the report").wait_for()
    for path in ("attempts/2", "reports/1", "reports/2", ""):
        look(PAGE + path)
    for path in ("/", "/account", "/nowhere", f"{PAGE}handout"):
        look(path)
    page.get_by_role("link", name="Ada Adams").click()
    page.get_by_role("button", name="Sign out here").click()
    page.wait_for_url("**/login")
    look()
    assert looked == []
