"""Quizzes in a real browser: by keyboard, by mouse, through a lost line, in two tabs, on time."""

from datetime import timedelta

import pytest

from grader.web.application import application
from tests.grader.web.quizzes.conftest import KINDS, example, write_bank, write_quiz
from tests.grader.web.quizzes.test_questions import PLACE
from tests.grader.web.served import ServedSite, axe_script, chromium, enter, violations

pytestmark = pytest.mark.slow

BASE = "/quizzes/week-3/"
ATTEMPT = f"{BASE}attempts/1/"


@pytest.fixture(scope="module")
def driven():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    return axe_script(tmp_path_factory.mktemp("npm"))


@pytest.fixture
def served(site, quizzes):
    server = ServedSite(application(site))
    yield server
    server.stop()


@pytest.fixture
def open_page(driven, served, site):
    """A signed-in page of a browser of its own; whatever its console says fails the test."""
    contexts, faults = [], []

    def opened(person="ada", context=None, **options):
        if context is None:
            context = driven.new_context(base_url=served.address, **options)
            contexts.append(context)
            page = context.new_page()
            enter(page, site, served.address, person)
        else:
            page = context.new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    allowed = ("Failed to load resource", "[DOM] Password forms")
    assert [one for one in faults if not one.startswith(allowed)] == []


def is_saved(page):
    from playwright.sync_api import expect

    expect(page.locator("#saved")).to_have_text("✓ Saved")


def is_post(answer):
    return answer.request.method == "POST"


def shows(page, text):
    from playwright.sync_api import expect

    expect(page.locator("main")).to_contain_text(text)


def begin(page):
    page.goto(BASE)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/questions/1")


