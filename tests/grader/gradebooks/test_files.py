"""Files for one submission or one class, as other systems read them."""

import csv
import io
import json
import re
import zipfile
from datetime import UTC, datetime

import pytest
from lxml import etree

from grader.errors import GraderError
from grader.gradebooks import autolab, classroom50, junit, nbgrader, plain_table, prairielearn
from grader.gradebooks.feedback_page import feedback_page
from grader.gradebooks.feedback_zips import canvas_zip
from grader.gradebooks.filling import FillingRules
from grader.gradebooks.gradescope_results import HiddenTests, results_json, unfinished_json
from grader.gradebooks.targets import Template, feedback_zip
from grader.records import Person, Status
from tests.grader.gradebooks.a_class import (
    ADA,
    BO,
    FINDING,
    FinalGrade,
    excused,
    graded,
    report,
    without_grade,
)
from tests.grader.gradebooks.test_templates import FILES

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
WORKFLOW = {
    "CLASSROOM": "c",
    "ASSIGNMENT": "a",
    "SUBMISSION_TAG": "t",
    "COMMIT_URL": "u1",
    "RELEASE_URL": "u2",
    "REVIEW_URL": "u3",
    "USERNAME": "ada",
}


def one(students):
    (student,) = students
    return student


def test_gradescope_has_a_test_for_each_check_and_hides_the_hidden_ones():
    said = json.loads(results_json(report("x", 9), hidden=HiddenTests.AFTER_PUBLISHED))
    assert [(t["score"], t["max_score"], t["status"], t["visibility"]) for t in said["tests"]] == [
        (5, 5, "passed", "visible"),
        (3, 3, "passed", "visible"),
        (1, 2, "failed", "after_published"),
    ]
    assert "score" not in said
    assert "1 of the 3 checks is hidden, worth 2 points." in said["output"]


def test_gradescope_gets_the_final_points_where_they_are_others():
    final = FinalGrade(report("x", 10)).final
    said = json.loads(results_json(report("x", 10), hidden=HiddenTests.HIDDEN, final=final))
    assert said["score"] == 8.33


def test_gradescope_gets_no_score_where_there_is_no_grade():
    for status in (Status.UNREADABLE, Status.UNGRADED):
        without = report("x", 0, status=status, reason="it has no submission.py")
        said = json.loads(results_json(without, hidden=HiddenTests.HIDDEN, final=None))
        assert {"score", "tests"} & said.keys() == set()
        assert ("no submission.py" in said["output"]) == (status == Status.UNREADABLE)


def test_gradescope_partial_results_say_that_they_are_not_all():
    stages = report("x", 10).stages[:1]
    said = json.loads(unfinished_json(stages, hidden=HiddenTests.HIDDEN))
    assert said["output"].startswith("Grading was stopped after 1 check, through")
    assert len(said["tests"]) == 1
    nothing = json.loads(unfinished_json((), hidden=HiddenTests.HIDDEN))
    assert {"score", "tests"} & nothing.keys() == set()


def test_why_a_stage_is_wrong_stands_at_its_first_failure():
    said = json.loads(results_json(report("x", 2, findings=(FINDING,)), hidden=HiddenTests.HIDDEN))
    assert "The rows are swapped." in said["tests"][0]["output"]
    assert "The rows are swapped." not in said["tests"][1]["output"]


def read_by_autolab(line):
    """What Autolab's `parseAutoresult` does before it decodes the JSON."""
    return json.loads(re.sub(r"([a-zA-Z0-9]+):", r'"\1":', line))


def test_autolabs_last_line_survives_its_quotes_around_words():
    lines = autolab.printed(one(graded("x", 2))).decode().splitlines()
    assert read_by_autolab(lines[-1]) == {
        "scores": {"embed": 2, "softmax": 0},
        "scoreboard": [2],
    }
    shown = read_by_autolab(lines[-2])
    assert shown["stages"] == ["embed", "softmax"]
    assert shown["embed"]["The claim of rows."] == {
        "passed": False,
        "hint": "Row 2 is - wrong, <b>",
    }
    assert "secret" not in lines[-2]


def test_autolab_gets_no_score_line_without_a_grade_and_the_policys_part_apart():
    for status in (Status.UNREADABLE, Status.UNGRADED):
        assert b"scores" not in autolab.printed(one(without_grade("x", status)))
    last = autolab.printed(one(graded("x", 10, kind=FinalGrade))).decode().splitlines()[-1]
    assert read_by_autolab(last)["scores"] == {"embed": 5, "softmax": 5, "policy": -1.67}
    assert read_by_autolab(last)["scoreboard"] == [8.33]


def test_prairielearn_gets_a_share_and_points_for_every_test():
    said = json.loads(prairielearn.results_json(one(graded("x", 9, findings=(FINDING,)))))
    assert said["gradable"] is True
    assert said["score"] == 0.9
    assert [test["points"] for test in said["tests"]] == [5, 3, 1]
    assert sum(test["max_points"] for test in said["tests"]) == 10
    assert said["tests"][-1]["name"] == "1 hidden check"
    assert "secret" not in json.dumps(said)


def test_prairielearn_counts_no_attempt_without_a_grade():
    said = json.loads(prairielearn.results_json(one(without_grade("x", Status.UNREADABLE))))
    assert said["gradable"] is False
    assert "score" not in said
    assert "no submission.py in it" in said["format_errors"][0]


