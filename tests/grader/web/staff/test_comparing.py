"""How alike submissions are, from a browser; the reading of code is another process's."""

import io
import zipfile

from tests.grader.web.staff.test_regrading import handed_in

PAGE = "/staff/code/arithmetic/similarity"
CODE = b"""
def shift(x):
    unusual = [entry for entry in (x, x, x)]
    total = sum(unusual[1:]) - unusual[0] * len(unusual[2:])
    return total + 1 if total is not None else None
"""


def test_nobody_is_compared_before_anything_is_handed_in(browser, keeper):
    owner = browser("prof")
    assert "The class was not compared yet." in owner.get(PAGE).text
    assert owner.post(PAGE, data={}).status_code == 400
    assert owner.get(f"{PAGE}/pages.zip").status_code == 404


def test_a_class_is_compared_and_the_pages_come_as_a_zip(browser, site, clock, keeper, log):
    for name, text in (("ada", CODE), ("bob", CODE + b"# mine\n"), ("cy", b"\x00\xff")):
        handed_in(site, name, clock(), text)
    owner = browser("prof")
    answer = owner.post(PAGE, data={})
    assert answer.status_code == 303
    page = owner.get(answer.headers["location"]).text
    assert "2 submissions compared." in page
    assert "the same but for comments" in page
    assert "Ada Adams" in page
    assert log()[0].what == "compared a class"
    pages = owner.get(f"{PAGE}/pages.zip")
    with zipfile.ZipFile(io.BytesIO(pages.content)) as archive:
        assert "index.html" in archive.namelist()
