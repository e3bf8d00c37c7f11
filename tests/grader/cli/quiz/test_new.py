"""`new` adds a question that can be taken at once, and spoils no file."""

import pytest
from click.testing import CliRunner

from grader.cli.quiz.group import quiz
from grader.quiz.bank.lint import lint
from grader.quiz.bank.topics import load_topic
from grader.quiz.items import kinds
from grader.quiz.items.item import Severity


def new(*words):
    return CliRunner().invoke(quiz, ["new", *map(str, words)], catch_exceptions=False)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_question_of_every_kind_can_be_taken_at_once(tmp_path, kind):
    file = tmp_path / "mine" / "attention.yaml"
    assert new(kind, file).exit_code == 0
    result = new(kind, file)
    name = f"attention.{kind.replace('_', '-')}"
    assert f"grader quiz take {name}-2 --questions" in result.output
    assert [item.id for item in load_topic(file.parent, "attention").items] == [name, f"{name}-2"]
    assert not any(finding.severity == Severity.ERROR for finding in lint(file.parent))


def test_comments_and_layout_of_a_file_stay(tmp_path):
    file = tmp_path / "attention.yaml"
    new("choice", file)
    before = "# Mine.\n" + file.read_text()
    file.write_text(before)
    new("short", file)
    assert file.read_text().startswith(before)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("topic: attention\nquestions: [\n", "is not valid YAML"),
        ("topic: attention\nquestions: []\ntitle: T\n", "questions"),
        (
            "topic: attention\nquestions:\n"
            "  - {id: attention.x, kind: numeric, stem: s, answer: 1}\ntitle: T\n",
            "cannot be added at its end",
        ),
    ],
)
def test_a_file_that_cannot_be_gone_on_with_stays_as_it_is(tmp_path, content, says):
    file = tmp_path / "attention.yaml"
    file.write_text(content)
    with pytest.raises(Exception, match=says):
        new("choice", file)
    assert file.read_text() == content
