"""`grader batch` on a small class: grades, reports, resuming, and one sentence for each mistake."""

import json
import os
import shutil
import stat
import zipfile
from dataclasses import replace

import pytest

from grader.records import Status, Verdict

MORE = ("def double(x):\n    return 2 * x", "def double(x):\n    return 3 * x")


def modes(folder):
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def changed(a_class, before):
    """The submissions whose report was written since then."""
    return {name for name, time in a_class.times().items() if before.get(name) != time}


@pytest.fixture
def mixed(a_class, right):
    """A class in all forms, right and wrong, readable and not."""
    folder = a_class.submissions
    a_class.write(ada=right, bob=right.replace(*MORE))
    (folder / "dan").mkdir()
    (folder / "dan" / "submission.py").write_text("from parts import *\n")
    (folder / "dan" / "parts.py").write_text(right)
    with zipfile.ZipFile(folder / "kim.zip", "w") as made:
        made.writestr("kim/submission.py", right)
    (folder / "eve.zip").write_bytes(b"not a zip")
    (folder / "fay.docx").write_bytes(b"text")
    (folder / "=1+2.py").write_text("raise ValueError('=HYPERLINK()')")
    return a_class


def test_a_mixed_class_is_graded(mixed, right):
    ran = mixed.grade("-j", 2)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    points = {"ada": "7", "bob": "4", "dan": "7", "kim": "7", "eve": "", "fay": "", "'=1+2": "0"}
    assert mixed.points() == points
    _the_gradebook_is_stable_and_harmless(mixed)
    _students_and_staff_have_their_own_reports(mixed)
    _the_run_is_described(mixed)
    _it_says_what_it_did(mixed, ran)
    _a_second_run_changes_nothing(mixed)


def _the_gradebook_is_stable_and_harmless(mixed):
    lines = (mixed.results / "grades.csv").read_bytes().decode().split("\n")
    assert lines[0] == "submission,status,points,max_points,shift,double,both,reason"
    assert lines[1].startswith("'=1+2,graded,0,7,0,0,0,'=1+2.py:1 raised ValueError")
    assert lines[2] == "ada,graded,7,7,2,3,2,"
    assert lines[3].startswith('bob,graded,4,7,2,0,2,"double 0: failed: 6 of 6 entries')
    assert [line.partition(",")[0] for line in lines[1:-1]] == [
        "'=1+2",
        "ada",
        "bob",
        "dan",
        "eve",
        "fay",
        "kim",
    ]
    rows = {row["submission"]: row for row in mixed.rows()}
    assert rows["eve"]["status"] == "unreadable"
    assert rows["eve"]["reason"].startswith("eve.zip: the archive was not read: it is")
    assert rows["fay"]["reason"].startswith("fay.docx: a .docx cannot be graded")
    assert {rows["eve"][key] for key in ("points", "max_points", "shift", "double")} == {""}


def _students_and_staff_have_their_own_reports(mixed):
    report, full = mixed.report("bob"), mixed.report("bob", "staff")
    assert replace(full, stages=()) == replace(report, stages=())
    hidden = [check for check in full.checks if check.hidden and check.verdict == Verdict.FAILED]
    assert [check.check for check in hidden] == ["double.random[double]"]
    assert "got " in hidden[0].staff_note
    assert {check.staff_note for check in report.checks} == {""}
    assert "got " in report.stages[1].first_failure.message, "a visible check shows values"
    assert mixed.report("eve").status == Status.UNREADABLE


def _the_run_is_described(mixed):
    run = mixed.run_json()
    assert run["assignment"] == "arithmetic"
    assert len(run["assignment_digest"]) == 64
    assert run["counts"] == {"graded": 5, "unreadable": 2, "ungraded": 0}
    assert [reached["level"] for reached in run["isolation"]] == [
        mixed.report("ada").isolation.level
    ]
    assert {"grader", "python", "torch", "numpy", "pytest"} <= set(run["versions"])
    assert run["workers"] == 2
    secret = (mixed.results / "course-secret").read_text().strip()
    assert modes(mixed.results)["course-secret"] == 0o600
    for path in mixed.results.rglob("*.*"):
        assert secret not in path.read_text(), f"{path} holds the secret"


