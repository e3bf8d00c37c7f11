"""A folder of answers files becomes a results folder; one bad file stops nobody."""

import csv
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import yaml

from grader.courses.answers_grading import grade_class
from grader.courses.quiz_results_folder import QuizResultsFolder
from grader.courses.topics_by_name import Topics
from grader.decision_list import to_line
from grader.errors import CourseError, GraderFault, SubmissionError
from grader.quiz.marking.class_marks import ClassMarks
from grader.quiz.marking.decisions import Marked, Repaired, answer_digest

BANK = Path(__file__).parents[1] / "quiz" / "sample_bank"
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
ANSWERS = {
    "sample.shape": "last",
    "sample.greedy": ["one"],
    "sample.chain": ["softmax", "logits", "select"],
    "sample.why": "One sequence.",
}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "answers"
    made.mkdir()
    return made


@pytest.fixture
def write(folder):
    def write(name, student=None, answers=ANSWERS, topic="sample"):
        given = {"student": student} if student else {}
        text = yaml.safe_dump({"topic": topic, "answers": answers, **given})
        (folder / name).write_text(text)

    return write


@pytest.fixture
def results(tmp_path):
    return QuizResultsFolder(tmp_path / "results")


@pytest.fixture
def graded(folder, results):
    def graded():
        return grade_class(folder, results, questions=BANK, named=BANK, now=AT)

    return graded


def rows(results):
    return list(csv.DictReader(io.StringIO(results.grades.read_text())))


def marks_of(results):
    topics = Topics(BANK)
    return ClassMarks(results, topics.items(topics.names))


def reasons(summary):
    return {outcome.file: outcome.reason for outcome in summary.outcomes if outcome.reason}


def marking(student, text="One sequence."):
    return Marked(
        sheet=f"sample/{student}",
        question="sample.why",
        answer=answer_digest(text),
        rubric=("which", "why"),
        ticked=("why",),
        at=AT,
    )


def test_a_class_gets_a_gradebook_and_a_record_each(write, graded, results):
    write("ada.yaml")
    write("b.yml", student="Bo", answers={"sample.chain": ["softmax", "select"]})
    summary = graded()
    assert [sheet.student for sheet in summary.sheets] == ["Bo", "ada"]
    ada = json.loads((results.folder / "marks" / "sample" / "ada.json").read_text())
    assert (ada["points"], ada["waiting_points"]) == ("2", 4)
    bo, row = rows(results)
    assert (row["student"], row["status"], row["points"]) == ("ada", "to be marked", "2")
    assert (bo["status"], bo["points"], bo["sample.chain"], row["sample.why"]) == (
        "graded", "2", "2", "",
    )  # fmt: skip


