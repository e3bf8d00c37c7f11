"""`grader regrade` and `grader diff` as they are typed."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.batch.class_run import run_batch
from grader.batch.results import Results
from grader.cli import main
from grader.cli.clock import now
from grader.cli.regrade_run import _assignment
from grader.intake.class_intake import opened_class
from grader.settings import load_assignment, load_course

PAGE = Path(__file__).parents[3] / "docs" / "policies.md"
COURSE = "secret: s\n"
POLICY = """secret: s
assignments:
  - id: arithmetic
    due: 2026-01-04 23:59 Europe/Zurich
    dropped:
      - {check: double.twice, reason: a typo}
"""


@pytest.fixture
def results(small, tmp_path, right):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.py").write_text(right)
    (tmp_path / "course.yaml").write_text(COURSE)
    made = Results(tmp_path / "results")
    with opened_class(tmp_path / "class") as intake:
        run_batch(
            intake,
            made,
            assignment=load_assignment(small),
            course=load_course(tmp_path / "course.yaml"),
            n_workers=1,
            force=False,
            require_level="none",
            told=lambda *_: None,
            now=now,
        )
    return made


@pytest.fixture
def regrade(results, small):
    def ran(*words, assignment=small):
        there = ["--assignment", assignment, "--require-level", "none", "-j", "1"]
        words = [results.folder, *(words or there)]
        return CliRunner().invoke(main, ["regrade", *map(str, words)])

    return ran


def test_another_policy_is_shown_applied_compared_and_undone(results, regrade, tmp_path):
    before = results.grades.read_bytes()
    (tmp_path / "course.yaml").write_text(POLICY)
    ran = regrade()
    assert ran.exit_code == 0, ran.output
    assert "The policy of the course is another one.\nada  7 of 7 -> 6 of 6 (-1)\n" in ran.output
    assert "0 submissions graded again; nothing is applied yet.\nTo let it count: " in ran.output
    assert results.grades.read_bytes() == before
    ran = regrade("--apply", "--reason", "r", "--by", "kim")
    assert ran.output.startswith("Applied: 0 new versions. Earlier ones are kept.\nGrades: ")
    assert "ada,graded,6,6," in results.grades.read_text()
    assert "nothing is applied yet.\n" in regrade().output
    assert "To let it count" not in regrade().output
    ran = regrade("--undo", "--reason", "r")
    assert ran.output.startswith("Undone: 0 earlier versions count again.")
    assert results.grades.read_bytes() == before


def test_the_page_shows_what_comes(small, regrade):
    settings, checks = small / "assignment.yaml", small / "test_visible.py"
    dearer = settings.read_text().replace("points: 3,", "points: 4,").replace("al: 7", "al: 8")
    settings.write_text(dearer)
    text = checks.read_text()
    checks.write_text(text.replace('@points(1)\n@needs("twice")', '@points(2)\n@needs("twice")'))
    shown = PAGE.read_text().partition("```text\nChecks, points")[2].partition("```")[0]
    assert len(shown.splitlines()) == 5
    assert f"Checks, points{shown}" in regrade().output


def test_the_assignment_is_the_one_before_wherever_its_folder_is(small, results, regrade):
    settings = small / "assignment.yaml"
    settings.write_text(settings.read_text().replace("title: Arithmetic", "title: Sums"))
    unnamed = ("--require-level", "none", "-j", "1")
    ran = regrade(*unnamed)
    assert ran.exit_code == 0, ran.output
    assert "1 submission graded again" in ran.output
    small.rename(small.parent / "elsewhere")
    ran = regrade(*unnamed)
    assert ran.exit_code == 2
    assert f"the assignment is no longer in {small}\n  Name its folder: --assign" in ran.output
    (small.parent / "elsewhere").rename(small)
    settings.write_text("title: [\n")
    assert "assignment.yaml" in regrade(*unnamed).output, "what is wrong with it is said"


def test_the_assignment_that_was_a_shipped_one_is_no_folder_here(small, results, monkeypatch):
    (small.parent / "decoder-generation").symlink_to(small)
    monkeypatch.chdir(small.parent)
    run = replace(results.last_run(), assignment="decoder-generation", assignment_folder="")
    assert _assignment(None, run).is_shipped


def test_two_results_folders_are_compared(results):
    words = ["diff", str(results.folder), str(results.folder)]
    ran = CliRunner().invoke(main, words)
    assert (ran.exit_code, ran.output) == (0, "Nobody's grade changes.\n")
    ran = CliRunner().invoke(main, ["diff", str(results.folder), str(results.folder.parent)])
    assert ran.exit_code == 2
    assert "holds no results of a class" in ran.output


@pytest.mark.parametrize(
    ("words", "exit_code", "sentence"),
    [
        (["--apply"], 1, "a regrade needs a reason\n  Say why"),
        (["--apply", "--reason", "r"], 1, "no regrade waits to be applied\n  Run `grader regr"),
        (["--undo", "--reason", "r"], 1, "no regrade was applied that could be undone"),
        (["--undo", "--apply"], 2, "Give one of --apply and --undo."),
        (["nowhere"], 2, "the submissions are no longer there\n  Name their folder"),
        (["--assignment", "perplexitee"], 2, "there is no assignment 'perplexitee'"),
        (["--assignment", "decoder-generation"], 2, "are those of the assignment 'arithmetic'"),
    ],
)
def test_a_mistake_is_one_sentence(regrade, words, exit_code, sentence):
    ran = regrade(*words)
    assert ran.exit_code == exit_code, ran.output
    assert sentence in ran.output


def test_another_secret_is_no_regrade(results, regrade, tmp_path):
    (tmp_path / "course.yaml").write_text("name: x\n")
    ran = regrade()
    assert ran.exit_code == 2
    assert "were made with the secret of a course.yaml" in ran.output


def everything_in(folder):
    """Each file with its bytes and when it was changed, and each folder."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns) if path.is_file() else None
        for path in [folder, *folder.rglob("*")]
    }


