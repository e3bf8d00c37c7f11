from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.quiz.exchange import FORMATS
from grader.cli.quiz.group import quiz
from grader.errors import CourseError, GraderError
from grader.quiz.exports.formats import FORMATS as WRITERS

WITHOUT_KEYS = sorted(name for name, format_ in WRITERS.items() if format_.can_hide_keys)
BANK = Path(__file__).parents[2] / "quiz" / "sample_bank"


def run(*arguments):
    return CliRunner().invoke(quiz, [str(argument) for argument in arguments])


@pytest.fixture
def export(tmp_path):
    def export(format_, *arguments):
        path = tmp_path / "out"
        result = run(
            "export", "sample", "--questions", BANK, "--to", format_, "-o", path, *arguments
        )
        assert result.exit_code == 0, result.output
        return path.read_bytes(), result

    return export


def test_the_command_offers_the_formats_that_there_are():
    assert set(FORMATS) == set(WRITERS)


@pytest.mark.parametrize("format_", FORMATS)
def test_each_format_is_written_and_said(export, format_):
    content, result = export(format_)
    assert content
    assert f"7 questions of 1 topic as {format_}." in result.stdout
    assert ("It holds the keys" in result.stdout) == (format_ not in WITHOUT_KEYS)


@pytest.mark.parametrize("format_", WITHOUT_KEYS)
def test_a_handout_has_keys_only_if_asked_for(export, format_):
    assert b"Both leave one candidate" not in export(format_)[0]
    content, result = export(format_, "--with-keys")
    assert b"Both leave one candidate" in content
    assert "It holds the keys" in result.stdout


def test_a_loss_is_said_once_with_all_its_questions(export):
    _, result = export("gift")
    assert result.stderr.count("its points") == 1
    assert "4 questions: lost: its points (it counts 1)\n  sample.greedy, sample.flow," in (
        result.stderr
    )
    assert "warning: sample.why: lost: the rubric and the model answer\n" in result.stderr


def test_a_loss_of_all_questions_does_not_list_them(tmp_path):
    result = run("export", "kv-cache", "--to", "moodle-xml", "-o", tmp_path / "out")
    lines = result.stderr.splitlines()
    [place] = [n for n, line in enumerate(lines) if "how the key is verified" in line]
    assert lines[place].startswith("warning: all ")
    assert lines[place + 1].startswith("warning: ")


def test_keys_cannot_be_asked_of_a_format_that_always_has_them():
    result = run("export", "--to", "gift", "-o", "x", "--with-keys")
    assert result.exit_code == 2
    assert "--with-keys is not for gift, which always holds the keys." in result.output


def test_an_unknown_topic_is_named(tmp_path):
    result = run("export", "smple", "--questions", BANK, "--to", "gift", "-o", tmp_path / "x")
    assert isinstance(result.exception, CourseError)
    assert "Did you mean 'sample'?" in str(result.exception)
    assert not (tmp_path / "x").exists()


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    target = tmp_path / "none" / "x"
    result = run("export", "--questions", BANK, "--to", "gift", "-o", target)
    assert isinstance(result.exception, GraderError)
    assert "cannot be written" in str(result.exception)


def test_what_is_exported_can_be_imported_and_linted(export, tmp_path):
    export("moodle-xml")
    result = run("import", tmp_path / "out", "-o", tmp_path / "back")
    assert result.exit_code == 0, result.output
    assert f"{tmp_path / 'back' / 'sample.yaml'}: 7 questions" in result.stdout
    assert f"Next: grader quiz lint {tmp_path / 'back'}" in result.stdout
    assert "misconceptions to give to its wrong answers" in result.stderr
    checked = run("lint", tmp_path / "back")
    assert f"{result.stdout.split(' things may')[0].split()[-1]} warnings" in checked.output
    assert "0 errors" in checked.output
    assert "They can be taken: grader quiz list" in result.stdout


def test_concept_and_difficulty_can_be_given_for_all(tmp_path):
    file = tmp_path / "quiz.gift"
    file.write_text("::A::Grass grows.{TRUE#No.#Yes.####Sun.}")
    run("import", file, "-o", tmp_path / "new", "--concept", 3, "--difficulty", 1)
    text = (tmp_path / "new" / "imported.yaml").read_text()
    assert "concept: 3\n    difficulty: 1" in text


def test_a_concept_that_is_no_row_is_refused_before_anything_is_written(tmp_path):
    file = tmp_path / "quiz.gift"
    file.write_text("::A::Grass grows.{TRUE#No.#Yes.####Sun.}")
    result = run("import", file, "-o", tmp_path / "new", "--concept", 18)
    assert isinstance(result.exception, CourseError)
    assert "there is no concept 18" in str(result.exception)
    assert not (tmp_path / "new").exists()


def test_where_nothing_can_be_taken_over_the_warnings_say_why(tmp_path):
    file = tmp_path / "x.gift"
    file.write_text("::A::Match.{=a -> 1}")
    result = run("import", file, "-o", tmp_path / "new")
    assert isinstance(result.exception, CourseError)
    assert "warning: x.gift: A: left out: it matches fewer than two items" in result.stderr


def test_a_file_of_no_known_format_is_refused(tmp_path):
    file = tmp_path / "x.txt"
    file.write_text("words")
    result = run("import", file, "-o", tmp_path / "new")
    assert isinstance(result.exception, CourseError)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["orderings", "ordering"])
def test_a_kind_can_be_left_out(export, name):
    content, result = export("gift", "--without", name, "--without", "texts")
    assert "4 questions of 1 topic as gift." in result.stdout
    assert b"{>" not in content
    assert "only Moodle reads" not in result.stderr


def test_a_kind_to_leave_out_that_is_none_is_named(tmp_path):
    result = run("export", "--to", "gift", "-o", tmp_path / "x", "--without", "orderngs")
    assert result.exit_code == 2
    assert "--without: there is no kind 'orderngs'. Did you mean 'ordering'?" in result.output


def test_a_loss_of_an_import_names_file_and_question(tmp_path):
    file = tmp_path / "x.gift"
    file.write_text("::A::Which? {=a ~}\n\n::B::Which? {=a ~a}\n\n::C::Grass grows.{T}")
    result = run("import", file, "-o", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert "warning: x.gift: A: left out: one of its options has no text\n" in result.stderr
    assert "warning: x.gift: B: left out: two of its options look alike: 'a'\n" in result.stderr