def _it_says_what_it_did(mixed, ran):
    assert "7 submissions: 5 graded, 2 unreadable." in ran.stdout
    assert f"Grades: {mixed.results / 'grades.csv'}" in ran.stdout
    assert "double -3" in ran.stdout
    assert "unreadable: eve.zip: the archive was not read" in ran.stdout
    assert "\x1b" not in ran.stdout + ran.stderr
    assert ran.stderr.splitlines()[-1] == "graded 5 of 5"


def _a_second_run_changes_nothing(mixed):
    before, table = mixed.times(), (mixed.results / "grades.csv").read_bytes()
    ran = mixed.grade("-j", 2)
    assert ran.returncode == 0
    assert changed(mixed, before) <= {"eve", "fay"}
    assert (mixed.results / "grades.csv").read_bytes() == table
    assert "; 5 of them in an earlier run." in ran.stdout


@pytest.fixture
def graded(a_class, right):
    """A class of three that is graded."""
    a_class.write(ada=right, bob=right.replace(*MORE), eve=right)
    (a_class.results.parent / "course.yaml").write_text("secret: kestrel\n")
    assert a_class.grade("-j", 1).returncode == 0
    return a_class


def test_only_what_is_missing_is_graded(graded, right):
    reports = graded.results / "reports"
    (reports / "eve.json").write_text('{"submission": "eve", "half of it')
    graded.write(bob=right, fay=right)
    before = graded.times()
    ran = graded.grade("-j", 1)
    assert changed(graded, before) == {"bob", "eve", "fay"}
    assert graded.points() == {"ada": "7", "bob": "7", "eve": "7", "fay": "7"}
    assert "; 1 of them in an earlier run." in ran.stdout

    (reports / "ada.json").unlink()
    (graded.submissions / "fay.py").unlink()
    before = graded.times()
    assert graded.grade("-j", 1).returncode == 0
    assert changed(graded, before) == {"ada"}
    assert graded.points() == {"ada": "7", "bob": "7", "eve": "7"}


def test_everything_is_graded_again_when_it_could_differ(graded):
    course, other = (graded.results.parent / name for name in ("course.yaml", "other.yaml"))
    checks = graded.assignment / "test_visible.py"
    other.write_text("secret: peregrine\n")
    changes = {
        "the checks": lambda: checks.write_text(checks.read_text().replace("One is", "1 is")),
        "the secret": lambda: course.write_text("secret: merlin\n"),
        "another course": lambda: ["--course", other],
        "at will": lambda: ["--course", other, "--force"],
    }
    for name, change in changes.items():
        before, more = graded.times(), change()
        ran = graded.grade("-j", 1, *(more if isinstance(more, list) else []))
        assert ran.returncode == 0, name
        assert changed(graded, before) == {"ada", "bob", "eve"}, name
        assert graded.points() == {"ada": "7", "bob": "4", "eve": "7"}, name


def test_reports_do_not_depend_on_the_run(graded, tmp_path):
    def texts():
        kinds = ("reports", "staff")
        paths = [path for kind in kinds for path in sorted((graded.results / kind).iterdir())]
        pages = [path.read_bytes() for path in paths if path.suffix == ".html"]
        assert len(pages) == 3
        reports = [path for path in paths if path.suffix == ".json"]
        return [*pages, *(json.loads(path.read_text()) | {"seconds": 0} for path in reports)]

    first = texts()
    assert graded.grade("-j", 2, "--force").returncode == 0
    assert texts() == first


NAMES = {
    "not UTF-8": b"caf\xe9.py",
    "beyond ASCII": "Zoë 😀 李.py".encode(),
    "as long as a name can be": b"x" * 252 + b".py",
    "long and not ASCII": "é".encode() * 120 + b".py",
    "a line break": b"two\nlines.py",
    "an option": b"--force.py",
    "quotes and commas": b'O\'Hara, "Jo".py',
    "markup": b"[red]x[bold].py",
    "a tabulator": b"\tx.py",
}


