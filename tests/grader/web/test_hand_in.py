"""Students hand in in the browser, see how far it is, and look back; nobody sees another's work."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from grader.hand_ins.working import WorkerSettings, WorkerSlot
from grader.store.audit_store import AuditEntry
from grader.web.opening import open_site

PAGE = "/code/arithmetic/"


@pytest.fixture
def graded(site, clock):
    """Grades all that waits."""
    settings = WorkerSettings(
        course=site.course,
        assignments={one.name: one for one in site.assignments},
        require_level="none",
        clock=clock,
        name="worker",
    )
    slot = WorkerSlot(site.store, settings)

    def all_of_it():
        while slot.step():
            pass

    yield all_of_it
    slot.close()


def upload(client, *files, **fields):
    sent = [("files", (name, text)) for name, text in files]
    return client.post(PAGE, files=sent or None, data=fields)


def test_what_is_to_be_known_stands_before_the_button(browser, clock):
    page = browser("ada").get(PAGE).text
    assert "Sun 8 Nov 2026, 23:59 CET" in page
    assert "You are in time: 6 days 13 h are left." in page
    assert "Of several attempts the last one counts." in page
    clock.forward(days=7, hours=2)
    page = browser("ada").get(PAGE).text
    assert "Handed in now it is" in page
    assert "Hand in late" in page
    assert "10 % of the maximum a day" in page


def test_the_receipt_names_what_came_and_when(browser, right):
    client = browser("ada")
    answer = upload(client, ("submission.py", right), ("notes.txt", "my notes"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}attempts/1")
    page = client.get(answer.headers["location"]).text
    assert "Received Mon 2 Nov 2026, 10:00 CET" in page
    assert "submission.py" in page
    assert "notes.txt" in page
    assert "8 bytes" in page
    assert "sha256" in page
    assert "Yours is the next one." in page


def test_a_double_click_is_one_attempt(browser, site, right):
    client = browser("ada")
    places = {upload(client, ("submission.py", right)).headers["location"] for _ in range(2)}
    assert places == {f"{PAGE}attempts/1", f"{PAGE}attempts/1?again"}
    assert "was not counted twice" in client.get(f"{PAGE}attempts/1?again").text
    assert len(site.store.hand_ins.of_person("arithmetic", "ada")) == 1


def test_pasted_code_is_a_submission(browser, site):
    upload(browser("ada"), code="x = 1\r\ny = 2\r\n")
    (kept,) = site.store.hand_ins.of_person("arithmetic", "ada")
    assert site.store.hand_ins.contents(kept.id) == (("submission.py", b"x = 1\ny = 2\n"),)


def test_a_refusal_says_what_to_do_and_keeps_what_was_typed(browser):
    client = browser("ada")
    answer = upload(client, ("notes.pdf", "x"), code="my = 'code'")
    assert answer.status_code == 400
    assert "There is no Python file, notebook or zip among the files." in answer.text
    assert "my = &#39;code&#39;" in answer.text
    empty = upload(client)
    assert empty.status_code == 400
    assert "Nothing was handed in." in empty.text


def test_names_of_files_act_nowhere(browser, right):
    client = browser("ada")
    upload(client, ("../../<script>alert(1)</script>\x1b.py", right))
    page = client.get(f"{PAGE}attempts/1").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    sent = client.get(f"{PAGE}attempts/1/files/1")
    assert sent.text == right
    assert sent.headers["content-disposition"].startswith("attachment;")
    assert ".." not in sent.headers["content-disposition"]
    assert sent.headers["content-type"] == "application/octet-stream"


def test_a_report_stands_in_the_site_and_says_which_attempt_counts(browser, graded, right, clock):
    client = browser("ada")
    upload(client, ("submission.py", "def shift(x):\n    return x\n"))
    clock.forward(minutes=1)
    upload(client, ("submission.py", right))
    graded()
    report = client.get(f"{PAGE}reports/2").text
    assert "checks passed." in report
    assert "Attempt 2 of 2" in report
    assert "this one counts" in report
    assert "+7 since the attempt before" in report
    assert "this one counts" not in client.get(f"{PAGE}reports/1").text
    assert report.count("<h1") == 1
    history = client.get(PAGE).text
    assert "7 of 7 points" in history
    assert "+7" in history


def test_nobody_sees_another_ones_work(browser, graded, right):
    upload(browser("ada"), ("submission.py", right))
    graded()
    bob = browser("bob")
    for path in ("attempts/1", "attempts/1/files/1", "attempts/1/events", "reports/1"):
        assert bob.get(PAGE + path).status_code == 404
        assert browser().get(PAGE + path).headers["location"].startswith("/login")
    assert "ada" not in bob.get(PAGE).text.lower()


def test_a_progress_stream_says_what_the_page_says_and_ends(browser, graded, right):
    client = browser("ada")
    upload(client, ("submission.py", right))
    graded()
    with client.stream("GET", f"{PAGE}attempts/1/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = list(stream.iter_lines())
    (data,) = (line[6:] for line in lines if line.startswith('data: {"html"'))
    assert "Read the report" in json.loads(data)["html"]
    assert "event: end" in lines
    (number,) = (line[4:] for line in lines if line.startswith("id: "))
    again = {"last-event-id": number}
    with client.stream("GET", f"{PAGE}attempts/1/events", headers=again) as stream:
        first = next(line for line in stream.iter_lines() if line)
    assert first == "retry: 500"


def test_hidden_grades_are_seen_nowhere(browser, site, graded, right, clock):
    client = browser("ada")
    upload(client, ("submission.py", right))
    graded()
    entry = AuditEntry(at=clock(), who="prof", what="hid grades", about="arithmetic")
    site.store.releases.show("code", "arithmetic", is_shown=False, entry=entry)
    assert client.get(f"{PAGE}reports/1").headers["location"] == f"{PAGE}attempts/1"
    for path in ("/", PAGE, f"{PAGE}attempts/1"):
        page = client.get(path).text
        assert "7 of 7" not in page
        assert "passed" not in page.replace('class="card edge passed receipt"', "")


def test_before_it_opens_an_assignment_is_not_there(browser, clock):
    clock.forward(days=-2)
    client = browser("ada")
    assert client.get(PAGE).status_code == 404
    assert "Arithmetic" not in client.get("/").text


def test_when_all_attempts_are_used_nothing_more_is_taken(
    course_folder, site, clock, browser, right
):
    path = course_folder / "course.yaml"
    path.write_text(path.read_text() + "    attempts: {counts: best, at_most: 1}\n")
    open_site(course_folder, clock=clock).store.close()
    client = browser("ada")
    assert "1 attempt of 1 left" in client.get(PAGE).text
    assert upload(client, ("submission.py", right)).status_code == 303
    assert upload(client, ("submission.py", right)).status_code == 303  # the same once more
    refused = upload(client, ("submission.py", right + "\n"))
    assert refused.status_code == 400
    assert "You have used the only attempt." in refused.text
    assert len(site.store.hand_ins.of_person("arithmetic", "ada")) == 1


def test_staff_hand_nothing_in(browser, right):
    assert upload(browser("prof"), ("submission.py", right)).status_code == 403


def test_a_report_that_is_our_fault_says_so(browser, site, clock, right):
    client = browser("ada")
    upload(client, ("submission.py", right))
    job = site.store.jobs.claim("w", at=clock(), until=clock())
    later = clock() + timedelta(minutes=5)
    site.store.jobs.put_back(job, not_before=later, reason="the grading process ended")
    page = client.get(f"{PAGE}attempts/1").text
    assert "that is our fault: the grading process ended" in page
    assert "tried again at Mon 2 Nov 2026, 10:05 CET" in page


def test_too_many_files_are_refused(browser):
    files = [(f"m{number}.py", "x") for number in range(201)]
    assert upload(browser("ada"), *files).status_code == 400


def test_what_has_become_late_since_the_page_was_made_is_asked_once_more(browser, site, clock):
    client = browser("ada")
    clock.at = datetime(2026, 11, 8, 22, 58, tzinfo=UTC)
    assert "You are in time: 1 min is left." in client.get(PAGE).text
    clock.forward(minutes=2)
    sent = {"code": "typed = 1", "stake": "in time"}
    asked = client.post(PAGE, data=sent)
    assert asked.status_code == 400
    assert "Time has gone on since this page was made, and nothing was kept." in asked.text
    assert "Handed in now it is 1 min late. \N{MINUS SIGN}0.7 of 7 points at the most" in asked.text
    assert "typed = 1" in asked.text
    assert site.store.hand_ins.of_person("arithmetic", "ada") == ()
    [stake] = re.findall(r'name="stake" value="([^"]*)"', asked.text)
    clock.forward(minutes=1)
    assert client.post(PAGE, data=sent | {"stake": stake}).status_code == 303
    clock.forward(days=1)
    asked = client.post(PAGE, data={"code": "typed = 2", "stake": stake})
    assert "\N{MINUS SIGN}1.4 of 7 points at the most" in asked.text
    assert client.post(PAGE, data={"code": "typed = 1", "stake": stake}).status_code == 303


def test_what_was_in_time_then_is_taken_after_an_extension(browser, clock, site):
    client = browser("ada")
    clock.at = datetime(2026, 11, 8, 23, 30, tzinfo=UTC)
    [stake] = re.findall(r'name="stake" value="([^"]*)"', client.get(PAGE).text)
    number = site.accounts.by_person("ada").id
    path = f"/staff/code/arithmetic/people/{number}/decide/extend"
    assert browser("prof").post(path, data={"hours": "24", "reason": "ill"}).status_code == 303
    assert client.post(PAGE, data={"code": "x = 1", "stake": stake}).status_code == 303


def test_a_receipt_says_whether_it_came_in_time(browser, clock, graded):
    client = browser("ada")
    upload(client, ("submission.py", "x = 1"))
    clock.forward(days=7)
    upload(client, ("submission.py", "x = 2"))
    assert "<p>In time.</p>" in client.get(f"{PAGE}attempts/1").text
    late = client.get(f"{PAGE}attempts/2").text
    assert "Handed in 10 h 1 min late. \N{MINUS SIGN}0.7 of 7 points at the most" in late


def test_of_files_and_pasted_code_neither_is_lost_without_a_word(browser, site):
    client = browser("ada")
    files = [("files", ("submission.py", b"x = 1"))]
    refused = client.post(PAGE, files=files, data={"code": "y = 2"})
    assert refused.status_code == 400
    assert "There are files, and pasted code too." in refused.text
    assert "y = 2" in refused.text
    assert site.store.hand_ins.of_person("arithmetic", "ada") == ()


def test_after_the_grading_no_stage_waits(browser, graded, site, clock, right):
    client = browser("ada")
    upload(client, ("submission.py", b"\xe9"))
    assert "waiting" in client.get(PAGE).text
    graded()
    for path in (PAGE, f"{PAGE}attempts/1"):
        page = client.get(path).text
        assert "cannot be read" in page
        assert "waiting" not in page
    clock.forward(minutes=1)
    upload(client, ("submission.py", right))
    graded()
    entry = AuditEntry(at=clock(), who="prof", what="hid grades", about="arithmetic")
    site.store.releases.show("code", "arithmetic", is_shown=False, entry=entry)
    for path in (PAGE, f"{PAGE}attempts/2"):
        page = client.get(path).text
        assert "handed in" in page
        assert "waiting</span>" not in page.replace('class="badge waiting"', "")
        assert "came out" not in page
