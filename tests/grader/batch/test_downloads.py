"""`grader batch` on what was downloaded: said first, graded, kept under the roster's names."""

import json
from datetime import datetime

import pytest

from grader.records import Person, Status, run_from_json
from tests.grader.intake.downloads import DOWNLOADS, as_folder, as_zip, blackboard, canvas

ROSTER = (
    "name,id,email,canvas id,moodle participant id,brightspace id,username,github\n"
    "Ada King-O'Neill,ada,ada@example.org,4711,123,12345,ada_king.o2,ada-king\n"
    "Cleo,cleo,cleo@example.org,,,,,\n"
)


@pytest.fixture
def course(tmp_path):
    """A course.yaml with a roster beside it."""
    (tmp_path / "course.yaml").write_text(
        "name: Models\nsecret: 00112233445566778899aabbccddeeff\n"
    )
    (tmp_path / "roster.csv").write_text(ROSTER)
    return tmp_path / "course.yaml"


@pytest.mark.parametrize("layout", DOWNLOADS)
def test_a_download_is_graded_as_it_is(layout, a_class, course, right):
    make, names = DOWNLOADS[layout]
    a_class.submissions = as_zip(make(right), a_class.results.parent / "download")
    ran = a_class.grade("--course", course)
    assert ran.returncode == 0, ran.stderr
    points = a_class.points()
    assert len(points) == len(names)
    readable = {name for name in names if name not in ("typed_4713", "Bo_125")}
    assert sorted(points.values()) == [""] * (len(names) - len(readable)) + ["7"] * len(readable)
    if layout != "nbgrader":  # whose students have other names than on the roster
        assert points["ada"] == "7"
        assert a_class.report("ada").status == Status.GRADED
    assert "download.zip is " in ran.stderr
    assert ran.stderr.index("download.zip is") < ran.stderr.index("graded 1 of")


def test_reports_and_the_run_say_who_and_when(a_class, course, right):
    a_class.submissions = as_zip(blackboard(right), a_class.results.parent / "download")
    assert a_class.grade("--course", course).returncode == 0
    assert a_class.report("ada").handed_in_at == datetime(2026, 3, 1, 23, 59, 7).astimezone()
    assert a_class.points()["ada"] == "7", "the newest attempt"
    run = run_from_json((a_class.results / "run.json").read_bytes())
    [ada] = run.people["ada"]
    assert ada == Person(
        name="Ada King-O'Neill",
        id="ada",
        email="ada@example.org",
        username="ada_king.o2",
        ids={
            "canvas": "4711",
            "moodle": "123",
            "brightspace": "12345",
            "github": "ada-king",
            "blackboard": "ada_king.o2",
        },
    )
    assert [person.name for person in run.missing] == ["Cleo"]


def test_a_late_mark_is_in_the_report_also_of_what_cannot_be_read(a_class, course, right):
    files = canvas(right) | {"eve_LATE_4714_90300_essay.docx": "x"}
    a_class.submissions = as_folder(files, a_class.results.parent / "download")
    assert a_class.grade("--course", course).returncode == 0
    assert a_class.report("ada").marked_late
    assert a_class.report("eve_4714").marked_late
    assert not a_class.report("anon_aB3xY").marked_late
    rows = {row["submission"]: row for row in a_class.rows()}
    assert rows["eve_4714"]["reason"].startswith("eve_LATE_4714_90300_essay.docx: there is no sour")


def test_a_second_run_on_the_next_download_knows_everybody(a_class, course, right):
    a_class.submissions = as_zip(canvas(right), a_class.results.parent / "download")
    a_class.grade("--course", course)
    before = a_class.times()
    ran = a_class.grade("--course", course)
    assert "3 of them in an earlier run" in ran.stdout
    assert {name for name, at in a_class.times().items() if before[name] != at} <= {"typed_4713"}


def test_the_next_download_has_another_name_and_is_the_same_class(a_class, course, right):
    folder = a_class.results.parent
    a_class.submissions = as_zip({"ada_4711_901_x.py": "x = 1"}, folder / "first")
    a_class.grade("--course", course)
    files = {"ada_4711_911_x.py": right, "bo_4712_912_x.py": right}
    a_class.submissions = as_zip(files, folder / "second")
    ran = a_class.grade("--course", course)
    assert ran.returncode == 0, ran.stderr
    assert a_class.points() == {"ada": "7", "bo_4712": "7"}
    assert len(list((a_class.results / "earlier" / "reports" / "ada").iterdir())) == 1
    a_class.submissions = as_zip({"eve_4799_913_x.py": right}, folder / "other")
    ran = a_class.grade("--course", course)
    assert ran.returncode == 2
    assert "those of the submissions in" in ran.stderr