def test_odd_names_are_graded_like_others(a_class, right):
    for name in NAMES.values():
        with open(os.path.join(os.fsencode(a_class.submissions), name), "w") as file:
            file.write(right)
    ran = a_class.grade("-j", 1)
    assert ran.returncode == 0, ran.stderr
    assert len(a_class.points()) == len(NAMES)
    assert set(a_class.points().values()) == {"7"}
    before = a_class.times()
    assert f"; {len(NAMES)} of them in an earlier run." in a_class.grade("-j", 1).stdout
    assert a_class.times() == before


@pytest.mark.parametrize("where", ["", "results"])
def test_results_among_the_submissions_are_refused(a_class, right, where):
    a_class.results = a_class.submissions / where
    a_class.write(ada=right)
    ran = a_class.grade("-j", 1)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "the results would lie among the submissions" in ran.stderr
    assert [path.name for path in a_class.submissions.iterdir()] == ["ada.py"]


def test_every_zero_and_everything_unreadable_has_its_reason(a_class, right, with_double):
    a_class.write(
        ada=right, bob=with_double("raise ValueError('no')"), cy="import nowhere\n", dan="x = 1\n"
    )
    (a_class.submissions / "eve (1).zip").write_bytes(b"not a zip")
    (a_class.submissions / "fay").mkdir()
    (a_class.submissions / "fay" / "submission.py").write_bytes(b"\xff = 1")
    (a_class.submissions / "gus").mkdir()
    a_class.grade("-j", 1)
    reasons = {row["submission"]: row["reason"] for row in a_class.rows()}
    assert reasons["ada"] == ""
    assert reasons["bob"].startswith("double 0: crashed: double raised ValueError: no at bob.py:6")
    assert "nowhere" in reasons["cy"]
    assert reasons["dan"] == "every check: not implemented"
    assert reasons["eve (1)"].startswith("eve (1).zip: the archive was not read")
    assert reasons["fay"].startswith("submission.py: is not UTF-8 text (line 1)")
    assert reasons["gus"].startswith("there is no submission.py")


def test_a_class_of_unreadable_ones_needs_no_worker(a_class):
    (a_class.submissions / "eve.zip").write_bytes(b"")
    ran = a_class.grade()
    assert ran.returncode == 0
    assert a_class.points() == {"eve": ""}
    assert "1 submission: 1 unreadable" in ran.stdout


def test_a_large_class_prints_no_table(a_class):
    for i in range(61):
        (a_class.submissions / f"s{i:02}.txt").write_text("")
    ran = a_class.grade()
    assert "61 submissions: 61 unreadable" in ran.stdout
    assert "s07" not in ran.stdout


MISTAKES = {
    "no such folder": (
        lambda c: shutil.rmtree(c.submissions),
        [],
        2,
        "class: there is no such folder\n  Name the folder with the submissions.",
    ),
    "an empty folder": (
        lambda c: (c.submissions / "ada.py").unlink(),
        [],
        1,
        "class: the folder holds no submissions",
    ),
    "an unknown assignment": (
        lambda c: None,
        ["--assignment", "decoder-generatoin"],
        2,
        "there is no assignment 'decoder-generatoin'\n  Did you mean 'decoder-generation'?",
    ),
    "a wrong assignment.yaml": (
        lambda c: (c.assignment / "assignment.yaml").write_text("title: [\n"),
        [],
        2,
        "assignment.yaml:2: is not valid YAML",
    ),
    "a wrong course.yaml": (
        lambda c: (c.results.parent / "course.yaml").write_text("secret: 12\n"),
        [],
        2,
        "course.yaml:1: secret: expected a text, got 12\n  Write a text, in quotes.",
    ),
    "a course.yaml that is missing": (
        lambda c: None,
        ["--course", "nowhere.yaml"],
        2,
        "nowhere.yaml: cannot be read (No such file or directory)",
    ),
    "an empty secret": (
        lambda c: (c.results.mkdir(), (c.results / "course-secret").write_text("")),
        [],
        2,
        "course-secret: holds no secret",
    ),
    "a wrong check": (
        lambda c: (c.assignment / "test_more.py").write_text("def test_it(): pass\n"),
        [],
        2,
        "test_more.py::test_it: the check has no valid `stage` marker",
    ),
    "a check that cannot be imported": (
        lambda c: (c.assignment / "test_more.py").write_text("import nowhere\n"),
        [],
        2,
        "No module named 'nowhere'",
    ),
    "a conftest.py that cannot be imported": (
        lambda c: (c.assignment / "conftest.py").write_text("import nowhere\n"),
        [],
        2,
        "No module named 'nowhere'",
    ),
}


