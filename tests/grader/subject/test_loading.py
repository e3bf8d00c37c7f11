"""Whose mistakes are looked for: the named subject's, the folder's own, or nobody's."""

import re
import shutil

import numpy as np
import pytest

from grader.audit.sources import with_functions
from grader.errors import CourseError
from grader.settings import find_assignment, load_assignment
from grader.subject.loading import named_subject, subject_of
from tests.grader.subject.conftest import FILES

SHIPPED = find_assignment("decoder-generation")


def test_the_named_subject_is_loaded():
    subject = subject_of(SHIPPED)
    assert subject.name == "decoder"
    assert set(subject.functions) == {stage.name for stage in SHIPPED.stages}
    assert len(subject.misconceptions) > 280


def test_without_a_subject_there_is_none(small):
    assert subject_of(load_assignment(small)) is None


def test_stages_with_other_parameters_are_not_of_the_subject(tmp_path):
    (tmp_path / "assignment.yaml").write_text(
        "title: Two\nsubject: decoder\ntotal: 2\nstages:\n"
        "  - {name: softmax, title: Softmax, points: 1, parameters: [x]}\n"
        "  - {name: embed, title: E, points: 1,"
        " parameters: [token_ids, token_embedding, position_embedding]}\n"
    )
    subject = subject_of(load_assignment(tmp_path))
    assert list(subject.functions) == ["embed"]
    assert {entry.stage for entry in subject.misconceptions} == {"embed"}
    assert subject.chain is None


def test_a_folder_may_hold_its_subject(own):
    subject = subject_of(load_assignment(own()))
    assert [entry.id for entry in subject.misconceptions] == ["mean.total", "mean.of_columns"]
    assert [entry.id for entry in subject.equivalents] == ["mean.written_out"]
    assert subject.framework == "numpy"
    assert subject.functions["mean"](np.array([[2.0, 4.0]])) == 3


def test_two_folders_keep_their_own_functions(own, tmp_path):
    first = subject_of(load_assignment(own()))
    other = tmp_path / "other"
    shutil.copytree(own(), other)
    (other / "reference.py").write_text("def mean(x):\n    return 7\n")
    second = subject_of(load_assignment(other))
    assert second.functions["mean"](None) == 7
    assert first.functions["mean"](np.array([[2.0, 4.0]])) == 3
    assert first.find("mean.total").wrong(np.array([[2.0, 4.0]])) == 6


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"misconceptions_py": "import nowhere\n"}, r"misconceptions.py, line 1.*nowhere"),
        ({"misconceptions_py": "def broken(:\n"}, r"misconceptions.py, line 1.*SyntaxError"),
        (
            {"misconceptions_py": "from reference import mean\n"},
            r"line 1.*write `from .reference import",
        ),
        ({"reference_py": "1 / 0\n"}, r"reference.py, line 1.*ZeroDivisionError"),
        ({"reference_py": "def median(x):\n    return x\n"}, "no function has the name of a stage"),
        ({"reference_py": "def mean(x, axis):\n    return x\n"}, "mean is not a function of x"),
        (
            {"misconceptions_py": FILES["misconceptions.py"].replace('"mean"', '"maen"')},
            r"maen.of_columns replaces 'maen'.*Did you mean 'mean'",
        ),
        (
            {"misconceptions_py": FILES["misconceptions.py"].replace("total(x)", "total()")},
            "mean.total takes nothing, and mean takes x",
        ),
        (
            {
                "misconceptions_py": FILES["misconceptions.py"].replace(
                    "def of_columns", "def total"
                )
            },
            "mean.total: two functions have this id",
        ),
        (
            {
                "misconceptions_py": FILES["misconceptions.py"].replace(
                    "What is the mean of 2 and 4?", ""
                )
            },
            "`hint` is empty",
        ),
    ],
)
def test_an_authors_mistake_is_one_sentence_with_its_place(own, changes, sentence):
    folder = own(**changes)
    with pytest.raises(CourseError) as raised:
        subject_of(load_assignment(folder))
    text = str(raised.value).replace("\n", " ")
    assert re.search(sentence, text), text
    assert str(folder) in text


@pytest.mark.parametrize("missing", ["reference.py", "misconceptions.py"])
def test_one_file_without_the_other_is_said(own, missing):
    folder = own()
    (folder / missing).unlink()
    with pytest.raises(CourseError, match=f"no {missing}"):
        subject_of(load_assignment(folder))