def test_classroom_50_gets_integers_and_what_its_workflow_says():
    student = one(graded("x", 9, kind=FinalGrade))  # 7.5
    said = json.loads(classroom50.result_json(student, surroundings=WORKFLOW, graded_at=NOW))
    assert said["schema"] == "classroom50/result/v1"
    assert (said["score"], said["max-score"]) == (8, 10)
    assert (said["owner"], said["commit"]) == ("ada", "u1")
    assert [test["max-score"] for test in said["tests"]] == [5, 5]


def test_classroom_50_outside_its_workflow_and_without_a_grade_is_an_error():
    with pytest.raises(GraderError, match="does not say COMMIT_URL"):
        classroom50.result_json(
            one(graded("x")), surroundings=WORKFLOW | {"COMMIT_URL": ""}, graded_at=NOW
        )
    with pytest.raises(GraderError, match="x is ungraded: there is no result, and no zero"):
        classroom50.result_json(
            one(without_grade("x", Status.UNGRADED)), surroundings=WORKFLOW, graded_at=NOW
        )


def test_junit_has_a_suite_a_stage_without_hidden_checks():
    root = etree.fromstring(junit.junit_xml(one(graded("x", 2))))
    suites = root.findall("testsuite")
    assert [(s.get("name"), s.get("tests"), s.get("failures")) for s in suites] == [
        ("Embedding: rows", "1", "1"),
        ("Softmax", "1", "1"),
    ]
    assert suites[0].find("testcase/failure").text == "Row 2 is: wrong, <b>"
    without = etree.fromstring(junit.junit_xml(one(without_grade("x", Status.UNGRADED))))
    assert without.find("testsuite/testcase/error").get("message") == "ungraded"


def test_our_table_has_one_row_a_person_and_no_formula():
    students = [
        *graded("team", 7, ADA, Person(name="=1+1", id="s2")),
        *without_grade("y", Status.UNREADABLE, BO),
        *excused("z"),
    ]
    rows = list(csv.DictReader(io.StringIO(b"".join(plain_table.table_csv(students)).decode())))
    assert [(r["submission"], r["points"], r["max"], r["status"]) for r in rows] == [
        ("team", "7", "10", "graded"),
        ("team", "7", "10", "graded"),
        ("y", "", "", "unreadable"),
        ("z", "", "", "excused"),
    ]
    assert rows[1]["name"] == "'=1+1"
    assert rows[2]["reason"] == "no submission.py in it"


def test_nbgraders_table_has_a_score_only_where_there_is_a_grade():
    students = [
        *graded("x", 10, ADA, kind=FinalGrade),
        *without_grade("y", Status.UNGRADED, Person(name="Doe, Jane", id="s9")),
    ]
    rows = list(csv.DictReader(io.StringIO(b"".join(nbgrader.grades_csv(students)).decode())))
    assert (rows[0]["raw_score"], rows[0]["late_submission_penalty"]) == ("10", "1.67")
    assert (rows[0]["score"], rows[0]["max_score"]) == ("8.33", "10")
    assert (rows[1]["last_name"], rows[1]["first_name"], rows[1]["score"]) == ("Doe", "Jane", "")


def test_nbgraders_table_refuses_what_it_cannot_hold():
    with pytest.raises(GraderError, match=r"'Lovelace, Ada', 'a\"b'"):
        list(nbgrader.grades_csv([*graded("x", 1, Person(id="Lovelace, Ada", email='a"b'))]))


def zipped(*names):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "code")
    return made.getvalue()


def names_in(raw):
    return zipfile.ZipFile(io.BytesIO(raw)).namelist()


def test_canvas_takes_pages_under_the_names_that_it_gave():
    down = zipped(
        "lovelaceada_LATE_11_501_model.py",
        "lovelaceada_LATE_11_502_notes_2.txt",
        "abo_12_77_model-1.py",
        "zedcy_13_78_text.html",
    )
    students = [*graded("x", 4, ADA), *without_grade("abo", Status.UNGRADED)]

    def page(submission):
        assert submission == "x"  # and nobody who has no grade
        return feedback_page(students[0])

    made = canvas_zip(io.BytesIO(down), students, page, rules=FillingRules(), at="down.zip")
    assert names_in(made.content) == ["lovelaceada_LATE_11_501_report.html"]
    assert "Without a page, since they have no grade: abo." in made.notes
    nobody = [*graded("n", 1, Person(name="Nobody"))]
    with pytest.raises(GraderError, match=r"1 student without a place: Nobody \(n\)"):
        canvas_zip(io.BytesIO(down), nobody, page, rules=FillingRules(), at="down.zip")
    for wrong in (b"no zip", zipped("model.py")):
        with pytest.raises(GraderError, match=r"^down.zip: "):
            canvas_zip(io.BytesIO(wrong), students, page, rules=FillingRules(), at="down.zip")


def test_moodle_takes_pages_in_folders_that_it_can_split():
    raw = FILES["moodle"].replace(b"Ada Lovelace,", b"Ada_von /Lovelace,")
    students = [*graded("x", 4, ADA), *graded("y", 10, BO)]
    made = feedback_zip(
        "moodle-feedback",
        Template(name="w.csv", content=raw),
        students,
        page=lambda name: feedback_page({s.submission: s for s in students}[name]),
        rules=FillingRules(),
    )
    ada, bo = names_in(made.content)
    assert ada.split("_", 4) == [
        "Ada von Lovelace",
        "101",
        "assignsubmission",
        "file",
        "/report.html",
    ]
    assert bo == "Bo Å_102_assignsubmission_file_/report.html"


def test_a_page_shows_a_students_text_as_text():
    page = feedback_page(one(graded("x", 4))).decode()
    assert "Row 2 is: wrong, &lt;b&gt;" in page
    assert '<span class="number">4</span> <span class="soft">of 10 points</span>' in page
