"""Quizzes of a course by their addresses, read again when a file changes, one fault apart."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.courses.quiz_shelf import course_shelf
from tests.grader.quiz.conftest import BANK

NAMES = {"a-1": "ada", "ada": "ada"}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "questions").symlink_to(BANK)
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "course.yaml").write_text("name: Course\n")
    return tmp_path


def write(folder, name, text):
    path = folder / "quizzes" / name
    path.write_text(text)
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + len(text) * 1_000_000))


def test_a_quiz_has_its_name_as_address(folder):
    write(folder, "one.yaml", "{title: One, questions: [sample]}")
    write(folder, "two.yaml", "{title: Two, id: week/2, questions: [sample]}")
    shelf = course_shelf(folder)
    assert list(shelf.now().quizzes) == ["one.yaml", "week-2"]
    assert shelf.quiz("week-2").title == "Two"
    assert shelf.quiz("week/2") is None


def test_a_file_that_changes_is_read_again_and_one_that_does_not_is_not(folder):
    write(folder, "one.yaml", "{title: One, questions: [sample]}")
    shelf = course_shelf(folder)
    first = shelf.quiz("one.yaml")
    assert shelf.quiz("one.yaml") is first
    write(folder, "one.yaml", "{title: One and a half, questions: [sample]}")
    assert shelf.quiz("one.yaml").title == "One and a half"


def test_a_fault_takes_away_its_own_quiz_alone(folder):
    write(folder, "bad.yaml", "{title: Bad, questions: [nothing]}")
    write(folder, "one.yaml", "{title: One, id: x, questions: [sample]}")
    write(folder, "two.yaml", "{title: Two, id: x, questions: [sample]}")
    now = course_shelf(folder).now()
    assert [quiz.title for quiz in now.quizzes.values()] == ["One"]
    assert ["nothing" in str(now.faults[0]), "has the name 'x', too" in str(now.faults[1])] == [
        True,
        True,
    ]


def test_without_a_folder_there_are_no_quizzes(tmp_path):
    shelf = course_shelf(tmp_path)
    assert shelf.now().quizzes == {}
    assert shelf.topics() != ()  # the questions that are shipped


def test_extra_time_is_for_the_person_whom_the_course_file_calls_by_another_name(folder):
    write(folder, "one.yaml", "{title: One, minutes: 40, questions: [sample]}")
    course = "name: Course\nextra_time: [{student: a-1, percent: 50}, {student: late, percent: 10}]"
    (folder / "course.yaml").write_text(course)
    names = dict(NAMES)
    shelf = course_shelf(folder, lambda: names)
    limits = {who: shelf.quiz("one.yaml").rules_for(who).limit for who in ("ada", "bo")}
    assert {who: limit.total_seconds() / 60 for who, limit in limits.items()} == {
        "ada": 60,
        "bo": 40,
    }
    names |= {"late": "bo", "bo": "bo"}  # somebody who came later
    assert shelf.quiz("one.yaml").rules_for("bo").limit.total_seconds() / 60 == 44


def test_practice_on_an_idea_asks_what_the_report_names_and_what_names_the_idea(folder):
    shelf = course_shelf(folder)
    items = shelf.topics()[0].items
    idea = next(name for item in items for name in item.misconception_ids())
    naming = shelf.questions_on(idea)
    other = next(item.id for item in items if item.id not in naming)
    assert [item.id for item in shelf.idea(idea, first=[other, "gone.question"]).items] == [
        other,
        *naming[:4],
    ]
    assert shelf.idea("nobody.asks") is None
    assert shelf.topic("nothing") is None


def test_of_many_who_ask_at_once_one_reads_the_files(folder):
    write(folder, "one.yaml", "{title: One, questions: [sample]}")
    shelf = course_shelf(folder)
    gate = threading.Barrier(8)

    def ask(_):
        gate.wait(10)
        return shelf.quiz("one.yaml")

    with ThreadPoolExecutor(8) as students:
        found = list(students.map(ask, range(8)))
    assert all(one is found[0] for one in found)
