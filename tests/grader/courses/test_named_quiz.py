from pathlib import Path

import pytest

from grader.courses.named_quiz import load_named
from grader.errors import CourseError
from grader.quiz.attempt.rules import Feedback

BANK = Path(__file__).parents[1] / "quiz" / "sample_bank"


def test_a_word_is_a_topic_for_practice_or_the_file_of_a_quiz(tmp_path):
    assert load_named("sample", BANK).practice.name == "sample"
    assert load_named("sample", BANK, feedback=Feedback.END).rules.feedback == Feedback.END
    file = tmp_path / "week-3.yaml"
    file.write_text("title: Week 3\nquestions: [sample.shape]\nfeedback: never\n")
    quiz = load_named(str(file), BANK, feedback=Feedback.END)
    assert (quiz.title, quiz.practice) == ("Week 3", None)
    assert quiz.rules.feedback == Feedback.NEVER, "a file has rules of its own"


def test_a_file_named_without_its_ending_is_found_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "week-3.yaml").write_text("")
    with pytest.raises(CourseError, match=r"there is no topic 'week-3'\n.*the file week-3\.yaml"):
        load_named("week-3", BANK)