def test_a_dry_run_says_everything_and_writes_nothing(a_class, course, right):
    folder = a_class.results.parent
    a_class.submissions = as_zip(canvas(right), folder / "download")
    before = sorted(folder.rglob("*"))
    ran = a_class.grade("--course", course, "--dry-run")
    assert ran.returncode == 0, ran.stderr
    assert sorted(folder.rglob("*")) == before
    assert ran.stdout.splitlines() == [
        f"Roster: {folder / 'roster.csv'}, 2 people.",
        "download.zip is a Canvas download: 4 students, 1 marked late, 3 not on the roster, "
        "1 missing, 4 files taken and 2 left out.",
        "Not on the roster, and graded under the names in the download: anon_aB3xY, typed_4713, "
        "فاطمة_4712.",
        "Missing, with nothing handed in: Cleo (cleo).",
        "Marked late: ada.",
        "فاطمة_4712: submission-1.py was taken as submission.py.",
        "Left out, since they are no source files: report.pdf, text.html.",
        "typed_4713 cannot be read: no file was handed in, but something typed into the form "
        "(text.html).",
        "Nothing was graded, and nothing was written.",
    ]


def test_a_dry_run_needs_no_results_folder(grader, tmp_path, right):
    place = as_folder({"ada.py": right}, tmp_path / "class")
    ran = grader("batch", place, "--dry-run", cwd=tmp_path)
    assert ran.returncode == 0
    assert "class is a plain folder, one entry a student: 1 student." in ran.stdout
    ran = grader("batch", place, cwd=tmp_path)
    assert ran.returncode == 2
    assert "Missing option '-o' / '--results'" in ran.stderr


def test_a_plain_class_is_graded_as_before_also_with_a_roster(a_class, course, right):
    a_class.write(**{"ada@example.org": right, "x_1_2_y": right})
    ran = a_class.grade("--course", course)
    assert a_class.points() == {"ada@example.org": "7", "x_1_2_y": "7"}
    run = json.loads((a_class.results / "run.json").read_text())
    assert list(run["people"]) == ["ada@example.org"]
    assert "2 students, 1 not on the roster, 1 missing." in ran.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--layout", "canva"], "there is no layout 'canva'"),
        (["--roster", "nothing.csv"], "nothing.csv: cannot be read"),
        (["--layout", "moodle"], "holds no submissions"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_is_written(a_class, right, words, sentence):
    a_class.submissions = as_zip({"grades.csv": "x"}, a_class.results.parent / "download")
    ran = a_class.grade(*words)
    assert ran.returncode in (1, 2)
    assert sentence in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not a_class.results.exists()


def test_what_does_not_fit_the_course_is_told_before_anything_is_graded(a_class, course, right):
    text = course.read_text() + "assignments:\n  - {id: %s, due: 2026-03-01 23:59 UTC, "
    text += "late: {percent: 10, per: day}, extensions: [{student: eve, days: 1}]}\n"
    a_class.submissions = as_zip(canvas(right), a_class.results.parent / "download")
    nobody = "The policy names eve, by which name nothing was handed in."
    other = "does not list 'arithmetic', so nothing is due. Did you mean 'arithmetics'?"
    course.write_text(text % "arithmetic")
    ran = a_class.grade("--course", course, "--dry-run")
    assert f"Course: {course}" in ran.stderr
    assert "Policy: due 2026-03-01 23:59 UTC; 0 handed in late, 1 at a time" in ran.stdout
    assert nobody in ran.stdout
    ran = a_class.grade("--course", course)
    assert ran.stderr.index(nobody) < ran.stderr.index("graded 1 of")
    assert "It is not marked as late." in (a_class.results / "grades.csv").read_text()
    course.write_text(text % "arithmetics")
    assert other in a_class.grade("--course", course, "--dry-run").stdout
    ran = a_class.grade("--course", course, "--force")
    assert ran.stderr.index(other) < ran.stderr.index("graded 1 of")
