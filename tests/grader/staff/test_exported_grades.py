import csv
import io
import zipfile

import pytest

from grader.batch.class_grades import nothing_handed_in
from grader.batch.grade_decisions import Excused, SubmissionDecisions
from grader.batch.grades import CodeGrade
from grader.errors import GraderError
from grader.gradebooks.filling import FillingRules
from grader.gradebooks.student_grades import StudentGrade
from grader.gradebooks.targets import Template
from grader.records import Person
from grader.staff.exported_grades import TARGETS, ExportWish, exported_grades, needs_template
from tests.grader.staff.a_class import AT, report, unreadable

CANVAS = b"""\
Student,ID,SIS User ID,SIS Login ID,Section,Homework (901)\r
    Points Possible,,,,,10\r
"Example, Ada",11,ada,ada,A,\r
"Example, Bo",12,bo,bo,A,3\r
"Example, Cy",13,cy,cy,A,4\r
"Example, Dee",14,dee,dee,A,\r
"""
EXCUSED = SubmissionDecisions(excuse=Excused(submission="", reason="ill", by="prof", at=AT))


def students():
    reports = [report("ada"), report("bo", shift=1), nothing_handed_in("cy"), unreadable("dee")]
    people = [Person(id=one.submission, username=one.submission) for one in reports]
    return [
        StudentGrade(grade=CodeGrade(one), person=person)
        for one, person in zip(reports, people, strict=True)
    ]


def exported(target, *, some=None, **more):
    wish = ExportWish(target=target, **more)
    return exported_grades(some or students(), wish, assignment="decoder")


def rows(content):
    return list(csv.reader(io.StringIO(content.decode())))


def test_a_canvas_file_comes_back_with_one_column_filled_in():
    template = Template(name="canvas.csv", content=CANVAS)
    made = exported("canvas", template=template, column="Homework (901)")
    assert made.name == "decoder-canvas.csv"
    assert [row[-1] for row in rows(made.content)[2:]] == ["10", "6", "4", ""]
    assert "2 grades in the column 'Homework (901)'." in made.notes


def test_what_does_not_fit_is_told_and_nothing_is_made():
    template = Template(name="canvas.csv", content=CANVAS.replace(b",10\r", b",20\r"))
    with pytest.raises(GraderError, match="the column gives 20 points, and the grades are of 10"):
        exported("canvas", template=template, column="Homework (901)")
    scaled = exported(
        "canvas", template=template, column="Homework (901)", rules=FillingRules(scale=True)
    )
    assert rows(scaled.content)[2][-1] == "20"


@pytest.mark.parametrize("target", [target for target in TARGETS if needs_template(target)])
def test_what_answers_a_file_asks_for_it(target):
    with pytest.raises(GraderError, match=f"{target} needs what was downloaded from there"):
        exported(target)


@pytest.mark.parametrize("target", [target for target in TARGETS if not needs_template(target)])
def test_every_other_target_makes_a_file_at_once(target):
    made = exported(target)
    assert made.content
    if made.name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
            stems = {name.partition(".")[0] for name in archive.namelist()}
        assert stems == {"ada", "bo", "dee"}
    else:
        assert b"ada" in made.content
        assert b"cy" not in made.content


def test_who_handed_nothing_in_is_there_only_with_a_decision():
    excused = StudentGrade(grade=CodeGrade(nothing_handed_in("cy"), EXCUSED), person=None)
    assert b"cy" in exported("csv", some=[excused]).content
    assert b"cy" not in exported("csv").content


def test_without_points_is_said():
    assert exported("csv").notes == ("1 submission without points, and never a zero.",)


def test_an_unknown_target_is_refused():
    with pytest.raises(GraderError, match="there is no export 'kanvas'"):
        exported("kanvas")
