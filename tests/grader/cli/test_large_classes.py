"""Commands on stored results take the memory of some reports, however many there are."""

import gc
import tracemalloc
from datetime import UTC, datetime
from functools import partial

import pytest

from grader.batch.class_run import run_batch
from grader.batch.results import Results
from grader.cli.analyze_run import analyze_results
from grader.cli.diff_run import show_difference
from grader.cli.export_run import export_grades
from grader.errors import GraderError
from grader.intake.class_intake import opened_class
from grader.records import (
    CheckResult,
    GradingRun,
    Report,
    StageResult,
    Status,
    Submission,
    Verdict,
    to_json,
)
from grader.settings import Course, load_assignment

WORDS = "It is 0.5 where 1.0 belongs. "
AT = datetime(2026, 1, 5, tzinfo=UTC)
FEW, MANY = 20, 120
BYTES = 20_000  # of a report; what is kept of each has to be a fraction of it
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Homework (77)\n    Points Possible,,,,,1\n"
MOODLE = (
    "Identifier,Full name,ID number,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (grade),Feedback comments\n"
)
MOODLE_ROW = "Participant {0},Ada Doe,s{0:04},Submitted,,1.00,Yes,-,\n"


def report(name, *, points):
    check = CheckResult(
        check="c",
        stage="shift",
        claim="It shifts.",
        verdict=Verdict.PASSED if points else Verdict.FAILED,
        points=points,
        max_points=1,
        message=f"{name}: {WORDS * (BYTES // len(WORDS))}",
    )
    stage = StageResult(stage="shift", title="Shift", checks=(check,))
    digest = Submission(name=name, cells=(("a.py", name),), modules={}, digest="").content_digest
    return Report(
        submission=name,
        status=Status.GRADED,
        assignment="a",
        key=name,
        grader_version="1",
        submission_digest=digest,
        stages=(stage,),
    )


def made(folder, n, *, points=1):
    names = [f"s{number:04}" for number in range(n)]
    for kind in ("reports", "staff"):
        (folder / kind).mkdir(parents=True)
        for number, name in enumerate(names):
            one = report(name, points=points * (number % 2))
            (folder / kind / f"{name}.json").write_bytes(to_json(one))
    run = GradingRun(
        assignment="a",
        assignment_digest="",
        counts={"graded": n},
        isolation=(),
        versions={},
        workers=1,
        submissions=tuple(names),
    )
    (folder / "run.json").write_bytes(to_json(run))
    return folder


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """A small class and a large one, each with another run and with what was downloaded."""
    below = tmp_path_factory.mktemp("classes")
    for n in (FEW, MANY):
        made(below / f"a{n}", n)
        made(below / f"b{n}", n, points=0)
        canvas = (f'"Doe, Ada",{number},s{number:04},,One,\n' for number in range(n))
        (below / f"canvas{n}").write_text(CANVAS + "".join(canvas))
        moodle = (MOODLE_ROW.format(number) for number in range(n))
        (below / f"moodle{n}").write_text(MOODLE + "".join(moodle))
    return below


def most_memory(do):
    gc.collect()
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def growth(do, tmp_path, many=MANY):
    """Bytes by which the most memory grew for each further submission."""
    do(FEW, tmp_path / "warm")  # what is imported and compiled once
    few = most_memory(lambda: do(FEW, tmp_path / "few"))
    for turn in (1, 2):
        most = most_memory(partial(do, many, tmp_path / f"many-{turn}"))
        found = (most - few) / (many - FEW)
        # A table of the interpreter's own, such as that of interned names, may grow by a megabyte
        # at any moment; it does so once, and what is kept of reports is kept each time.
        if found < BYTES / 5:
            break
    return found


def exported(classes, target):
    template = target.partition("-")[0] if target.startswith(("canvas", "moodle")) else ""

    def do(n, output):
        export_grades(
            classes / f"a{n}",
            output,
            target=target,
            template=classes / f"{template}{n}" if template else None,
            roster=None,
            column="Homework" if target == "canvas" else "",
            scale=False,
            allow_missing=False,
            feedback="" if target == "moodle" else None,
            hidden="after_published",
        )

    return do


@pytest.mark.parametrize(
    "target",
    ["csv", "nbgrader", "gradescope", "autolab", "prairielearn", "junit", "canvas", "moodle"],
)
def test_an_export_holds_no_reports(classes, target, tmp_path, capsys):
    assert growth(exported(classes, target), tmp_path) < BYTES / 5
    assert "Written: " in capsys.readouterr().out


def test_pages_for_students_are_made_one_after_the_other(classes, tmp_path, capsys):
    assert growth(exported(classes, "moodle-feedback"), tmp_path) < BYTES / 5
    assert f"{MANY} pages." in capsys.readouterr().out


def test_figures_of_a_class_hold_no_reports(classes, tmp_path, capsys):
    def do(n, output):
        analyze_results(classes / f"a{n}", output=output, quiz_results=None)

    assert growth(do, tmp_path) < BYTES / 5
    rows = (tmp_path / "many-1" / "students.csv").read_text().splitlines()
    assert len(rows) == MANY + 1


def test_a_difference_in_every_grade_holds_no_reports(classes, tmp_path, capsys):
    def do(n, _):
        show_difference(classes / f"a{n}", classes / f"b{n}")
        capsys.readouterr()

    assert growth(do, tmp_path) < BYTES / 5


class Answering:
    """An executor that has a report on everything at once."""

    def __init__(self, job, **options):
        self.job = job

    def run(self, submissions):
        return (report(one.name, points=1) for one in submissions)

    def abort(self, submission):
        return False


def test_a_class_that_is_graded_holds_no_reports(tmp_path, small):
    many = 5 * MANY  # reading the assignment takes more than some reports do
    for n in (FEW, many):
        (tmp_path / f"class{n}").mkdir()
        for number in range(n):
            (tmp_path / f"class{n}" / f"s{number:04}.py").write_text(f"x = {number}\n")
    counted = []

    def do(n, output):
        with opened_class(tmp_path / f"class{n}") as intake:
            summary = run_batch(
                intake,
                Results(output),
                assignment=load_assignment(small),
                course=Course(secret="s"),
                n_workers=1,
                force=False,
                require_level="none",
                told=lambda *_: None,
                now=lambda: AT,
                start=Answering,
            )
        counted.append((len(summary.reports), sum(one.points for one in summary.reports)))

    assert growth(do, tmp_path, many) < BYTES / 5
    assert counted[-1] == (many, many)


def test_an_export_that_fails_on_its_way_leaves_what_was_there(tmp_path):
    folder = made(tmp_path / "a2", 2)
    odd = report("ada,bo", points=1)
    (folder / "reports" / "ada,bo.json").write_bytes(to_json(odd))
    output = tmp_path / "grades.csv"
    output.write_text("from last week")
    with pytest.raises(GraderError, match="knows no quotes"):
        exported(tmp_path, "nbgrader")(2, output)
    assert output.read_text() == "from last week"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a2", "grades.csv"]


def test_reports_come_in_the_order_of_their_names_also_where_files_do_not(tmp_path):
    names = ["ada", "ada-bo", "ada.bo", "x" * 250, "x" * 251, ".hidden", "..", "zed"]
    kept = Results(tmp_path)
    for name in names:
        one = report(name, points=1)
        kept.keep(one, one, at=AT)
    assert [*kept.newest()] == sorted(names)
    assert [*kept.newest_for_staff()] == sorted(names)
