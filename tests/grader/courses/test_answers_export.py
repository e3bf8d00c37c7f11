"""An attempt leaves the store as a file, is marked from it as it was, and cannot be changed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from grader.courses.answers_export import exported_answers
from grader.courses.answers_grading import grade_class, grade_file
from grader.courses.attempts import WantedAttempt, begin
from grader.courses.class_answers import Sealing
from grader.courses.named_quiz import load_named
from grader.courses.quiz_results_folder import QuizResultsFolder
from grader.courses.reviewing import NoSuchAttempt, PastAttempt
from grader.quiz.attempt.session import Answered, Finished
from grader.quiz.marking.answers import AnswersError
from grader.store.quiz_store import open_store

BANK = Path(__file__).parents[1] / "quiz" / "sample_bank"
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
ADA = PastAttempt(student="ada")
TEXT = "First: yes.\n\nThen: 'no', # and ünïcödé\t\N{SNOWMAN}"
SELECTED = "sample.loss sample.flow"


@pytest.fixture
def quiz_file(tmp_path):
    (tmp_path / "course.yaml").write_text("name: Autumn\nsecret: of the course\n")
    path = tmp_path / "week-3.yaml"
    path.write_text("title: Week 3\npools:\n  - {pick: 4, of: [sample]}\n")
    return str(path)


@pytest.fixture
def export(tmp_path):
    """The file of an attempt at a quiz with all questions answered, and the marks it had."""

    def run(word, *, finish=True):
        quiz = load_named(word, BANK)
        with open_store(tmp_path / "quiz.sqlite") as store:
            attempt = begin(store, quiz, WantedAttempt(student="ada"), number=1, seed=7, at=NOW)
            session = attempt.session
            for item in session.items:
                response = TEXT if item.kind() == "text" else item.key()
                event = Answered(item=item.id, response=response, at=NOW, confirmed=True)
                session = attempt.save(event, session.apply(event))
            if finish:
                event = Finished(NOW + timedelta(minutes=5))
                session = attempt.save(event, session.apply(event))
            path = tmp_path / "ada.yaml"
            path.write_bytes(exported_answers(store, quiz, ADA, at=NOW + timedelta(hours=1)))
            return path, session.marks()

    return run


@pytest.mark.parametrize("word", ["sample", SELECTED, "the file of a quiz"])
def test_what_was_exported_is_marked_as_it_was(export, quiz_file, word):
    path, marks = export(quiz_file if "file" in word else word)
    marked = grade_file(path, questions=BANK, sealing=Sealing(secret="of the course"))
    assert marked.student == "ada"
    assert {row.item.id: row.response for row in marked.marks.rows} == {
        row.item.id: row.response for row in marks.rows
    }
    assert marked.marks.total() == marks.total()
    assert {row.item.id: row.mark.feedback for row in marked.marks.rows} == {
        row.item.id: row.mark.feedback for row in marks.rows
    }


def test_feedback_of_an_exported_attempt_has_the_letters_of_its_taker(export):
    path, _ = export("sample")
    answers = yaml.safe_load(path.read_text())
    assert answers["attempt"]["seed"] == "7"
    marked = grade_file(path, questions=BANK, sealing=Sealing(secret="of the course"))
    [row] = [row for row in marked.marks.rows if row.item.id == "sample.shape"]
    [letter] = [p.label for p in row.item.present(7).parts if p.text == "B x T x V"]
    assert row.mark.feedback == (f"{letter}: One row for every position.",)


@pytest.mark.parametrize("seed", ["", "seven", "-7", "9" * 40])
def test_a_seed_that_is_none_gives_no_letters(tmp_path, seed):
    path = tmp_path / "ada.yaml"
    attempt = {"seed": seed}
    contents = {"topic": "sample", "answers": {"sample.shape": "all"}, "attempt": attempt}
    path.write_text(yaml.safe_dump(contents))
    [row, *_] = grade_file(path, questions=BANK).marks.rows
    assert row.mark.feedback == ("One row for every position.",)


def test_an_attempt_that_goes_on_is_not_exported(export):
    with pytest.raises(NoSuchAttempt, match="no attempt that was handed in"):
        export("sample", finish=False)


CHANGES = {
    "an answer": lambda file: file["answers"].update({"sample.loss": "1"}),
    "the student": lambda file: file.update(student="bob"),
    "the time": lambda file: file["attempt"].update(handed_in="2026-01-01T00:00:00+00:00"),
    "the questions": lambda file: file.update(asked=["sample.loss"]),
    "the seal": lambda file: file.update(seal=file["seal"][:-1] + "0"),
    "the kind of the seal": lambda file: file.update(seal="plain:" + file["seal"][7:]),
    "no seal at all": lambda file: file.pop("seal"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_changed_since_is_not_marked(export, quiz_file, change):
    path, _ = export(quiz_file)
    file = yaml.safe_load(path.read_text())
    change(file)
    path.write_text(yaml.safe_dump(file))
    with pytest.raises(AnswersError):
        grade_file(path, questions=BANK, sealing=Sealing(secret="of the course"))


def test_another_layout_of_the_same_answers_keeps_the_seal(export):
    path, _ = export("sample")
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()), default_flow_style=True))
    assert grade_file(path, questions=BANK).student == "ada"


def test_the_seal_of_a_course_needs_its_secret(export, quiz_file):
    path, _ = export(quiz_file)
    with pytest.raises(AnswersError, match="needs the secret of the course"):
        grade_file(path, questions=BANK)


@pytest.mark.parametrize("kind", ["written by hand", "sealed by anybody"])
def test_where_seals_are_required_only_that_of_the_course_counts(export, tmp_path, kind):
    path, _ = export("sample")
    if kind == "written by hand":
        path.write_text("topic: sample\nstudent: ada\nanswers: {}\n")
    results = QuizResultsFolder(tmp_path / "results")
    folder = tmp_path / "answers"
    folder.mkdir()
    path.rename(folder / "ada.yaml")
    sealing = Sealing(secret="of the course", required=True)
    summary = grade_class(folder, results, questions=BANK, named=BANK, now=NOW, sealing=sealing)
    [outcome] = summary.not_graded
    assert outcome.reason.startswith("has no seal of the course")
