"""Style and scripts: packed for whoever takes that, and few enough for a slow line."""

import re

import pytest

from grader.web.assets import FOLDER, static

MOST = 150_000  # bytes of a page with all that it loads, without fonts
SCRIPT = "vendored/katex/katex.min.js"


def test_a_script_is_packed_for_those_who_take_that(browser):
    client = browser()
    packed = client.get(static(SCRIPT), headers={"Accept-Encoding": "gzip"})
    plain = client.get(static(SCRIPT), headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == (FOLDER / SCRIPT).read_bytes()
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


def test_a_font_is_packed_already(browser):
    font = "vendored/katex/fonts/KaTeX_Main-Regular.woff2"
    answer = browser().get(static(font), headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-type"] == "font/woff2"


@pytest.mark.parametrize("package", ["katex", "sortable"])
def test_what_is_not_ours_has_its_licence_beside_it(package):
    assert "MIT License" in (FOLDER / "vendored" / package / "LICENSE").read_text()


def test_the_heaviest_page_is_light(browser, course_folder):
    """A question with formulas whose rows are moved: all scripts that there are."""
    (course_folder / "quizzes").mkdir()
    quiz = "{title: One, id: one, questions: [generation-loop.order-one-token]}"
    (course_folder / "quizzes" / "one.yaml").write_text(quiz)
    client = browser("ada")
    client.post("/quizzes/one/begin", data={"number": "1"})
    page = client.get("/quizzes/one/attempts/1/questions/1").text
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert any("katex.min.js" in one for one in loaded)
    assert any("Sortable.min.js" in one for one in loaded)
    sizes = [
        int(client.get(one, headers={"Accept-Encoding": "gzip"}).headers["content-length"])
        for one in loaded
    ]
    assert len(page.encode()) + sum(sizes) < MOST
