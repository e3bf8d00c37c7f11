"""Two quizzes that have a name in common never meet in a store."""

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from grader.cli.quiz.group import quiz
from grader.quiz.attempt.quiz_file import load_quiz
from grader.quiz.bank.topics import load
from grader.store.quiz_store import open_store

BANK = Path(__file__).parents[2] / "quiz" / "sample_bank"
QUIZZES = {
    "A": {"title": "Course A, week 3", "questions": ["sample.loss", "sample.encoder"]},
    "B": {"title": "Course B, week 3", "questions": ["sample.why"]},
}
TYPED = {"A": "3.912\nf\nf\n", "B": "One sequence.\n\nf\n"}  # to its end


@pytest.fixture
def week(tmp_path, monkeypatch):
    """Writes a `week-3.yaml` into the folder of a course, and `course.yaml` if it is given."""
    monkeypatch.chdir(tmp_path)

    def write(course, settings=None, **changes):
        folder = tmp_path / course
        folder.mkdir(exist_ok=True)
        if settings is not None:
            (folder / "course.yaml").write_text(yaml.safe_dump(settings))
        file = {"shuffle": False, "feedback": "end", **QUIZZES[course], **changes}
        (folder / "week-3.yaml").write_text(yaml.safe_dump(file))
        return f"{course}/week-3.yaml"

    return write


@pytest.fixture
def run(database):
    """Runs a subcommand on a quiz; what was printed, or the error."""

    def run(command, *words, typed="", bank=BANK):
        arguments = [command, *words, "--questions", bank, "--store", database]
        arguments += ["--student", "ada"] if command in ("take", "review") else []
        done = CliRunner().invoke(quiz, list(map(str, arguments)), input=typed)
        return " ".join(f"{done.output} {done.exception or ''}".split())

    return run


@pytest.mark.parametrize("order", ["AB", "BA"])
@pytest.mark.parametrize(
    "given", [{"A": {"name": "Course A"}, "B": {"name": "Course B"}}, {"A": {"id": "a"}, "B": None}]
)
def test_two_courses_have_attempts_of_their_own(week, run, database, order, given):
    for course in order:
        name = week(course, given[course], attempts=1)
        said = run("take", name, typed="\n" + TYPED[course])
        assert QUIZZES[course]["title"] in said
        assert "Resumed" not in said
        assert "There is one attempt." in said
    with open_store(database) as store:
        attempts = store.attempts(student="ada")
    assert [(a.quiz.title, a.number) for a in attempts] == [
        (QUIZZES[course]["title"], 1) for course in order
    ]
    assert len({a.quiz.id for a in attempts}) == 2
    for course in order:
        assert "no attempts are left" in run("take", f"{course}/week-3.yaml")


@pytest.mark.parametrize("order", ["AB", "BA"])
def test_two_files_without_a_course_are_told_apart_or_refused(week, run, database, order):
    first, second = order
    assert QUIZZES[first]["title"] in run("take", week(first), typed="q\n")
    with open_store(database) as store:
        before = store.attempts()
    said = run("take", week(second), typed="q\n")
    assert f"{second}/week-3.yaml: the store has attempts at another quiz 'week-3.yaml'" in said
    assert QUIZZES[first]["title"] in said
    assert f"/{first}/week-3.yaml" in said
    assert f"Write `id: {second}-week-3`" in said
    with open_store(database) as store:
        assert store.attempts() == before
    said = run("take", week(second, id=f"{second}-week-3"), typed="q\n")
    assert QUIZZES[second]["title"] in said
    assert "Resumed" not in said
    assert "Resumed" in run("take", week(first), typed="q\n")


def test_an_edited_quiz_goes_on(week, run):
    run("take", week("A"), typed="q\n")
    said = run(
        "take", week("A", title="Week 3", questions=["sample.loss", "sample.why"]), typed="q\n"
    )
    assert "Resumed" in said
    assert "The questions have changed since this attempt began." in said


def test_an_id_that_is_given_later_takes_the_attempts_along(week, run):
    run("take", week("A", attempts=1), typed="\n" + TYPED["A"])
    for settings, changes in (
        (None, {"id": "third"}),
        ({"name": "Course A"}, {"id": "third"}),
    ):
        name = week("A", settings, attempts=1, **changes)
        assert "no attempts are left" in run("take", name)
        assert "attempt number 1 of ada" in run("review", name)