def tab_to(page, name):
    """Press Tab until something of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(
            "name => (document.activeElement.getAttribute('name') ?? '') === name"
            " || document.activeElement.textContent.trim().startsWith(name)",
            name,
        ):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


def test_a_quiz_is_taken_by_keyboard_alone_with_a_stop_in_between(open_page, stored):
    page = open_page()
    page.goto(BASE)
    tab_to(page, "Begin")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/1")
    assert KINDS[:3] == ("choice", "choices", "true_false")
    tab_to(page, "answer")
    page.keyboard.press("Space")
    is_saved(page)
    tab_to(page, "Next question")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/2")
    tab_to(page, "answer")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    is_saved(page)
    page.close()  # the taker stops here

    again = open_page()
    again.goto(BASE)
    shows(again, f"2 of {len(KINDS)} questions answered")
    tab_to(again, "Go on")
    again.keyboard.press("Enter")
    again.wait_for_url("**/questions/3")
    for place in range(3, len(KINDS) + 1):
        again.goto(f"{ATTEMPT}questions/{place}")
        kind = KINDS[place - 1]
        by_keys(again, kind)
        is_saved(again)
    tab_to(again, "Look over all and hand in")
    again.keyboard.press("Enter")
    shows(again, f"All {len(KINDS)} questions have an answer")
    tab_to(again, "Hand in")
    again.keyboard.press("Enter")
    shows(again, "Your marks")
    assert set(stored()) == set(KINDS)


def by_keys(page, kind):
    """Answer a question of this kind without a mouse."""
    match kind:
        case "true_false":
            tab_to(page, "answer")
            page.keyboard.press("Space")
        case "ordering":
            tab_to(page, "↓")
            page.keyboard.press("Enter")
        case "matching":
            tab_to(page, "answer-1")
            page.keyboard.press("a")
            page.keyboard.press("Tab")
            page.keyboard.press("b")
        case "fill":
            tab_to(page, "answer-1")
            page.keyboard.type("argmax")
            page.keyboard.press("Tab")
            page.keyboard.press("ArrowDown")
        case _:
            tab_to(page, "answer")
            page.keyboard.type("3.912" if kind == "numeric" else "its input")


def order(page):
    return page.locator(".steps-order .row").evaluate_all("rows => rows.map(r => r.dataset.label)")


def test_rows_move_by_buttons_keys_and_dragging_and_are_said(open_page, stored):
    from playwright.sync_api import expect

    page = open_page()
    begin(page)
    page.goto(f"{ATTEMPT}questions/{PLACE['ordering']}")
    one, two, three, four = order(page)
    button = page.locator(f"#q-down-{one}")
    button.click()
    assert order(page) == [two, one, three, four]
    expect(page.locator("#moved")).to_contain_text("position 2 of 4")
    expect(button).to_be_focused()
    is_saved(page)
    page.keyboard.press("Alt+ArrowDown")
    assert order(page) == [two, three, one, four]
    expect(button).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    assert order(page) == [one, two, three, four]
    handles = page.locator(".steps-order .handle")
    with page.expect_response(is_post):  # what was saved before says so still
        handles.nth(3).drag_to(handles.nth(0))
    assert order(page) == [four, one, two, three]
    with page.expect_response(is_post):
        page.locator(f"#q-down-{three}").click()
    expect(page.locator("#moved")).to_contain_text("belongs nowhere")
    is_saved(page)
    page.reload()
    assert order(page) == [four, one, two]
    assert len(stored()["ordering"]) == 3


def test_a_lost_line_loses_nothing(open_page, stored):
    from playwright.sync_api import expect

    page = open_page()
    begin(page)
    page.goto(f"{ATTEMPT}questions/{PLACE['text']}")
    page.context.set_offline(True)
    page.locator("textarea").fill("Written without a line.")
    expect(page.locator("#saved")).to_have_text("✗ Not saved, trying again")
    page.get_by_role("button", name="Back").click()
    expect(page.locator("#why")).to_have_text("Stay on this page until it is saved.")
    assert page.locator("textarea").input_value() == "Written without a line."
    assert "text" not in stored()
    page.context.set_offline(False)
    is_saved(page)
    assert stored()["text"] == "Written without a line."


def test_who_is_signed_out_meanwhile_is_told_and_loses_nothing(open_page, site, served, stored):
    from playwright.sync_api import expect

    page = open_page()
    begin(page)
    page.goto(f"{ATTEMPT}questions/{PLACE['numeric']}")
    page.context.clear_cookies()
    page.locator("#q-line").fill("3")
    expect(page.locator("#why")).to_contain_text("You are signed out")
    other = open_page(context=page.context)
    enter(other, site, served.address, "ada")
    is_saved(page)
    assert stored()["numeric"] == "3"


def test_a_server_that_is_started_again_loses_nothing(open_page, served, stored):
    from playwright.sync_api import expect

    page = open_page()
    begin(page)
    page.goto(f"{ATTEMPT}questions/{PLACE['numeric']}")
    page.locator("#q-line").fill("3")
    is_saved(page)
    served.stop()
    page.locator("#q-line").fill("3.912")
    expect(page.locator("#saved")).to_have_text("✗ Not saved, trying again")
    served.start()
    expect(page.locator("#saved")).to_have_text("✓ Saved", timeout=20_000)
    assert stored()["numeric"] == "3.912"


def test_an_answer_whose_receipt_was_lost_is_no_answer_of_another_window(open_page, stored):
    page = open_page()
    begin(page)
    page.goto(f"{ATTEMPT}questions/{PLACE['numeric']}")
    lost = []

    def lose_the_answer(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)  # it arrives, and the line breaks
            route.abort()
        else:
            route.continue_()

    page.route("**/questions/*", lose_the_answer)
    page.locator("#q-line").fill("3")
    page.wait_for_timeout(1200)
    page.locator("#q-line").fill("3.912")
    is_saved(page)
    assert lost == [200]
    assert page.locator("#elsewhere").is_hidden()
    assert stored()["numeric"] == "3.912"


@pytest.mark.parametrize(("choice", "stands"), [("mine", "2"), ("theirs", "1")])
def test_two_tabs_lose_nothing(open_page, stored, choice, stands):
    from playwright.sync_api import expect

    one = open_page()
    begin(one)
    place = f"{ATTEMPT}questions/{PLACE['numeric']}"
    one.goto(place)
    two = open_page(context=one.context)
    two.goto(place)
    one.locator("#q-line").fill("1")
    is_saved(one)
    two.locator("#q-line").fill("2")
    expect(two.locator("#elsewhere")).to_be_visible()
    assert stored()["numeric"] == "1"
    two.locator(f"[data-choose={choice}]").click()
    expect(two.locator("#q-line")).to_have_value(stands)
    is_saved(two)
    assert stored()["numeric"] == stands


def test_at_the_end_of_the_time_what_was_saved_is_handed_in(open_page, quizzes, clock, stored):
    quizzes(minutes=30)
    page = open_page()
    begin(page)
    page.goto(f"{ATTEMPT}questions/{PLACE['numeric']}")
    clock.forward(minutes=29, seconds=57)
    page.locator("#q-line").fill("3.912")
    is_saved(page)
    clock.forward(seconds=4)
    shows(page, "Your marks")
    assert stored() == {"numeric": "3.912"}


def test_practice_marks_at_once_by_one_button(open_page):
    page = open_page()
    page.goto("/practice/topics/all/")
    page.get_by_role("button", name="Practise").click()
    for place in range(1, len(KINDS) + 1):
        page.goto(f"/practice/topics/all/attempts/1/questions/{place}")
        if page.get_by_role("radio").count():
            break
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Answer").last.click()
    page.locator("#verdict").wait_for()
    assert page.get_by_role("radio").first.is_disabled()


def test_without_a_script_the_same_pages_work(open_page, stored):
    page = open_page(java_script_enabled=False)
    begin(page)
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Next question").click()
    page.goto(f"{ATTEMPT}questions/{PLACE['ordering']}")
    first = order_without_script(page)
    page.locator(f"#q-down-{first[0]}").click()
    assert order_without_script(page)[:2] == [first[1], first[0]]
    assert set(stored()) == {"choice", "ordering"}


def order_without_script(page):
    return [row.get_attribute("data-label") for row in page.locator(".steps-order .row").all()]


def test_axe_finds_no_violation_and_nothing_scrolls_sideways(
    open_page, axe, quizzes, clock, course_folder
):
    maths = {**example("short"), "id": "all.maths", "stem": r"What is $\frac{d}{h}$ of `x`?"}
    maths["stem"] += "\n\n| a | b |\n|---|---|\n| 1 | $x_i$ |\n\n```text\n" + "x" * 200 + "\n```\n"
    write_bank(course_folder, [*(example(kind) for kind in KINDS), maths])
    write_quiz(course_folder, minutes=45, attempts=2)
    write_quiz(course_folder, "later.yaml", id="later", opens=in_days(clock, 1))
    write_quiz(course_folder, "past.yaml", id="past", closes=in_days(clock, -1))
    page = open_page()
    paths = ("/quizzes/", BASE, "/quizzes/later/", "/quizzes/past/", "/practice/")
    looked = [look(page, axe, path) for path in paths]
    begin(page)
    for place in range(1, len(KINDS) + 2):
        looked.append(look(page, axe, f"{ATTEMPT}questions/{place}"))
    assert page.locator(".maths .katex").count() == 2
    page.locator("#q-line").fill("its input")
    is_saved(page)
    looked.append(look(page, axe, ATTEMPT))
    page.get_by_role("button", name="Hand in").click()
    looked += [look(page, axe, path) for path in (ATTEMPT, BASE)]
    page.goto("/practice/topics/all/")
    page.get_by_role("button", name="Practise").click()
    looked.append(look(page, axe, page.url))
    assert [one for one in looked if one] == []


def in_days(clock, days):
    return (clock() + timedelta(days=days)).isoformat()


def look(page, axe, path):
    """What is wrong with a page: violations in both themes, a width beyond the window's."""
    page.goto(path)
    found = violations(page, axe)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{path} is {wide} wide of {width}"] if wide > width else []
    return found