@pytest.mark.parametrize(
    ("spoil", "words", "exit_code", "sentence"), MISTAKES.values(), ids=MISTAKES
)
def test_a_mistake_is_one_sentence_and_an_exit_code(
    a_class, right, spoil, words, exit_code, sentence
):
    a_class.write(ada=right)
    spoil(a_class)
    ran = a_class.grade("-j", 1, *words)
    assert ran.returncode == exit_code
    first = ran.stderr.splitlines()[0]
    assert first.startswith(("error: ", "Course: ", "No course.yaml is here"))
    assert "\nerror: " in f"\n{ran.stderr}"
    assert sentence in ran.stderr
    assert "Traceback (most recent" not in ran.stdout + ran.stderr
    assert ran.stdout == ""
    assert not list(a_class.results.glob("reports/*"))


def test_a_file_in_the_place_of_the_results_is_one_sentence(a_class, right):
    a_class.write(ada=right)
    a_class.results.write_text("")
    ran = a_class.grade()
    assert ran.returncode == 2
    assert "is a file" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_forbidden_shortcuts_are_told_of_the_class_and_cost_what_the_course_says(
    a_class, right, with_double
):
    settings = a_class.assignment / "assignment.yaml"
    shortcuts = "shortcuts: {consequence: no points, forbidden: [numpy.einsum]}\n"
    settings.write_text(settings.read_text() + shortcuts)
    called = "import numpy as np\n" + with_double("return np.einsum('ij->ij', x) * 2")
    a_class.write(ada=right, bo=called)
    ran = a_class.grade("-j", 1)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Forbidden shortcuts were called by bo." in ran.stdout
    assert a_class.points() == {"ada": "7", "bo": "4"}
    staff, student = (a_class.report("bo", kind).shortcuts for kind in ("staff", "reports"))
    assert [shortcut.hidden for shortcut in staff] == [False, True]
    assert student == staff[:1]
    settings.write_text(settings.read_text().replace("no points", "note"))
    a_class.grade("-j", 1)  # the settings are part of the key: what is done is graded again
    assert a_class.points() == {"ada": "7", "bo": "7"}


def test_a_promise_that_is_not_kept_is_told_before_anything_is_graded(a_class, right, small):
    settings = small / "assignment.yaml"
    settings.write_text(f"packages: [not-there-at-all]\n{settings.read_text()}")
    a_class.write(ada=right)
    ran = a_class.grade("-j", 1)
    assert ran.returncode == 2
    assert "of the packages that it promises, not-there-at-all is not here" in ran.stderr
    assert not (a_class.results / "reports").exists()


def test_the_last_lines_say_what_is_imported_and_not_here(a_class, right):
    late = "def f():\n    import nowhere.x\n"
    a_class.write(ada=f"{right}\nimport nowhere\n", bob=f"{right}\n{late}")
    assert "2 submissions import nowhere, which is not here." in a_class.grade("-j", 1).stdout


def test_it_says_which_course_was_found(a_class, right):
    a_class.write(ada=right)
    assert "No course.yaml is here or above" in a_class.grade("-j", 1).stderr
    (a_class.results.parent / "course.yml").write_text("secret: s\n")
    ran = a_class.grade("-j", 1)
    assert ran.returncode == 2
    assert "course.yml.\n" in ran.stderr
    assert "this run has the secret of a course.yaml" in ran.stderr
    assert a_class.grade("-j", 1, "--yes").returncode == 0