def test_a_name_that_is_not_there_is_refused_with_those_that_are(own):
    folder = own()
    for name in ("reference.py", "misconceptions.py"):
        (folder / name).unlink()
    settings = folder / "assignment.yaml"
    settings.write_text("subject: decodr\n" + settings.read_text())
    with pytest.raises(CourseError, match="no subject 'decodr'") as raised:
        load_assignment(folder)
    assert "Did you mean 'decoder'?" in str(raised.value)


def test_a_folder_that_names_a_subject_and_holds_one_is_refused(own):
    folder = own()
    settings = folder / "assignment.yaml"
    settings.write_text("subject: decoder\n" + settings.read_text())
    with pytest.raises(CourseError, match="and holds"):
        subject_of(load_assignment(folder))


def test_a_strangers_package_adds_a_subject(tmp_path, monkeypatch):
    (tmp_path / "their_subject.py").write_text(
        "from pathlib import Path\n"
        "from grader.subject.subject import Subject\n"
        "SUBJECT = Subject(name='theirs', package='their_subject', folder=Path(__file__).parent,\n"
        "    functions={'twice': lambda x: 2 * x})\n"
        "BROKEN = 7\n"
    )
    info = tmp_path / "theirs-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[grader.subjects]\ntheirs = their_subject:SUBJECT\nbroken = their_subject:BROKEN\n"
        "absent = their_subject:NOTHING\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert named_subject("theirs", at="a.yaml").functions["twice"](3) == 6
    with pytest.raises(CourseError, match="not a int"):
        named_subject("broken", at="a.yaml")
    with pytest.raises(CourseError, match="cannot be loaded"):
        named_subject("absent", at="a.yaml")


ADDED = """
from grader.checks import misconception
from reference.decoder.softmax import softmax


@misconception(
    replaces="softmax",
    says="I divide by the largest entry.",
    hint="What should a row of probabilities sum to?",
)
def over_the_largest(logits):
    rows = softmax(logits)
    return rows / rows.max(-1, keepdim=True).values
"""
SOFTMAX = """title: Softmax
subject: decoder
total: 1
stages:
  - {name: softmax, title: Softmax, points: 1, parameters: [logits]}
"""


@pytest.fixture
def added(tmp_path):
    folder = tmp_path / "added"
    folder.mkdir()
    (folder / "assignment.yaml").write_text(SOFTMAX)
    (folder / "misconceptions.py").write_text(ADDED)
    return folder


def test_an_assignment_adds_mistakes_of_its_own_to_a_named_subject(added):
    subject = subject_of(load_assignment(added))
    ids = [entry.id for entry in subject.misconceptions]
    assert ids[-1] == "softmax.over_the_largest"
    assert len(ids) == 1 + len(named_subject("decoder", at="x").of_stage("softmax"))


def test_an_added_mistake_is_handed_in_by_an_audit_with_what_it_imports(added):
    subject = subject_of(load_assignment(added))
    entry = subject.find("softmax.over_the_largest")
    submission = with_functions(subject, "one", [("softmax", entry.wrong)])
    assert {"assignment_subject/misconceptions.py", "reference/decoder/softmax.py"} <= set(
        submission.modules
    )
    assert "grader" not in submission.modules["assignment_subject/misconceptions.py"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('replaces="softmax"', 'replaces="max"'), "max.over_the_largest replaces 'max'"),
        (("over_the_largest", "over_time"), "softmax.over_time: two functions have this id"),
    ],
)
def test_an_added_mistake_that_does_not_fit_is_one_sentence(added, change, sentence):
    known = {e.id for e in named_subject("decoder", at="x").of_stage("softmax")}
    name = sorted(known)[0].partition(".")[2]
    changed = tuple(text.replace("over_time", name) for text in change)
    (added / "misconceptions.py").write_text(ADDED.replace(*changed))
    with pytest.raises(CourseError) as raised:
        subject_of(load_assignment(added))
    assert sentence.replace("over_time", name) in str(raised.value)


def test_right_functions_of_its_own_and_a_named_subject_do_not_go_together(added):
    (added / "reference.py").write_text("def softmax(logits):\n    return logits\n")
    with pytest.raises(CourseError, match=r"and holds reference\.py of its own"):
        subject_of(load_assignment(added))
