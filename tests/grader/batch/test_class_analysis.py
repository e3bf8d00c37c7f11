"""A class is graded, analyzed, and its unknown mistake gets a name: as an instructor does it."""

import csv
import re

import pytest
from click.testing import CliRunner

from grader.cli import main

DOUBLE = "    return 2 * x"


@pytest.fixture
def graded(a_class, right):
    """Three with one unknown mistake, differently written, one right, one that cannot be read."""
    a_class.write(
        ada=right.replace(DOUBLE, "    y = x * 3\n    return y\n\n# what comes next\n"),
        bo=right.replace(DOUBLE, "    return x + x + x"),
        cy=right.replace(DOUBLE, "    return 3 * x"),
        di=right,
        ed=right,
    )
    (a_class.submissions / "fay.txt").write_text("no code")
    assert a_class.grade().returncode == 0
    return a_class


def run(*words):
    return CliRunner().invoke(main, [*map(str, words)])


def group_of(class_):
    ran = run("analyze", class_.results)
    assert ran.exit_code == 0, ran.output
    return re.search(r"(double-\w{6}) +3 +ada", ran.output)[1]


def test_the_figures_of_a_class_are_said(graded):
    said = " ".join(run("analyze", graded.results).output.split())
    assert "6 submissions: 5 graded, 1 unreadable. 2 hand in files that another one has" in said
    assert "Median: 4 of 7 points." in said
    assert "shift 5" in said
    assert "double 2 3" in said
    assert "The same files: di, ed." in said


def test_the_page_shows_the_group_the_students_and_what_they_lost(graded, tmp_path):
    group = group_of(graded)
    ran = run("analyze", graded.results, "-o", tmp_path / "page")
    assert ran.exit_code == 0, ran.output
    page = (tmp_path / "page" / "class.html").read_text()
    assert group in page
    assert "ada, bo, cy" in page
    assert "double −3" in page  # noqa: RUF001 - a minus sign
    assert "‖ unreadable" in page
    assert "<script" not in page
    assert "style=" not in page
    rows = list(csv.DictReader((tmp_path / "page" / "students.csv").read_text().splitlines()))
    assert [(r["student"], r["points"], r["state"]) for r in rows][:4:3] == [
        ("ada", "4", "lost"),
        ("di", "7", "right"),
    ]
    run("analyze", graded.results, "-o", tmp_path / "again")
    assert (tmp_path / "again" / "class.html").read_text() == page


def test_sketches_of_answers_are_for_staff_alone(graded):
    of_staff, of_student = (
        [check.answers for check in graded.report("ada", kind).checks]
        for kind in ("staff", "reports")
    )
    assert any(of_staff)
    assert not any(of_student)


def test_a_group_gets_the_beginning_of_a_name_with_its_code(graded, tmp_path):
    ran = run("name", graded.results, group_of(graded))
    assert ran.exit_code == 0, ran.output
    assert 'replaces="double"' in ran.output
    assert ran.output.endswith("(x):\n    y = x * 3\n    return y\n")
    compile(ran.output, "skeleton", "exec")


def test_the_name_is_given_in_the_assignment_and_explains_the_group(graded, tmp_path):
    (graded.assignment / "reference.py").write_text(
        "def shift(x):\n    return x + 1\ndef double(x):\n    return 2 * x\n"
        "def both(x):\n    return double(shift(x))\n"
    )
    names = graded.assignment / "misconceptions.py"
    group = group_of(graded)
    assert run("name", graded.results, group, "-o", names).exit_code == 0
    unfilled = graded.grade()
    assert unfilled.returncode != 0
    assert "`says` is empty" in unfilled.stderr
    text = names.read_text().replace('says=""', 'says="I triple."').replace('hint=""', 'hint="2?"')
    names.write_text(text)
    assert graded.grade().returncode == 0
    ran = run("analyze", graded.results)
    assert re.search(r"I triple\. +3 +60%", ran.output)
    assert "double-" not in ran.output
    gone = run("name", graded.results, group)
    assert gone.exit_code != 0
    assert "No equal wrong answers are without a name." in gone.output


def test_what_is_no_results_folder_or_no_group_is_one_sentence(graded, tmp_path):
    ran = run("analyze", tmp_path / "nothing")
    assert ran.exit_code == 2
    assert "holds no results of a class" in ran.output
    group = group_of(graded)
    ran = run("name", graded.results, group[:-1])
    assert ran.exit_code == 1
    assert f"Did you mean {group!r}?" in ran.output


def test_a_classfolder_that_is_gone_is_said(graded):
    group = group_of(graded)
    graded.submissions.rename(graded.submissions.with_name("elsewhere"))
    ran = run("name", graded.results, group)
    assert ran.exit_code == 2
    assert "the submission ada is not where it was graded" in ran.output
