"""What `-o` names never takes away what a command reads, what people wrote, or results."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.batch.results import Results
from grader.cli import main
from grader.cli.outputs import WrongOutput, assert_output, assert_upload_folder
from grader.courses.quiz_results_folder import QuizResultsFolder, QuizRun
from grader.intake.roster import ROSTER_FILE
from grader.quiz.bank.assents import ASSENTS_FILE
from grader.quiz.bank.stored_results import VERIFIED_FILE
from grader.records import GradingRun
from tests.grader.gradebooks.a_class import ADA, AT, report

BANK = Path(__file__).parents[1] / "quiz" / "sample_bank"
RUN = GradingRun(
    assignment="decoder",
    assignment_digest="",
    counts={},
    isolation=(),
    versions={},
    workers=1,
    submissions=("ada",),
    people={"ada": (ADA,)},
)
TEXTS = {
    "course.yaml": "secret: 0123456789abcdef0123456789abcdef\n"
    "gradebook: [{results: results, weight: 1}]\n",
    ROSTER_FILE: "name,id\nAda,1\n",
    "answers.yaml": "topic: sample\nstudent: ada\nanswers: {}\n",
    "submission.py": "def softmax(x): ...\n",
    "groups.csv": "group,submission\na,ada\n",
    "quiz.sqlite": "",
    "pages.zip": "PK",
    "questions.gift": "::a:: Is it so? {TRUE}\n",
    "class/ada/submission.py": "x = 1\n",
    "class/bob/submission.py": "x = 2\n",
}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with a file of each kind, results of code and of a quiz."""
    monkeypatch.chdir(tmp_path)
    for name, text in TEXTS.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    results = Results(tmp_path / "results")
    results.keep(report("ada", 7), report("ada", 7), at=AT)
    results.end_run(RUN)
    quiz = QuizResultsFolder(tmp_path / "quiz-results")
    quiz.write_run(QuizRun(version="1", questions=None, files=()))
    return tmp_path


def files_below(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


WRITERS = {
    "gradebook": ["gradebook", "course.yaml"],
    "export": ["export", "results", "--to", "csv"],
    "gradescope": ["gradescope", "build", "decoder-generation", "--course", "course.yaml"],
    "quiz grade": ["quiz", "grade", "answers.yaml", "--questions", str(BANK)],
    "quiz results": ["quiz", "results", "sample", "--questions", str(BANK)],
    "quiz export": ["quiz", "export", "sample", "--questions", str(BANK), "--to", "gift"],
    "quiz draw": ["quiz", "draw", "attention-matrix"],
    "quiz analyze": ["quiz", "analyze", "quiz-results"],
    "analyze": ["analyze", "results"],
    "report": ["report", "results", "ada"],
    "one report": ["report", "results/reports/ada.json"],
    "similarity": ["similarity", "class"],
    "release": ["release", "decoder-generation"],
}
OF_FOLDERS = ("quiz analyze", "analyze", "similarity", "release")


@pytest.mark.parametrize("writer", [name for name in WRITERS if name not in OF_FOLDERS])
@pytest.mark.parametrize("name", ["course.yaml", ROSTER_FILE, "answers.yaml", "submission.py"])
def test_what_people_wrote_is_never_written_over(course, writer, name):
    before = files_below(course)
    ran = CliRunner().invoke(main, [*WRITERS[writer], "-o", name])
    assert ran.exit_code == 2, ran.output
    assert f"error: {name}: " in ran.output
    assert "would be written over\n  Name another file." in ran.output
    assert files_below(course) == before


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("place", ["results/new", "results/reports/new", "quiz-results/new"])
def test_nothing_but_grading_writes_into_results(course, writer, place):
    before = files_below(course)
    ran = CliRunner().invoke(main, [*WRITERS[writer], "-o", place])
    assert ran.exit_code == 2, ran.output
    assert "lies in the results folder" in ran.output
    assert files_below(course) == before
    assert not (course / place).exists()


@pytest.mark.parametrize(
    "words",
    [
        ["check", "submission.py", "--html", "submission.py"],
        ["check", "submission.py", "--html", "course.yaml"],
        ["check", "submission.py", "--html", "results/grades.csv"],
        ["name", "results", "1", "-o", "course.yaml"],
        ["audit", "-o", "results/audit.csv"],
        ["audit", "-o", ROSTER_FILE],
        ["quiz", "export-answers", "ablations", "--store", "quiz.sqlite", "-o", "quiz.sqlite"],
        ["quiz", "results", "ablations", "--store", "quiz.sqlite", "-o", "quiz.sqlite"],
        ["report", "results/reports/ada.json", "-o", "results/reports/ada.json"],
        ["similarity", "class", "--groups", "out/pairs.csv", "-o", "out"],
        ["export", "results", "--to", "csv", "-o", "pages.zip"],
        ["quiz", "import", "questions.gift", "-o", "results/new"],
        ["quiz", "grade", "class", "-o", "results/quiz"],
        ["quiz", "new", "choice", "results/new.yaml"],
        ["start", "decoder-generation", "results/new"],
    ],
    ids=" ".join,
)
def test_an_input_is_never_written_over(course, words):
    (course / "out").mkdir()
    (course / "out" / "pairs.csv").write_text(TEXTS["groups.csv"])
    before = files_below(course)
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 2, ran.output
    assert "written over" in ran.output or "results folder" in ran.output
    assert files_below(course) == before


def test_the_page_of_one_report_lies_beside_it_unless_another_place_is_named(course):
    ran = CliRunner().invoke(main, WRITERS["one report"])
    assert ran.exit_code == 0, ran.output
    assert (course / "results" / "reports" / "ada.html").is_file()


def test_a_report_that_is_called_a_page_is_not_written_over(course):
    odd = course / "ada.html"
    odd.write_bytes((course / "results" / "reports" / "ada.json").read_bytes())
    ran = CliRunner().invoke(main, ["report", str(odd)])
    assert ran.exit_code == 2
    assert odd.read_bytes().startswith(b"{")


def test_an_earlier_output_is_written_over(tmp_path):
    for name, ending in [("a.csv", ""), ("a.zip", ".zip"), ("a.PY", ".py"), ("a", "")]:
        (tmp_path / name).write_text("before")
        assert_output(tmp_path / name, reads=[None, tmp_path / "other"], ending=ending)


def test_a_link_to_an_input_and_a_file_in_a_folder_that_is_read_are_inputs(tmp_path):
    folder = tmp_path / "read"
    folder.mkdir()
    (folder / "a.csv").write_text("x")
    (tmp_path / "hard.csv").hardlink_to(folder / "a.csv")
    for output, read in [("hard.csv", folder / "a.csv"), ("read/a.csv", folder)]:
        with pytest.raises(WrongOutput):
            assert_output(tmp_path / output, reads=[read])
    assert_output(folder / "new.csv", reads=[folder])


def test_results_behind_a_link_are_results(course):
    (course / "shown").symlink_to(course / "results")
    with pytest.raises(WrongOutput):
        assert_output(course / "shown" / "new.csv")
    with pytest.raises(WrongOutput):
        assert_upload_folder(course / "shown", course / "elsewhere")


@pytest.mark.parametrize("name", [ASSENTS_FILE, VERIFIED_FILE, "assignment.yaml", ROSTER_FILE])
def test_files_of_a_course_are_known_by_their_names(tmp_path, name):
    assert_output(tmp_path / name, ending=".yaml")
    (tmp_path / name).write_text("x")
    with pytest.raises(WrongOutput):
        assert_output(tmp_path / name, ending=".yaml")
