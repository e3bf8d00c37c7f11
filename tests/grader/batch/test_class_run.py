"""A class is graded into whatever keeps reports, and one of its submissions can be aborted."""

import threading
from datetime import UTC, datetime

import pytest

from grader.batch.class_run import run_batch
from grader.batch.executors.local import LocalPool
from grader.batch.results import Results
from grader.errors import CourseError
from grader.intake.class_intake import opened_class
from grader.records import Status
from grader.settings import Course, load_assignment
from grader.store.reports_store import open_reports

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


@pytest.fixture
def grade(small, tmp_path):
    """Grades the folder `class` into a keeper."""

    def graded(keeper, *, told=lambda *_: None, **options):
        options["assignment"] = options.get("assignment") or load_assignment(small)
        with opened_class(tmp_path / "class") as intake:
            return run_batch(
                intake,
                keeper,
                course=Course(secret="s"),
                require_level="none",
                told=told,
                now=lambda: AT,
                **{"n_workers": 1, "force": False} | options,
            )

    return graded


@pytest.fixture
def write(tmp_path):
    def written(**sources):
        (tmp_path / "class").mkdir(exist_ok=True)
        for name, source in sources.items():
            (tmp_path / "class" / f"{name}.py").write_text(source)

    return written


def test_a_store_keeps_a_class_and_its_versions(grade, write, right, database):
    write(ada=right, bob=right.replace("2 * x", "3 * x"))
    with open_reports(database, course="c", assignment="arithmetic") as store:
        assert grade(store).already_done == 0
        assert {name: one.points for name, one in store.newest().items()} == {"ada": 7, "bob": 4}
        write(bob=right)
        assert grade(store).already_done == 1
        assert [one.report.points for one in store.versions("bob")] == [4, 7]
        [ada] = store.versions("ada")
        assert ada.made_at == AT
        assert store.last_run().submissions == ("ada", "bob")


def test_results_of_another_assignment_are_left_alone(grade, write, right, small, tmp_path):
    write(ada=right)
    results = Results(tmp_path / "results")
    grade(results)
    before = results.grades.read_bytes()
    settings = small / "assignment.yaml"
    whole = settings.read_text()
    settings.write_text(f"id: other\n{whole}")
    with pytest.raises(CourseError, match="are those of the assignment 'arithmetic'") as told:
        grade(results, force=True)
    assert "write `id: arithmetic`" in str(told.value)
    assert results.grades.read_bytes() == before
    settings.write_text(whole)
    renamed = small.rename(tmp_path / "renamed")
    with pytest.raises(CourseError, match="Name another folder"):
        grade(results, assignment=load_assignment(renamed))
    (renamed / "assignment.yaml").write_text(f"id: arithmetic\n{whole}")
    assert grade(results, assignment=load_assignment(renamed)).reports[0].points == 7


def test_what_was_aborted_is_no_zero_and_is_graded_by_the_next_run(
    grade, write, right, small, tmp_path
):
    settings = small / "assignment.yaml"
    settings.write_text(settings.read_text().replace("load_seconds: 3", "load_seconds: 900"))
    write(ada=right, stuck=f"import time\ntime.sleep(600)\n{right}", zoe=right)
    results, executors, done = Results(tmp_path / "results"), [], threading.Event()

    def start(job, **options):
        executors.append(LocalPool(job, **options))
        return executors[-1]

    def abort():
        done.wait(60)
        assert executors[0].abort("stuck")

    def told(report, *_):
        if report.submission == "ada":
            done.set()

    thread = threading.Thread(target=abort)
    thread.start()
    summary = grade(results, told=told, start=start)
    thread.join()
    found = {one.submission: (one.status, one.reason) for one in summary.reports}
    assert found == {
        "ada": (Status.GRADED, ""),
        "stuck": (Status.UNGRADED, "its grading was aborted"),
        "zoe": (Status.GRADED, ""),
    }
    assert "stuck,ungraded,,,,,,its grading was aborted\n" in results.grades.read_text()
    write(stuck=right)
    again = grade(results)
    assert again.already_done == 2
    assert [one.points for one in again.reports] == [7, 7, 7]
