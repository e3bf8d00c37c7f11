import shutil
from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.settings import shipped
from grader.staff.quiz_editing import (
    ChangedMeanwhile,
    EditableFiles,
    checked,
    save,
    text_digest,
    text_in,
)

BANK = Path(__file__).parents[1] / "quiz" / "sample_bank"
QUIZ = """\
title: Week 3
questions: [sample.shape, sample.greedy]
time_zone: Europe/Zurich
opens: 2026-03-02 09:00
closes: 2026-03-09 23:59
minutes: 45
"""


@pytest.fixture
def files(tmp_path):
    questions = Path(shutil.copytree(BANK, tmp_path / "course" / "questions"))
    return EditableFiles(quizzes=tmp_path / "course", questions=questions)


@pytest.fixture
def quiz(files):
    return files.named("quiz", "week-3.yaml")


@pytest.fixture
def topic(files):
    return files.named("questions", "sample.yaml")


def faults(files, path, text):
    found = checked(files, path, text)
    assert not found.is_right
    assert found.quiz is None
    return [(fault.line, fault.says) for fault in found.faults if fault.is_error]


def test_a_right_quiz_is_checked_and_nothing_is_written(files, quiz):
    found = checked(files, quiz, QUIZ)
    assert found.is_right
    assert [item.id for item in found.quiz.items] == ["sample.shape", "sample.greedy"]
    assert not quiz.exists()


def test_right_questions_are_checked_whatever_the_file_says_now(files, topic):
    text = topic.read_text()
    topic.write_text("broken: [")
    found = checked(files, topic, text)
    assert found.is_right
    assert len(found.quiz.items) == text.count("- id: sample.")
    assert topic.read_text() == "broken: ["


def test_an_error_names_its_line(files, quiz):
    assert faults(files, quiz, QUIZ.replace("minutes: 45", "minutes: soon"))[0][0] == 6
    assert faults(files, quiz, QUIZ.replace("sample.shape", "sample.shap")) == [
        (2, "questions[0]: there is no topic or question 'sample.shap'")
    ]
    [(line, _)] = faults(files, quiz, QUIZ + "title: twice\n")
    assert line == 7
    assert faults(files, quiz, "title: [")[0][0] in (1, 2)


def test_an_error_of_a_question_names_the_line_of_its_key(files, topic):
    text = topic.read_text()
    wrong = text.replace("    difficulty: 2\n    points: 2\n", "    difficulty: 9\n", 1)
    [(line, said)] = faults(files, topic, wrong)
    assert wrong.splitlines()[line - 1].strip() in ("- id: sample.greedy", "difficulty: 9")
    assert "difficulty" in said


def test_no_fault_names_a_folder_of_the_trial(files, quiz, topic):
    for path, text in ((quiz, "title: 3"), (quiz, QUIZ + "x: 1"), (topic, "topic: other")):
        for fault in checked(files, path, text).faults:
            assert "grader-edit" not in f"{fault.says} {fault.fix}"


def test_a_quiz_has_the_rules_of_the_course_around_it(files, quiz):
    (files.quizzes / "course.yaml").write_text("id: autumn\n")
    assert checked(files, quiz, QUIZ).quiz.course.key == "autumn"


def test_what_somebody_else_saved_is_not_overwritten_unseen(files, quiz):
    empty = text_digest("")
    save(quiz, QUIZ, opened=empty)
    assert text_in(quiz) == QUIZ
    with pytest.raises(ChangedMeanwhile, match=r"somebody has saved week-3\.yaml"):
        save(quiz, "title: mine", opened=empty)
    assert text_in(quiz) == QUIZ
    save(quiz, "title: mine", opened=text_digest(QUIZ))
    assert text_in(quiz) == "title: mine"


@pytest.mark.parametrize(
    "name", ["../week.yaml", "course.yaml", "week", ".week.yaml", "a/b.yaml", "", "week.yaml\n"]
)
def test_only_a_plain_name_is_a_file(files, name):
    with pytest.raises(GraderError, match="to be edited here"):
        files.named("quiz", name)
    with pytest.raises(GraderError, match="to be edited here"):
        files.named("elsewhere", "week.yaml")


def test_shipped_questions_are_known_as_such(files, tmp_path):
    assert not files.questions_are_shipped
    there = EditableFiles(quizzes=tmp_path, questions=shipped("questions"))
    assert there.questions_are_shipped


def test_a_text_that_is_too_long_is_refused_before_it_is_read(files, quiz):
    assert "at most 1,000,000" in faults(files, quiz, "#" * 1_000_001)[0][1]
