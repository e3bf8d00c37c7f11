import pytest
import yaml

from grader.errors import CourseError
from grader.quiz.bank.lint import lint
from grader.quiz.bank.topics import load_topic
from grader.quiz.imports.draft import Draft, Reading
from grader.quiz.imports.writing import Defaults, write_topics
from grader.quiz.items.item import Severity

FIELDS = {"kind": "true_false", "stem": "a\n\n    b: c # d", "explanation": "", "answer": True}


def reading(**fields):
    made = Reading()
    made.add(made.topic("masks", "All masks"), Draft(name="One", fields={**FIELDS, **fields}))
    return made


def write(folder, defaults=None, **fields):
    return write_topics(reading(**fields).topics, folder, defaults or Defaults(), source="quiz.xml")


def test_a_topic_is_a_file_and_the_folder_can_be_linted(tmp_path):
    folder = tmp_path / "new" / "folder"
    assert write(folder) == {folder / "masks.yaml": 1}
    file = yaml.safe_load((folder / "masks.yaml").read_text())
    assert (file["topic"], file["title"], file["concepts"]) == ("masks", "All masks", [])
    assert file["questions"][0] == {"id": "masks.one", **FIELDS}
    assert (folder / "misconceptions.yaml").exists()


def test_lint_tells_what_is_still_to_do(tmp_path):
    write(tmp_path, Defaults(concept=3, difficulty=1))
    errors = [finding for finding in lint(tmp_path) if finding.severity == Severity.WARNING]
    assert {finding.problem for finding in errors} == {
        "there is no feedback",
        "a wrong answer names no misconception",
        "there is no text",
    }


def test_without_a_concept_lint_asks_for_it(tmp_path):
    write(tmp_path)
    findings = [finding for finding in lint(tmp_path) if finding.where.endswith("concept")]
    assert [finding.problem for finding in findings] == ["it is not said"]


def test_what_was_taken_over_can_be_taken_at_once(tmp_path):
    write(tmp_path)
    assert [item.id for item in load_topic(tmp_path, "masks").items] == ["masks.one"]


def test_what_a_file_says_counts_more_than_the_default(tmp_path):
    write(tmp_path, Defaults(concept=3, difficulty=1), concept=5)
    (question,) = yaml.safe_load((tmp_path / "masks.yaml").read_text())["questions"]
    assert (question["concept"], question["difficulty"]) == (5, 1)


def test_texts_of_several_lines_are_blocks(tmp_path):
    write(tmp_path)
    assert "    stem: |-\n      a\n\n          b: c # d\n" in (tmp_path / "masks.yaml").read_text()


def test_nothing_is_written_over(tmp_path):
    write(tmp_path)
    before = (tmp_path / "masks.yaml").read_text()
    with pytest.raises(CourseError, match=r"masks\.yaml: is there already"):
        write(tmp_path, answer=False)
    assert (tmp_path / "masks.yaml").read_text() == before


def test_own_misconceptions_stay(tmp_path):
    (tmp_path / "misconceptions.yaml").write_text("misconceptions: {a.b: C.}\n")
    write(tmp_path)
    assert "a.b" in (tmp_path / "misconceptions.yaml").read_text()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="cannot be written"):
        write(tmp_path / "file" / "folder")


def test_nothing_to_write_is_said():
    with pytest.raises(CourseError, match=r"quiz\.xml: holds no question that can be taken over"):
        write_topics(Reading().topics, None, Defaults(), source="quiz.xml")
