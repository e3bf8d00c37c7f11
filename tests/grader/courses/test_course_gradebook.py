"""Assignments and quizzes in one table: people are joined, and what has no grade is no 0."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from grader.batch.applied_policy import apply_policy
from grader.batch.results import Results
from grader.courses.code_marks import CodeMarks
from grader.courses.course_gradebook import course_gradebook, gradebook_table
from grader.courses.gradebook_folders import gradebook_folders
from grader.courses.quiz_results_folder import QuizResultsFolder, QuizRun
from grader.errors import CourseError
from grader.policies.policy import ExcusedStudent, Policy
from grader.policies.weights import GradebookItem
from grader.records import CheckResult, GradingRun, Person, Report, StageResult, Status, Verdict

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
PEOPLE = {
    "ada": (Person(id="s-1", name="Ada L.", email="ada@x.org"),),
    "team": (Person(id="s-2", name="Bo"), Person(id="s-3", name="Chen")),
    "eve": (Person(id="s-4"),),
}


def report(name, points):
    check = CheckResult(
        check="a.x", stage="a", claim="", verdict=Verdict.PASSED, points=points or 0, max_points=6
    )
    return Report(
        submission=name,
        status=Status.UNREADABLE if points is None else Status.GRADED,
        assignment="a",
        key="k",
        grader_version="1",
        stages=() if points is None else (StageResult(stage="a", title="", checks=(check,)),),
    )


@pytest.fixture
def code(tmp_path):
    def made(name="code", **points):
        results = Results(tmp_path / name)
        for one in (report(*pair) for pair in points.items()):
            results.keep(one, one, at=AT)
        run = GradingRun(
            assignment="a",
            assignment_digest="",
            counts={},
            isolation=(),
            versions={},
            workers=1,
            stages=("a",),
            submissions=tuple(points),
            people={name: PEOPLE[name] for name in points},
        )
        results.end_run(run)
        return results

    return made


@pytest.fixture
def quiz(tmp_path):
    def made(name="quiz", **sheets):
        results = QuizResultsFolder(tmp_path / name)
        results.write_run(QuizRun(version="1", questions=None, files=()))
        records = {
            f"t/{student}": json.dumps(
                {
                    "student": student,
                    "topic": "t",
                    "points": points,
                    "max_points": most,
                    "waiting_points": waiting,
                    "questions": [],
                }
            )
            for student, (points, most, waiting) in sheets.items()
        }
        results.replace(records, reason="", at=AT)

    return made


def table(tmp_path, *items):
    rows = course_gradebook(items, gradebook_folders(items, tmp_path, at="course.yaml"))
    text = gradebook_table(rows, items).decode()
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


CODE, QUIZ = GradebookItem(results="code", weight=70), GradebookItem(results="quiz", weight=30)


def test_people_are_joined_by_the_roster_and_totals_are_exact(code, quiz, tmp_path):
    code(ada=2, team=6, eve=None)
    quiz(**{"ada": ("4/3", 4, 0), "s-2": ("4", 4, 0), "S-4": ("1", 4, 0), "zoe": ("2", 4, 0)})
    rows = table(tmp_path, CODE, QUIZ)
    assert list(rows) == ["s-1", "s-2", "s-3", "s-4", "zoe"]
    ada = rows["s-1"]
    assert (ada["name"], ada["email"], ada["code"], ada["quiz"]) == (
        "Ada L.", "ada@x.org", "33.3333", "33.3333"
    )  # fmt: skip
    assert ada["total_exact"] == "100/3 of 100"
    assert rows["s-2"]["total"] == "100"
    assert rows["s-3"]["remarks"] == "quiz: nothing handed in"
    assert (rows["s-4"]["code"], rows["s-4"]["total"]) == ("", "")
    assert rows["s-4"]["remarks"] == "code: no grade yet"
    assert rows["zoe"]["remarks"] == "code: nothing handed in"
    assert [row["total"] for row in rows.values()] == ["33.3333", "100", "", "", ""]


def test_the_order_of_items_joins_nobody_otherwise(code, quiz, tmp_path):
    code(ada=2)
    quiz(ada=("1", 4, 0))
    quiz("other", **{"s-1": ("1", 4, 0)})
    other = GradebookItem(results="other", weight=1)
    assert list(table(tmp_path, other, QUIZ, CODE)) == ["s-1"]


def test_members_of_a_group_who_have_nothing_but_a_name_have_rows(code, tmp_path, monkeypatch):
    monkeypatch.setitem(PEOPLE, "team", (Person(name="Bo"), Person(name="Chen")))
    code(team=3)
    assert [row["total"] for row in table(tmp_path, CODE).values()] == ["50", "50"]


def test_who_is_on_the_roster_and_handed_nothing_in_has_a_row(code, tmp_path):
    results = code(ada=6)
    run = results.last_run()
    results.end_run(replace(run, missing=(Person(id="s-9", name="Zoe"),)))
    rows = table(tmp_path, CODE)
    assert (rows["s-9"]["total"], rows["s-9"]["remarks"]) == ("", "code: nothing handed in")


def test_what_never_came_is_a_0_only_if_the_course_says_so(code, quiz, tmp_path):
    code(ada=6, eve=None)
    quiz(zoe=("2", 4, 0))
    zero = {"not_handed_in": "zero", "weight": 50}
    rows = table(
        tmp_path,
        GradebookItem(results="code", **zero),
        GradebookItem(results="quiz", **zero),
    )
    assert rows["s-1"]["total"] == "50"
    assert rows["zoe"]["total"] == "25"
    assert rows["s-4"]["total"] == "", "what cannot be read was handed in"


def test_who_is_excused_has_a_total_without_it(code, quiz, tmp_path):
    marks = CodeMarks(code(ada=6))
    quiz(ada=("1", 4, 0))
    marks.excuse("ada", reason="ill", by="kim", at=AT)
    [row] = table(tmp_path, CODE, QUIZ).values()
    assert (row["code"], row["total"], row["remarks"]) == ("", "25", "code: excused")


def test_who_is_excused_by_the_course_need_not_hand_anything_in(code, quiz, tmp_path):
    excused = (
        ExcusedStudent(student="zoe", reason="r"),
        ExcusedStudent(student="nobody", reason="r"),
    )
    apply_policy(code(ada=6), Policy(excused=excused), reason="r", by="c", at=AT)
    quiz(zoe=("1", 4, 0))
    rows = table(tmp_path, CODE, QUIZ)
    assert list(rows) == ["s-1", "zoe"]
    assert (rows["zoe"]["total"], rows["zoe"]["remarks"]) == ("25", "code: excused")


def test_final_points_are_those_of_the_table(code, tmp_path):
    CodeMarks(code(ada=6)).set_final("ada", Fraction(3), reason="r", by="kim", at=AT)
    assert table(tmp_path, CODE)["s-1"]["total"] == "50"


def test_a_waiting_answer_makes_no_grade_and_the_lowest_quiz_is_dropped(quiz, tmp_path):
    quiz("q1", ada=("4", 4, 0), bo=("4", 4, 1))
    quiz("q2", ada=("0", 4, 0), bo=("4", 4, 0))
    item = GradebookItem(results=("q1", "q2"), weight=1, name="Quizzes", drop_lowest=1)
    rows = table(tmp_path, item)
    assert (rows["ada"]["Quizzes"], rows["bo"]["Quizzes"]) == ("100", "")
    assert rows["bo"]["remarks"] == "Quizzes: no grade yet"


def test_a_folder_without_results_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"course.yaml: gradebook: code: '.*code' holds no resul"):
        table(tmp_path, CODE)
