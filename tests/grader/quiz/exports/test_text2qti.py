"""What we write for Canvas is built as text2qti builds it, whose files Canvas is known to take."""

import os
import subprocess
import venv
import zipfile
from io import BytesIO

import pytest
from lxml import etree

from tests.grader.quiz.exports.qti_rules import by_name
from tests.grader.quiz.exports.qti_session import local

pytestmark = pytest.mark.slow

PACKAGE = "text2qti==0.8.0"
NAMES = {"ident", "respident", "linkrefid"}
QUIZ = """\
Quiz title: Sample

1. Which shape do the logits have?
*a) B x T x V
b) B x V
c) T x T

2. Which settings select the most probable token?
[*] top-k with k = 1
[*] temperature 0
[ ] top-p with p = 1
[ ] temperature 1

3. A decoder-only model needs an encoder to translate.
a) True
*b) False

4. What is the loss when all of 50 tokens are equally probable?
= 3.912 +- 0.005

5. Why?
___
"""


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """The questions as text2qti writes them; it needs a Markdown of its own, so an environment."""
    folder = tmp_path_factory.mktemp("text2qti")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    quiet = ["--quiet", "--disable-pip-version-check"]
    # without our constraints: its Markdown is another one than that of the other tests
    subprocess.run(
        [python, "-m", "pip", "install", *quiet, PACKAGE], check=True, env=free_of_ours()
    )
    (folder / "quiz.txt").write_text(QUIZ)
    subprocess.run([folder / "venv" / "bin" / "text2qti", "quiz.txt"], cwd=folder, check=True)
    return assessment(zipfile.ZipFile(folder / "quiz.zip"))


def free_of_ours():
    return {key: value for key, value in os.environ.items() if key != "PIP_CONSTRAINT"}


def assessment(archive):
    (name,) = (
        n
        for n in archive.namelist()
        if n.endswith(".xml") and n.count("/") == 1 and "meta" not in n
    )
    return by_name(etree.fromstring(archive.read(name)), "item")


def skeleton(element):
    """Elements and attributes, without texts and names."""
    attributes = sorted((key, text) for key, text in element.attrib.items() if key not in NAMES)
    return local(element), attributes, [skeleton(c) for c in element if local(c) != "material"]


def built(item):
    """The type of an item, how it is answered, and what scores it."""
    type_ = by_name(item, "fieldentry")[0].text
    scored = [c for c in by_name(item, "respcondition") if not by_name(c, "displayfeedback")]
    return type_, skeleton(by_name(item, "presentation")[0]), [skeleton(c) for c in scored]


def test_every_kind_of_question_is_built_in_the_same_way(theirs, export, question):
    questions = [
        question("shape", keep_order=True),
        question("greedy", keep_order=True),
        question("encoder"),
        question("loss", unit=""),
        question("why"),
    ]
    ours = assessment(zipfile.ZipFile(BytesIO(export("canvas", *questions)[0])))
    assert [built(item) for item in ours] == [built(item) for item in theirs]


def test_a_number_has_the_same_bounds(theirs, export, question):
    (ours,) = assessment(zipfile.ZipFile(BytesIO(export("canvas", question("loss"))[0])))
    for name in ("varequal", "vargte", "varlte"):
        mine, other = (float(by_name(item, name)[0].text) for item in (ours, theirs[3]))
        assert mine == pytest.approx(other, rel=1e-9)
