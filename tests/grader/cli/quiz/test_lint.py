"""`lint` says beside its findings what cues earn in the questions that can be read."""

from click.testing import CliRunner

from grader.cli.quiz.group import quiz


def lint(folder):
    return CliRunner().invoke(quiz, ["lint", str(folder)], catch_exceptions=False)


def question(name, right, *wrong):
    options = [f"      - {{id: right, text: {right}, correct: true}}"]
    options += [f"      - {{id: w{n}, text: {text}}}" for n, text in enumerate(wrong)]
    head = f"  - id: cued.{name}\n    kind: choice\n    stem: Which?\n    options:\n"
    return head + "\n".join(options) + "\n"


def bank(folder, number):
    questions = (question(f"q{n}", "a", "bcd", "bcde", "bcdef") for n in range(number))
    (folder / "cued.yaml").write_text("topic: cued\ntitle: C\nquestions:\n" + "".join(questions))
    return folder


def test_a_cue_that_gives_keys_away_is_said_with_the_questions_that_carry_it(tmp_path):
    said = " ".join(lint(bank(tmp_path, 30)).output.split())
    assert "the shortest option 100.0 % 25.0 % ± 15.8 %" in said
    assert "The shortest option: 75.0 % above chance in 30 questions" in said
    assert "most of it in cued.q0, cued.q1," in said
    assert "The longest option:" not in said


def test_of_few_questions_it_is_said_that_they_tell_nothing(tmp_path):
    said = " ".join(lint(bank(tmp_path, 5)).output.split())
    assert "Too few to tell a habit from an accident: 5 questions with one right answer." in said
    assert "above chance" not in said


def test_questions_that_cannot_be_read_keep_nobody_from_the_table(tmp_path):
    bank(tmp_path, 30)
    (tmp_path / "broken.yaml").write_text("topic: [")
    ran = lint(tmp_path)
    assert ran.exit_code == 2
    assert "is not valid YAML" in ran.output
    assert "The shortest option: " in ran.output


def test_a_folder_without_options_has_no_table(tmp_path):
    (tmp_path / "plain.yaml").write_text(
        "topic: plain\ntitle: P\nquestions:\n"
        "  - {id: plain.one, kind: numeric, stem: How many?, answer: 3}\n"
    )
    assert "Chance" not in lint(tmp_path).output
