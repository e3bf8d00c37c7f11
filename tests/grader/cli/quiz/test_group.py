import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.quiz.group import quiz
from grader.errors import CourseError, GraderError
from grader.quiz.marking.answers import AnswersError
from grader.store.database import StoreError
from grader.store.quiz_store import open_store

BANK = Path(__file__).parents[2] / "quiz" / "sample_bank"
ANSWERS = """\
topic: sample
student: Ada
answers:
  sample.shape: last
  sample.greedy: [one]
  sample.loss: 3.91
  sample.chain: [softmax, logits, select]
  sample.why: There is one sequence.
"""


def run(*arguments, typed=""):
    return CliRunner().invoke(quiz, [str(argument) for argument in arguments], input=typed)


@pytest.fixture
def store(tmp_path):
    return tmp_path / "quiz.sqlite"


@pytest.fixture
def take(store):
    def take(*arguments, typed=""):
        options = ("--questions", BANK, "--store", store, "--student", "ada")
        result = run("take", "sample", *options, *arguments, typed=typed)
        assert result.exit_code == 0, result.output
        return result.output

    return take


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text(ANSWERS)
    return path


def test_list_shows_each_topic_with_its_size(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    result = run("list", "--questions", BANK)
    assert result.exit_code == 0
    title, size = result.output.splitlines()[:2]
    assert " ".join(title.split()) == "sample One question of every kind"
    assert "7 questions, 19 points: choice, choices, true_false, numeric, ordering, text" in size


def test_taking_again_resumes_where_it_stopped(take):
    first = take("--seed", "7", typed="b\nq\n")
    assert "Question 1 of 7" in first
    assert "Stopped. 1 answer saved." in first
    second = take(typed="q\n")
    assert "Resumed: 1 of 7 questions have an answer." in second
    assert "Question 1 of 7" not in second
    assert "Question 2 of 7" in second


def test_a_resumed_attempt_shows_the_same_order(take):
    first = take(typed="s\n" * 7)
    second = take(typed="s\n" * 7)
    assert first.partition("Question 1")[2] == second.partition("Question 1")[2]


def test_a_resumed_attempt_keeps_its_seed_and_says_so(take):
    take("--seed", "7")
    assert "keeps its seed (7) and feedback (now); --new begins another" in take("--seed", "8")
    assert "keeps its seed" not in take("--seed", "7")


def test_a_finished_attempt_is_followed_by_a_new_one(take, store):
    assert "0 of 19 points." in take(typed="s\n" * 7 + "f\n")
    assert "This is your attempt number 2." in take()
    with open_store(store) as opened:
        first, second = opened.attempts(student="ada")
    assert first.finished_at is not None
    assert json.loads(first.marks)["max_points"] == 19
    assert second.finished_at is None


def test_new_leaves_the_unfinished_attempt_behind(take):
    take("--seed", "7", typed="b\n")
    assert "Question 1 of 7" in take("--new", "--seed", "7")


def test_each_student_has_attempts_of_their_own(take):
    take("--seed", "7", typed="b\n")
    assert "Resumed" not in take("--student", "bob")


def test_feedback_at_the_end_is_kept_when_resuming(take):
    assert "Wrong" not in take("--seed", "7", "--feedback", "end", typed="b\n")
    assert "Wrong" not in take(typed="5.644\n")


def test_the_command_to_resume_repeats_the_options(take, store):
    command = take().splitlines()[-1]
    assert command.strip() == (
        f"grader quiz take sample --questions {BANK} --student ada --store {store}"
    )


def test_nothing_is_coloured_when_piped(take):
    assert "\x1b" not in take(typed="b\ns\n?\nq\n")


def test_a_question_changed_since_is_asked_again(tmp_path, store):
    def take(typed):
        options = ("--questions", tmp_path, "--store", store, "--seed", "7", "--student", "a")
        return run("take", "sample", *options, typed=typed).output

    text = (BANK / "sample.yaml").read_text()
    (tmp_path / "sample.yaml").write_text(text)
    take("b\n")
    (tmp_path / "sample.yaml").write_text(text.replace("id: last,", "id: final,"))
    output = take("")
    assert "The questions have changed since this attempt began." in output
    assert "1 earlier answer could not be kept." in output
    assert "Question 1 of 7" in output


def test_an_unknown_topic_is_answered_with_the_nearest(store):
    error = run("take", "sampel", "--questions", BANK, "--store", store).exception
    assert isinstance(error, CourseError)
    assert str(error) == "there is no topic 'sampel'\n  Did you mean 'sample'?"


def test_a_store_that_cannot_be_used_is_one_sentence(tmp_path):
    (tmp_path / "x").touch()
    result = run("take", "sample", "--questions", BANK, "--store", tmp_path / "x" / "y")
    assert isinstance(result.exception, StoreError)


def test_lint_of_a_sound_folder_ends_with_success():
    result = run("lint", BANK)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "1 topic: 0 errors, 0 warnings."


def test_lint_prints_each_error_and_exits_with_2(tmp_path):
    text = (BANK / "sample.yaml").read_text()
    (tmp_path / "sample.yaml").write_text(text.replace("id: sample.loss", "id: sample.shape"))
    (tmp_path / "misconceptions.yaml").write_text((BANK / "misconceptions.yaml").read_text())
    result = run("lint", tmp_path)
    assert result.exit_code == 2
    assert f"error: {tmp_path}/sample.yaml#sample.shape: the id stands" in result.output
    assert "  Give each question its own id." in result.output
    assert "1 topic: 1 error, 0 warnings." in result.output


def test_grade_marks_an_answers_file(answers):
    result = run("grade", answers, "--questions", BANK)
    assert result.exit_code == 0
    assert "One question of every kind: Ada" in result.output
    assert "3 of 19 points, 4 points wait for a person." in " ".join(result.output.split())
    assert "encoder    0 of 1   no answer" in result.output


def test_grade_writes_the_marks_as_json(answers, tmp_path):
    output = tmp_path / "marks.json"
    assert run("grade", answers, "-o", output, "--questions", BANK).exit_code == 0
    record = json.loads(output.read_text())
    assert (record["student"], record["points"], record["waiting_points"]) == ("Ada", "3", 4)


def test_grade_names_what_it_cannot_read(answers):
    answers.write_text(ANSWERS.replace("shape: last", "shape: lost"))
    error = run("grade", answers, "--questions", BANK).exception
    assert isinstance(error, AnswersError)
    assert error.exit_code == 2
    assert str(error).startswith(f"{answers}#sample.shape: there is no option 'lost'.")


def test_marks_that_cannot_be_written_are_one_sentence(answers, tmp_path):
    result = run("grade", answers, "-o", tmp_path / "no" / "marks.json", "--questions", BANK)
    assert isinstance(result.exception, GraderError)
    assert "cannot be written (No such file or directory)" in str(result.exception)


def test_importing_the_command_imports_nothing_heavy():
    heavy = "{'rich', 'sqlalchemy', 'msgspec', 'yaml', 'torch', 'numpy'}"
    program = f"import sys; import grader.cli.quiz.group; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


def test_taking_a_quiz_imports_neither_torch_nor_numpy(store):
    program = (
        "import sys; from grader.cli.quiz.group import quiz\n"
        f"quiz(['take', 'sample', '--questions', {str(BANK)!r}, '--store', {str(store)!r}],"
        " standalone_mode=False)\n"
        "print({'torch', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.stdout.splitlines()[-1] == "set()", done.stderr