def test_a_course_that_gets_another_name_is_asked_which_one_it_is(week, run):
    run("take", week("A", {"name": "Course A"}), typed="q\n")
    said = run("take", week("A", {"name": "Decoders"}), typed="q\n")
    assert "attempts at this quiz in the course 'Course A', and now it is in the course" in said
    assert "Write `id: Course A` into course.yaml" in said
    same = week("A", {"name": "Decoders", "id": "Course A"})
    assert "Resumed" in run("take", same, typed="q\n")
    next_year = week("A", {"name": "Decoders", "id": "2027"})
    assert "Resumed" not in run("take", next_year, typed="q\n")


def test_the_draw_follows_from_the_course_of_the_file_and_not_of_the_taker(
    week, run, database, tmp_path, monkeypatch
):
    name = week("A", {"id": "a", "secret": "the course's"})
    seeds = []
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "course.yaml").write_text(f"{{id: {place}, secret: {place}}}")
        monkeypatch.chdir(tmp_path / place)
        with open_store(database) as store:
            number = len(store.attempts())
        run("take", f"../{name}", typed=TYPED["A"])
        with open_store(database) as store:
            seeds.append(store.attempts()[number].seed)
    expected = load_quiz(tmp_path / name, load(BANK))
    assert seeds == [expected.seed(student="ada", number=n) for n in (1, 2)]


def test_a_topic_of_another_bank_is_not_resumed(run, tmp_path):
    def bank(name, text):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sample.yaml").write_text(text)
        ideas = (BANK / "misconceptions.yaml").read_text()
        (tmp_path / name / "misconceptions.yaml").write_text(ideas)
        return tmp_path / name

    text = (BANK / "sample.yaml").read_text()
    edited = text.replace("Which shape", "What shape")
    others = re.sub(r"stem: (\|\n\s+)?", r"\g<0>Now ", text)
    run("take", "sample", typed="q\n")
    assert "Resumed" in run("take", "sample", typed="q\n", bank=bank("moved", edited))
    said = run("take", "sample", typed="q\n", bank=bank("other", others))
    assert "the store has attempts at another topic 'sample'" in said
    assert "Rename this topic, or name another store with --store." in said


def test_results_list_course_quiz_and_title(week, run):
    run("take", week("A", {"name": "Course A"}), typed="q\n")
    run("take", week("B", {"name": "Course B"}), typed="q\n")
    run("take", "sample", typed="q\n")
    said = run("results")
    assert "Course A week-3.yaml Course A, week 3 1 1" in said
    assert "Course B week-3.yaml Course B, week 3 1 1" in said
    assert "(Course B: week-3.yaml)" in run("results", "B/week-3.yaml")


def test_figures_of_an_ambiguous_name_list_the_candidates(week, run, database):
    for course in "AB":
        run("take", week(course, {"name": f"Course {course}"}), typed="q\n")
        run("take", f"{course}/week-3.yaml", typed=TYPED[course])

    def analyze(*words):
        arguments = ["analyze", database, *words, "--questions", str(BANK)]
        done = CliRunner().invoke(quiz, arguments)
        return " ".join(f"{done.output} {done.exception or ''}".split())

    for words in ([], ["week-3"], ["week-3.yaml"]):
        said = analyze(*words)
        assert "holds 2 quizzes" in said
        assert "Course A: week-3.yaml, Course B: week-3.yaml" in said
    assert "Course B: week-3.yaml: 1 attempt" in analyze("Course B: week-3.yaml")
    assert "Course A: week-3.yaml: 1 attempt" in analyze("A/week-3.yaml")
    assert "holds no marks of 'Course C'" in analyze("Course C")


def test_figures_of_another_file_of_the_same_name_are_not_shown(week, run, database):
    run("take", week("A"), typed=TYPED["A"])
    arguments = ["analyze", database, week("B"), "--questions", str(BANK)]
    said = str(CliRunner().invoke(quiz, arguments).exception)
    assert "the store has attempts at another quiz 'week-3.yaml'" in said
