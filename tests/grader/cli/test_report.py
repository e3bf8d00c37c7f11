"""`grader report`: pages from finished reports, and one sentence where there are none."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from grader.batch.results import Results
from grader.cli import main
from tests.grader.batch.test_keepers import RUN
from tests.grader.reports.test_terminal import checked, report

AT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def results(tmp_path):
    kept = Results(tmp_path / "results")
    for name in ("ada", "bob"):
        one = report(checked(), submission=name)
        kept.keep(one, one, at=AT)
    return kept


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(main, ["report", *map(str, words)])


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_all_pages_lie_beside_their_reports(results, run):
    said = run(results.folder)
    assert (said.exit_code, said.output) == (0, f"2 pages: {results.folder / 'reports'}\n")
    assert names(results.folder / "reports") == ["ada.html", "ada.json", "bob.html", "bob.json"]
    assert "<h1>arithmetic</h1>" in (results.folder / "reports" / "bob.html").read_text()


def test_pages_can_go_into_a_folder_of_their_own(results, run, tmp_path):
    run(results.folder, "-o", tmp_path / "out")
    assert names(tmp_path / "out") == ["ada.html", "bob.html"]
    assert names(results.folder / "reports") == ["ada.json", "bob.json"]


def test_one_page_by_its_name(results, run, tmp_path):
    run(results.folder, "ada")
    assert names(results.folder / "reports") == ["ada.html", "ada.json", "bob.json"]
    said = run(results.folder, "bob", "-o", tmp_path / "b.html")
    assert said.output == f"Page: {tmp_path / 'b.html'}\n"
    assert (tmp_path / "b.html").exists()


def test_one_report_as_json_gets_its_page_beside_it(results, run):
    run(results.folder / "reports" / "ada.json")
    assert names(results.folder / "reports") == ["ada.html", "ada.json", "bob.json"]


def test_the_assignment_can_be_named(results, run, small):
    (small / "assignment.yaml").write_text(
        f"id: arithmetic\n{(small / 'assignment.yaml').read_text()}"
    )
    assert run(results.folder, "--assignment", small).exit_code == 0
    page = (results.folder / "reports" / "ada.html").read_text()
    assert "<h1>Arithmetic on arrays</h1>" in page


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["{results}", "adda"], 1, "there is no report on 'adda'\n  Did you mean 'ada'?"),
        (["{results}/nothing"], 2, "there is no such file or folder"),
        (["{results}/staff"], 1, "there are no reports"),
        (["{results}/reports/ada.json", "ada"], 1, "is one report, and takes no name"),
        (["{results}/reports/bad.json"], 1, "is no report: "),
        (["{results}", "--assignment", "decoder-generation"], 2, "the reports are about"),
        (["{results}", "ada", "-o", "{results}"], 2, "is a results folder"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(results, run, words, code, said):
    (results.folder / "reports" / "bad.json").write_text("[]")
    ran = run(*(word.format(results=results.folder) for word in words))
    assert said in ran.output
    assert "Traceback" not in ran.output
    assert ran.exit_code == code


def test_a_new_report_takes_away_the_page_of_the_one_before(results, run):
    run(results.folder)
    new = report(checked("other"), submission="ada")
    results.keep(new, new, at=AT)
    assert names(results.folder / "reports") == ["ada.json", "bob.html", "bob.json"]


def test_a_withdrawn_submission_leaves_no_page(results, run):
    run(results.folder)
    results.begin_run(replace(RUN, submissions=("bob",)))
    assert names(results.folder / "reports") == ["bob.html", "bob.json"]