def test_fractions_in_the_gradebook_are_decimals_and_exact(write, graded, results, tmp_path):
    write("ada.yaml", answers={"sample.greedy": ["one"]})
    bank = tmp_path / "bank"
    bank.mkdir()
    text = (BANK / "sample.yaml").read_text().replace("points: 2", "points: 1")
    (bank / "sample.yaml").write_text(text)
    grade_class(tmp_path / "answers", results, questions=bank, named=bank, now=AT)
    [row] = rows(results)
    assert (row["points"], row["points_exact"], row["sample.greedy"]) == (
        "0.5",
        "1/2 points",
        "0.5",
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("topic: sample\nanswers: {sample.shape: lost}\n", "there is no option 'lost'"),
        ("topic: sampel\nanswers: {}\n", "there is no topic 'sampel'. Did you mean 'sample'?"),
        ("topic: [", "is not valid YAML"),
        ("[" * 100_000, "has more than 20 lists or mappings in each other"),
        ("a: &x [1]\nb: *x\n", "line 2: has an alias"),
        ("", "expected"),
        ("a" * 1_000_001, "is larger than 1,000,000 bytes"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        ("topic: sample\nanswers: {sample.loss: " + "9" * 5000 + "}\n", "longer than 60"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_stops_nobody(write, graded, results, folder, content, says):
    write("ada.yaml")
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "bad.yaml").write_bytes(data)
    summary = graded()
    assert says in reasons(summary)["bad.yaml"]
    assert len(summary.sheets) == 1
    assert [(row["student"], row["status"]) for row in rows(results)] == [
        ("ada", "to be marked"), ("bad", "unreadable"),
    ]  # fmt: skip
    assert says in rows(results)[1]["reason"]


def test_what_is_no_plain_file_is_reported_and_does_not_hang(write, graded, folder):
    write("ada.yaml")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "folder.yaml").mkdir()
    (folder / "link.yaml").symlink_to(folder / "nowhere")
    (folder / ".hidden.yaml").write_text("x")
    (folder / "notes.txt").write_text("x")
    assert set(reasons(graded())) == {"pipe.yaml", "folder.yaml", "link.yaml"}


def test_the_same_student_twice_is_said_and_neither_is_graded(write, graded, results):
    write("ada.yaml")
    write("ada-new.yaml", student="ada")
    write("bo.yaml")
    summary = graded()
    assert [sheet.student for sheet in summary.sheets] == ["bo"]
    assert set(reasons(summary)) == {"ada.yaml", "ada-new.yaml"}
    assert reasons(summary)["ada.yaml"] == (
        "ada-new.yaml and ada.yaml are both of student 'ada' in topic 'sample':"
        " keep one, or correct `student:`"
    )


def test_grading_again_changes_no_byte(write, graded, results):
    write("ada.yaml")
    write("bo.yaml", student="../../bo")
    graded()
    before = {p: p.read_bytes() for p in results.folder.rglob("*") if p.is_file()}
    graded()
    assert {p: p.read_bytes() for p in results.folder.rglob("*") if p.is_file()} == before


def test_grading_again_keeps_markings_and_repairs(write, graded, results):
    write("ada.yaml")
    graded()
    drop = Repaired(number=1, question="sample.flow", action="drop", reason="Unclear.", at=AT)
    marks_of(results).decide([marking("ada"), drop], reason="x", at=AT)
    before = results.records()
    [sheet] = graded().sheets
    assert results.records() == before
    assert (sheet.points, sheet.max_points, sheet.waiting_points) == (5, 12, 0)


def test_a_changed_answer_is_graded_anew_and_the_old_marks_are_kept(write, graded, results):
    write("ada.yaml")
    graded()
    marks_of(results).decide([marking("ada")], reason="marked", at=AT)
    write("ada.yaml", answers=ANSWERS | {"sample.why": "Another text."})
    [sheet] = graded().sheets
    assert (sheet.points, sheet.waiting_points) == (2, 4)
    history = (results.folder / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["marks"]["points"] for line in history] == ["2", "5"]
    assert json.loads(history[1])["reason"] == "graded again from the answers files"


def test_a_student_whose_file_is_gone_keeps_the_marks(write, graded, results, folder):
    write("ada.yaml")
    write("bo.yaml")
    graded()
    (folder / "ada.yaml").unlink()
    assert len(graded().sheets) == 2
    assert rows(results)[0]["reason"] == "from an earlier run; not graded in the last one"


@pytest.mark.parametrize("student", ["../../evil", "a/b", "=cmd|' /C calc'!A0", ".", "\u202eada"])
def test_no_name_leaves_the_folder_or_acts_in_a_spreadsheet(write, graded, results, student):
    write("x.yaml", student=student)
    graded()
    [path] = (results.folder / "marks").rglob("*.json")
    assert path.parent == results.folder / "marks" / "sample"
    [row] = rows(results)
    assert not row["student"].startswith(("=", "+", "-", "@"))
    assert "\u202e" not in row["student"]


def test_names_that_would_share_a_file_do_not(write, graded, results):
    write("x.yaml", student="a/b")
    write("y.yaml", student="a:b")
    assert len(graded().sheets) == 2


def test_a_line_cut_off_by_a_crash_is_left_alone(write, graded, results):
    write("ada.yaml")
    graded()
    path = results.folder / "decisions.jsonl"
    path.write_text('{"entry":"mar')
    marks_of(results).decide([marking("ada")], reason="x", at=AT)
    assert [entry.ticked for entry in marks_of(results).entries()] == [("why",)]


def test_a_crash_between_decision_and_marks_is_made_good(write, graded, results):
    write("ada.yaml")
    graded()
    results.add([to_line(marking("ada"))])
    assert rows(results)[0]["points"] == "2"
    marks_of(results).refresh(reason="x", at=AT)
    assert rows(results)[0]["points"] == "5"


def test_a_comment_with_odd_line_ends_stays_one_entry(write, graded, results):
    write("ada.yaml")
    graded()
    odd = msgspec.structs.replace(marking("ada"), comment="a\u2028b\x85c\nd")
    marks_of(results).decide([odd], reason="x", at=AT)
    assert marks_of(results).entries() == (odd,)


def test_an_empty_folder_and_a_missing_one_are_one_sentence(graded, folder, results, tmp_path):
    with pytest.raises(SubmissionError, match="holds no answers files"):
        graded()
    with pytest.raises(SubmissionError, match="cannot be read"):
        grade_class(tmp_path / "no", results, questions=BANK, named=None, now=AT)


def test_a_wrong_question_is_the_courses_fault_and_nobody_is_blamed(
    write, folder, results, tmp_path
):
    write("ada.yaml")
    bank = tmp_path / "bank"
    bank.mkdir()
    text = (BANK / "sample.yaml").read_text().replace("answer: 3.912", "answer: lots")
    (bank / "sample.yaml").write_text(text)
    with pytest.raises(CourseError, match="expected a number"):
        grade_class(folder, results, questions=bank, named=bank, now=AT)
    assert not results.is_there()


def test_marks_that_are_broken_are_named(write, graded, results):
    write("ada.yaml")
    graded()
    (results.folder / "marks" / "sample" / "ada.json").write_text("{")
    with pytest.raises(GraderFault, match="cannot be read as marks"):
        results.records()
