"""`grader gradebook`: a course.yaml in, a table out, and one sentence for each mistake."""

import json

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.courses.quiz_results_folder import QuizResultsFolder, QuizRun

SHEET = {"student": "ada", "topic": "t", "points": "1", "max_points": 4, "waiting_points": 0}


def run(*words):
    return CliRunner().invoke(main, ["gradebook", *map(str, words)])


def test_the_folder_or_the_file_of_a_course_gives_a_gradebook(tmp_path):
    results = QuizResultsFolder(tmp_path / "res" / "quiz")
    results.write_run(QuizRun(version="1", questions=None, files=()))
    path = results.folder / "marks" / "t" / "ada.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(SHEET | {"questions": []}))
    (tmp_path / "course.yaml").write_text("gradebook: [{results: res/quiz, weight: 30}]\n")
    output = tmp_path / "gradebook.csv"
    for course in (tmp_path, tmp_path / "course.yaml"):
        ran = run(course, "-o", output)
        assert ran.exit_code == 0, ran.output
        assert ran.output == f"1 student; 1 have a total. Gradebook: {output}\n"
        assert output.read_text() == (
            "student,name,email,quiz,total,total_exact,remarks\nada,,,25,25,25 of 100,\n"
        )
        output.unlink()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "there is no course.yaml\n  Name the file"),
        ("name: x", "`gradebook` lists nothing\n  Write e.g."),
        ("gradebook: [{results: res, weight: 30}]", "gradebook: res: '"),
        ("gradebook: [{results: 5, weight: 30}]", "gradebook[0].results: expected a text"),
        ("gradebook: [{results: res, weight: -3}]", "weight: expected a number >= 0"),
        ("gradebook: [{results: res}]", "gradebook[0]: `weight` is missing"),
        ("gradebook: [{results: res, wieght: 3}]", "no key 'wieght' here\n  Did you mean 'weight'"),
    ],
)
def test_a_mistake_is_one_sentence_and_writes_nothing(tmp_path, text, sentence):
    if text is not None:
        (tmp_path / "course.yaml").write_text(text)
    ran = run(tmp_path, "-o", tmp_path / "gradebook.csv")
    assert ran.exit_code == 2
    assert sentence in ran.output
    assert not (tmp_path / "gradebook.csv").exists()
