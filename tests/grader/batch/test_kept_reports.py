"""Reports are read when they are asked for, and a class of any size takes the memory of one."""

import gc
import tracemalloc

from grader.batch.class_grades import grades_kept
from grader.batch.results import Results
from grader.courses.grade_differences import grade_changes
from grader.records import CheckResult, Report, StageResult, Status, Verdict, to_json

WORDS = "It is 0.5 where 1.0 belongs. "


def report(name, points=1, **more):
    check = CheckResult(
        check="c",
        stage="shift",
        claim="It shifts.",
        verdict=Verdict.PASSED if points else Verdict.FAILED,
        points=points,
        max_points=1,
        message=f"{name}: {WORDS * 700}",  # some 20 kB
    )
    stage = StageResult(stage="shift", title="Shift", checks=(check,))
    known = {"assignment": "a", "key": name, "grader_version": "1", "status": Status.GRADED}
    return Report(submission=name, stages=(stage,), **known | more)


def results_of(folder, reports):
    for kind in ("reports", "staff"):
        (folder / kind).mkdir(parents=True)
        for one in reports:
            (folder / kind / f"{one.submission}.json").write_bytes(to_json(one))
    return Results(folder)


def test_a_mapping_of_what_is_there_and_whole(tmp_path):
    kept = results_of(tmp_path, [report("bo"), report("ada")])
    (tmp_path / "reports" / "cut.json").write_bytes(b'{"submission": "cut')
    (tmp_path / "reports" / "renamed.json").write_bytes(to_json(report("other")))
    newest = kept.newest()
    assert [*newest] == ["ada", "bo", "other"]
    assert newest["ada"] == report("ada")
    assert "cut" not in newest
    assert newest.get("nobody") is None
    assert newest.get("renamed") is None  # the file of one is not the report of another
    assert {name: one.submission for name, one in newest.items()}["bo"] == "bo"
    assert len(newest) == len([*newest.values()]) == 3
    assert not results_of(tmp_path / "empty", []).newest()


def test_what_is_written_meanwhile_is_seen(tmp_path):
    newest = results_of(tmp_path, [report("ada", 0)]).newest()
    (tmp_path / "reports" / "ada.json").write_bytes(to_json(report("ada", 1)))
    assert newest["ada"].points == 1


def test_a_large_class_takes_the_memory_of_one_report(tmp_path):
    n = 300  # which would be 6 MB of texts
    before = results_of(tmp_path / "a", [report(f"s{i:03}", i % 2) for i in range(n)])
    after = results_of(tmp_path / "b", [report(f"s{i:03}", i % 2) for i in range(n)])
    gc.collect()
    tracemalloc.start()
    assert sum(grade.points for grade in grades_kept(before)) == n // 2
    assert grade_changes(grades_kept(before), grades_kept(after)) == ()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


def test_grades_can_be_gone_through_again(tmp_path):
    grades = grades_kept(results_of(tmp_path, [report("bo"), report("ada", 0)]))
    for _ in range(2):
        assert [(grade.report.submission, grade.points) for grade in grades] == [
            ("ada", 0),
            ("bo", 1),
        ]
    assert len(grades) == 2
    assert grades[1].report.submission == "bo"
    assert [one.report.submission for one in grades[:1]] == ["ada"]
    assert [*grades_kept(Results(tmp_path), only="nobody")] == []
