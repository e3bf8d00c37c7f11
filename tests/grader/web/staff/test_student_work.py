"""What students handed in and answered, as staff read it: text, and nothing that acts."""

from tests.grader.web.staff.test_regrading import handed_in

CODE = b"def shift(x):\n    return '<script>alert(1)</script>'\n"


def test_a_hand_in_is_shown_as_text(browser, site, clock, number, keeper):
    handed_in(site, "bob", clock(), CODE)
    tutor = browser("tara")
    page = tutor.get(f"/staff/people/{number('bob')}/").text
    address = f"/staff/code/arithmetic/people/{number('bob')}/hand-ins/1"
    assert address in page
    shown = tutor.get(address).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown
    assert "Bob" not in shown
    file = tutor.get(f"{address}/files/1")
    assert file.content == CODE
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["content-type"] == "application/octet-stream"
    assert tutor.get(f"{address}/files/2").status_code == 404
    assert tutor.get(address.replace("hand-ins/1", "hand-ins/2")).status_code == 404


def test_nobody_elses_hand_in_is_at_the_address_of_another(browser, site, clock, number, keeper):
    handed_in(site, "bob", clock(), CODE)
    address = f"/staff/code/arithmetic/people/{number('ada')}/hand-ins/1"
    assert browser("prof").get(address).status_code == 404


def test_an_attempt_has_every_answer_and_its_mark(browser, site, take, number):
    take("ada", "Cross-<i>attention</i>.")
    [attempt] = site.store.marking.attempts(student="ada")
    owner = browser("prof")
    page = owner.get(f"/staff/people/{number('ada')}/attempts/{attempt.id}").text
    assert "Cross-&lt;i&gt;attention&lt;/i&gt;." in page
    assert "… needs marking, 0 of 2" in page
    assert owner.get(f"/staff/people/{number('bob')}/attempts/{attempt.id}").status_code == 404
