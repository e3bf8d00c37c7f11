"""A repair is planned, looked at and made, wherever the marks are kept."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from grader.courses.answers_grading import grade_class
from grader.courses.kept_marks import open_marks
from grader.courses.quiz_results_folder import QuizResultsFolder
from grader.courses.repairing import (
    apply_repairs,
    plan_repairs,
    preview_repairs,
    repairs_that_hold,
)
from grader.errors import CourseError, GraderError
from grader.quiz.marking.repairs import WantedRepair

BANK = Path(__file__).parents[1] / "quiz" / "sample_bank"
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
DROP = WantedRepair(question="sample.shape", action="drop", reason="Unclear.")


@pytest.fixture
def folder(tmp_path):
    answers = tmp_path / "answers"
    answers.mkdir()
    for student, answer in (("ada", "all"), ("bo", "last")):
        record = {"topic": "sample", "student": student, "answers": {"sample.shape": answer}}
        (answers / f"{student}.yaml").write_text(yaml.safe_dump(record))
    results = QuizResultsFolder(tmp_path / "results")
    grade_class(answers, results, questions=BANK, named=BANK, now=AT)
    return results.folder


@pytest.fixture
def marks(folder):
    with open_marks(str(folder), None) as kept:
        yield kept.marks


def points(marks):
    return {sheet.student: str(sheet.points) for sheet in marks.sheets()}


def test_a_plan_and_its_preview_change_nothing(marks, folder):
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    plan = plan_repairs(marks, [DROP], at=AT)
    outcome = preview_repairs(marks, plan)
    assert plan.sentences == ("Repair 1: sample.shape does not count. Unclear.",)
    assert [change.after.max_points for change in outcome.changes] == [18, 18]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == kept


def test_a_repair_is_made_once_and_can_be_taken_back(marks, folder):
    before = points(marks)
    apply_repairs(marks, plan_repairs(marks, [DROP], at=AT), at=AT)
    assert points(marks) != before
    history = (folder / "history.jsonl").read_text()
    assert '"reason":"Repair 1: sample.shape does not count. Unclear."' in history
    assert [repair.number for repair in repairs_that_hold(marks)] == [1]
    assert plan_repairs(marks, [DROP], at=AT).entries == (), "it holds already"
    back = plan_repairs(marks, [], undo=[1], reason="It was clear.", at=AT)
    assert back.sentences == ("Take back repair 1: sample.shape does not count.",)
    apply_repairs(marks, back, at=AT)
    assert points(marks) == before
    assert repairs_that_hold(marks) == ()


def test_a_repair_that_does_not_hold_cannot_be_taken_back(marks):
    with pytest.raises(CourseError, match="there is no repair 7\n  Those that hold: none"):
        plan_repairs(marks, [], undo=[7], at=AT)


def test_the_gradebook_of_a_folder_is_named_and_a_place_that_is_none_is_refused(folder, tmp_path):
    with open_marks(str(folder), None) as kept:
        assert kept.grades == folder / "quiz-grades.csv"
    with (
        pytest.raises(GraderError, match="no such results folder and no such store"),
        open_marks(str(tmp_path / "gone"), None),
    ):
        pass
