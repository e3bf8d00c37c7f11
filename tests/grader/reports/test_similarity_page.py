"""The pages on likeness: whole by themselves, harmless, and without a verdict."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from grader.reports.similarity_page import comparison_json, overview, pair_page, pairs_csv
from grader.similarity.compared_code import NotCompared
from grader.similarity.comparing import compare
from grader.similarity.source_reader import SourceReader
from tests.grader.quiz.exports.node_packages import BROWSERS, program
from tests.grader.similarity.corpus import compared, sources

TEXTS = sources()
COPIED = TEXTS["torch-einsum"]
VERDICTS = (
    "plagiar",
    "cheat",
    "copied",
    "copying",
    "suspic",
    "guilt",
    "fraud",
    "dishonest",
    "stole",
)
VERDICTS += ("misconduct", "evidence", "offend", "violat", "caught", "threshold", "original")
AXE = """<script src="axe.min.js"></script><script>
const root = document.documentElement
axe.run().then(run => parent.postMessage(
    `${innerWidth} wide, ${root.scrollWidth > root.clientWidth ? "too much" : "fits"}, found: ` +
    (run.violations.map(each => each.id).join() || "none"), "*"))
</script>"""
HEARD = """<body style="margin: 0"><script>
onmessage = event => document.body.dataset.found = event.data
</script>"""


class Tags(HTMLParser):
    """The tags of a page, their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links, self.text = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def comparison():
    """A class in which one text is there twice, under a name and with lines that would act."""
    acting = COPIED + "\n# </pre><script>alert(1)</script> \u202e {{ 7 * 7 }}\n"
    with SourceReader() as reader:
        class_ = [compared(reader, name, text) for name, text in TEXTS.items()]
        class_.append(compared(reader, "=<b>eve</b>", acting))
        return compare(
            class_,
            [],
            given=set(),
            not_compared=[NotCompared(name="mallory", shelf="class", why="<i>is</i> broken")],
        )


@pytest.fixture(scope="module")
def pages(comparison):
    """The overview and the page of the first pair."""
    return [
        overview(comparison, title="Generate <text>", paged=3).decode(),
        pair_page(comparison, 1, title="Generate <text>", paged=3).decode(),
    ]


def test_a_page_needs_nothing_else_and_runs_nothing(pages):
    for page in pages:
        read = Tags(page)
        assert not {"script", "link", "img", "iframe", "form"} & set(read.tags)
        assert all(re.fullmatch(r"index\.html|pair-\d{3}\.html", link) for link in read.links)
        assert "url(" not in page
        assert "@import" not in page


def test_text_of_students_is_shown_and_does_not_act(pages):
    whole = "".join(pages)
    assert "<script>alert" not in whole
    assert "<b>eve</b>" not in whole
    assert "<i>is</i>" not in whole
    assert "\u202e" not in whole
    assert "{{ 7 * 7 }}" in "".join(Tags(pages[1]).text)


def test_no_sentence_is_a_verdict(pages):
    for page in pages:
        read = " ".join(Tags(page.replace(COPIED, "")).text).lower()
        shown = re.sub(r"\s+", " ", read)
        assert [word for word in VERDICTS if word in shown] == []
        assert "how a likeness came about" in shown or "how the likeness came about" in shown


def test_the_lines_of_both_sides_are_there(comparison, pages):
    pair = comparison.pairs[0]
    assert {pair.first.name, pair.second.name} == {"torch-einsum", "=<b>eve</b>"}
    text = "".join(Tags(pages[1]).text)
    line = next(each for each in COPIED.split("\n") if "= torch.einsum(" in each)
    assert text.count(line.strip()) >= 4, "in the passage and in the text, on both sides"


def test_a_pair_says_where_it_lies_in_the_class(pages):
    text = re.sub(r"\s+", " ", "".join(Tags(pages[1]).text))
    assert "The class has 66 pairs. Half of them share at most" in text
    assert "No pair within the class shares more." in text


def test_what_was_not_compared_is_listed(pages):
    assert "mallory (class) was not compared: <i>is</i> broken." in "".join(Tags(pages[0]).text)


def test_equal_comparisons_are_equal_bytes(comparison, pages):
    assert overview(comparison, title="Generate <text>", paged=3).decode() == pages[0]


def test_the_table_has_every_pair_that_shares_anything(comparison):
    lines = pairs_csv(comparison, paged=2).decode().splitlines()
    assert len(lines) == 1 + len(comparison.pairs)
    head, first, *_ = lines
    assert head.split(",")[:6] == ["rank", "first", "second", "second_from", "folder", "share"]
    assert first.endswith("pair-001.html")
    assert "'=<b>eve</b>" in first, "no spreadsheet takes it for a formula"


def test_the_json_names_the_lines_of_each_passage(comparison):
    read = json.loads(comparison_json(comparison, paged=2))
    assert read["submissions"] == 12
    assert read["pairs_in_class"] == 66
    [first, _] = read["pairs"]
    begin, end = first["passages"][0]["first"]
    assert begin["file"] == end["file"]
    assert 1 <= begin["line"] <= end["line"] <= COPIED.count("\n") + 3
    assert read["not_compared"] == [
        {"name": "mallory", "folder": "class", "why": "<i>is</i> broken"}
    ]


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(tmp_path, pages, theme, width):
    """In a real browser, in a frame of that width, since no window of it is so narrow."""
    words = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(
        [program("npm"), "install", *words, "axe-core@4.12.1"],
        cwd=tmp_path,
        check=True,
        timeout=300,
    )
    shutil.copy(tmp_path / "node_modules/axe-core/axe.min.js", tmp_path)
    for number, page in enumerate(pages):
        file = tmp_path / f"page-{number}.html"
        themed = page.replace('<html lang="en">', f'<html lang="en" data-theme="{theme}">')
        file.write_text(themed.replace("</body>", f"{AXE}</body>"), encoding="utf-8")
        frame = f'<iframe src="{file.name}" style="border: 0; width: {width}px; height: 2000px">'
        (tmp_path / "frame.html").write_text(f"{HEARD}{frame}</iframe>")
        ran = subprocess.run(
            [
                *(program(*BROWSERS), "--headless", "--no-sandbox", "--disable-gpu"),
                *("--window-size=1300,2000", "--virtual-time-budget=20000", "--dump-dom"),
                f"file://{tmp_path / 'frame.html'}",
            ],
            capture_output=True,
            text=True,
            timeout=120,
        )
        found = re.findall(r'data-found="([^"]*)"', ran.stdout)
        assert found == [f"{width} wide, fits, found: none"]
