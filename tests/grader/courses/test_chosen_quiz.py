import pytest

from grader.courses.chosen_quiz import QuizKey, chosen_quiz
from grader.errors import GraderError

A, B = QuizKey("A", "week-3.yaml"), QuizKey("B", "week-3.yaml")
TOPIC, OTHER = QuizKey("", "kv-cache", True), QuizKey("B", "oral")
THERE = [A, B, TOPIC, OTHER]


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("A: week-3.yaml", A),
        ("B: week-3.yaml", B),
        ("kv-cache", TOPIC),
        ("questions/kv-cache.yaml", TOPIC),
        ("oral", OTHER),
    ],
)
def test_a_quiz_is_found_by_its_name(word, key):
    assert chosen_quiz(word, THERE, at="store") == key


@pytest.mark.parametrize("word", ["week-3", "week-3.yaml", "x/week-3.yaml"])
def test_a_name_of_several_lists_them(word):
    with pytest.raises(GraderError, match=r"holds 2 quizzes '.*': A: week-3.yaml, B: week-3.yaml"):
        chosen_quiz(word, THERE, at="store")


def test_a_file_tells_which_it_is(tmp_path):
    (tmp_path / "course.yaml").write_text("name: B")
    path = tmp_path / "week-3.yaml"
    path.write_text("title: Week 3")
    assert chosen_quiz(str(path), THERE, at="store") == B
    path.write_text("{title: Week 3, id: oral}")
    assert chosen_quiz(str(path), THERE, at="store") == OTHER


def test_the_only_quiz_needs_no_name():
    assert chosen_quiz(None, [A], at="store") == A
    for there in ([], [A, B]):
        with pytest.raises(GraderError, match="holds"):
            chosen_quiz(None, there, at="store")
