"""What students get to work with stands on the page of the assignment, and nothing more."""

import io
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from grader.web.handout_text import read_handout

ASSIGNMENTS = Path(__file__).parents[3] / "assignments"
PAGE = "/code/arithmetic/"
HANDOUT = """\
# Arithmetic

Two functions on arrays, each a line long.

- [shift](#shift)

## shift

It adds $x^2$ to `x < y`. <script>alert(1)</script>

| in | out |
|---|---|
| `x` | its sum |

[Away](javascript:alert(1)) and ![a picture](https://elsewhere.example/p.png).

### shift
"""


@pytest.fixture
def assignment(course_folder):
    """The folder of the assignment, with a handout and a starter."""
    folder = course_folder / "assignments" / "arithmetic"
    (folder / "handout.md").write_text(HANDOUT)
    (folder / "starter.py").write_text("def shift(x):\n    ...\n")
    return folder


@pytest.fixture
def ada(assignment, browser):
    return browser("ada")


def test_the_page_says_what_is_to_be_done_and_gives_the_starter(ada, assignment):
    page = ada.get(PAGE).text
    assert "Two functions on arrays, each a line long." in page
    assert page.index(f'href="{PAGE}handout"') < page.index("<form method")
    sent = ada.get(f"{PAGE}starter/starter.py")
    assert sent.content == (assignment / "starter.py").read_bytes()
    assert sent.headers["content-disposition"] == 'attachment; filename="starter.py"'
    assert "checks.zip" not in page
    assert ada.get(f"{PAGE}checks.zip").status_code == 404


def test_a_handout_is_read_with_headings_tables_and_formulas(ada):
    page = ada.get(f"{PAGE}handout").text
    assert len(re.findall("<h1", page)) == 1
    assert '<h2 id="shift">shift</h2>' in page
    assert '<h3 id="shift-1">shift</h3>' in page
    assert 'data-tex="x^2"' in page
    assert "katex.min.js" in page
    assert "<td><code>x</code></td>" in page


def test_a_formula_that_may_be_wider_than_the_page_is_scrolled_by_keys():
    html = read_handout("# A\n\n$$\nx + y\n$$\n\nand $z$\n").html
    assert re.findall(r'<span class="maths block" tabindex="0"', html) != []
    assert html.count("tabindex") == 1


def test_nothing_of_a_handout_acts(ada):
    page = ada.get(f"{PAGE}handout").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page
    assert 'href="javascript' not in page
    assert "elsewhere.example" not in page


def test_the_contents_of_a_handout_lead_to_its_sections():
    links = re.findall(r'href="#([^"]+)"', read_handout(HANDOUT).html)
    assert links == ["shift"]


@pytest.mark.parametrize("name", ["conftest.py", "assignment.yaml", "..%2Fstarter.py", "x.py"])
def test_no_other_file_of_the_assignment_is_given_out(ada, name):
    assert ada.get(f"{PAGE}starter/{name}").status_code == 404


def test_the_visible_checks_are_those_of_a_release(ada, assignment, course_folder):
    release = course_folder / "releases" / "arithmetic"
    (release / "hidden").mkdir(parents=True)
    (release / "test_shift.py").write_text("visible")
    (release / "hidden" / "test_more.py").write_text("hidden")
    assert ada.get(f"{PAGE}checks.zip").status_code == 404, "that is no release"
    (release / "answers.recorded").write_bytes(b"answers")
    assert f"{PAGE}checks.zip" in ada.get(PAGE).text
    sent = zipfile.ZipFile(io.BytesIO(ada.get(f"{PAGE}checks.zip").content))
    assert sent.namelist() == ["arithmetic/answers.recorded", "arithmetic/test_shift.py"]


def test_before_it_opens_nothing_is_given_out(assignment, browser, clock):
    clock.forward(days=-2)
    for path in ("", "handout", "starter/starter.py", "checks.zip"):
        assert browser("bob").get(PAGE + path).status_code == 404


def test_an_assignment_that_gives_nothing_has_no_such_part(browser, course_folder):
    for name in ("handout.md", "starter.py"):
        (course_folder / "assignments" / "arithmetic" / name).unlink(missing_ok=True)
    page = browser("ada").get(PAGE).text
    assert "What is to be done" not in page
    assert browser("ada").get(f"{PAGE}handout").status_code == 404


def test_the_longest_handout_of_the_course_weighs_under_150_kilobytes(site, browser, course_folder):
    longest = max(ASSIGNMENTS.glob("*/handout.md"), key=lambda path: path.stat().st_size)
    shutil.copy(longest, course_folder / "assignments" / "arithmetic" / "handout.md")
    client = browser("ada")
    page = client.get(f"{PAGE}handout").text
    needs = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    sent = [client.get(path, headers={"Accept-Encoding": "gzip"}) for path in needs]
    weight = len(page.encode()) + sum(int(one.headers["content-length"]) for one in sent)
    assert len(sent) >= 4
    assert weight < 150_000