def test_a_dry_run_says_what_is_touched_and_why_and_changes_nothing(
    results, small, regrade, right, tmp_path
):
    here = ["--assignment", small, "--require-level", "none", "-j", "2", "--dry-run"]
    (tmp_path / "class" / "bo.py").write_text(right)
    before = everything_in(tmp_path)
    ran = regrade(*here)
    assert ran.exit_code == 0, ran.output
    assert "Would be graded again: 1 of 2 submissions.\n  1 no report before: bo\n" in ran.output
    assert everything_in(tmp_path) == before

    (tmp_path / "class" / "ada.py").write_text(f"{right}# another\n")
    (tmp_path / "class" / "cy.ipynb").write_text("no notebook")
    before = everything_in(tmp_path)
    ran = regrade(*here)
    assert "Would be graded again: 2 of 3 submissions.\n" in ran.output
    assert "  1 another file was handed in: ada\n" in ran.output
    assert "  1 cannot be read: cy\n" in ran.output
    assert ran.output.endswith(
        " on 2 workers, and their start.\nNothing was graded, and nothing was changed.\n"
    )
    assert everything_in(tmp_path) == before


def test_a_dry_run_agrees_with_the_regrade_after_it(results, small, regrade, tmp_path):
    here = ["--assignment", small, "--require-level", "none", "-j", "1"]
    assert (
        "Would be graded again: 0 of 1 submission.\nNothing was"
        in regrade(*here, "--dry-run").output
    )
    checks = small / "test_visible.py"
    checks.write_text(f"{checks.read_text()}# another\n")
    ran = regrade(*here, "--dry-run")
    assert "Checks, points, settings or reference of the assignment changed.\n" in ran.output
    assert "  1 graded by something else before: ada\n" in ran.output
    assert "1 submission graded again" in regrade(*here).output


def test_results_that_lost_their_secret_are_told_and_get_no_new_one(
    results, small, regrade, tmp_path
):
    run = results.last_run()
    results.end_run(replace(run, secret_of_course=False))
    (tmp_path / "course.yaml").write_text("cost: false\n")
    ran = regrade("--assignment", small, "--require-level", "none", "--dry-run")
    assert "has lost its secret" in ran.output
    assert "Would be graded again: 1 of 1 submission." in ran.output
    assert not (results.folder / "course-secret").exists()


def test_a_dry_run_is_neither_applied_nor_undone(regrade):
    ran = regrade("--dry-run", "--apply", "--reason", "r")
    assert ran.exit_code == 2
    assert "--dry-run changes nothing: leave out --apply and --undo." in ran.output
