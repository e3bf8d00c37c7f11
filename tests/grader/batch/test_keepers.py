"""What a keeper of reports promises, whatever keeps them: a folder, SQLite, PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from grader.batch.results import Results
from grader.records import CheckResult, GradingRun, Isolation, Report, StageResult, Status, Verdict
from grader.store.reports_store import open_reports

AT = datetime(2026, 1, 5, 9, 30, 0, 123456, tzinfo=UTC)
LATER = AT + timedelta(days=1)
RUN = GradingRun(
    assignment="arithmetic",
    assignment_digest="d",
    counts={"graded": 1},
    isolation=(Isolation(level="none", layers=("a",)),),
    versions={"python": "3"},
    workers=2,
    stages=("shift",),
    submissions=("ada",),
)


def report(name, points=2, **changes):
    verdict = Verdict.PASSED if points else Verdict.FAILED
    check = CheckResult(
        check="shift.values", stage="shift", claim="", verdict=verdict, points=points, max_points=2
    )
    values = {
        "status": Status.GRADED,
        "stages": (StageResult(stage="shift", title="", checks=(check,)),),
        "key": f"key {points}",
    }
    return Report(submission=name, assignment="arithmetic", grader_version="1", **values | changes)


def broken(name, **changes):
    return report(name, status=Status.UNREADABLE, key="", stages=(), reason="no zip", **changes)


@pytest.fixture(params=["folder", "sqlite", "postgresql"])
def opened(request, tmp_path):
    """Opens one and the same keeper, each time anew."""
    if request.param == "postgresql":
        where = request.getfixturevalue("postgres").database()
    else:
        where = tmp_path / "deep" / "reports.sqlite"

    @contextmanager
    def folder():
        yield Results(tmp_path / "results")

    def store():
        return open_reports(where, course="c", assignment="a")

    return folder if request.param == "folder" else store


@pytest.fixture
def keeper(opened):
    with opened() as made:
        yield made


def test_a_new_keeper_is_empty(keeper):
    assert dict(keeper.newest()) == {}
    assert list(keeper.versions("ada")) == []
    assert list(keeper.entries()) == []
    assert keeper.last_run() is None


def test_what_is_kept_is_found_by_the_next_who_opens_it(opened):
    with opened() as keeper:
        for name in ("ada", "bob"):
            keeper.keep(report(name, 2, reason="for staff"), report(name, 2), at=AT)
        keeper.add(["{1}", "{2}"])
        keeper.add([])
        keeper.add(["{3}"])
    with opened() as keeper:
        assert dict(keeper.newest()) == {name: report(name, 2) for name in ("ada", "bob")}
        [version] = keeper.versions("ada")
        assert version.report.reason == "for staff"
        assert version.for_student == report("ada", 2)
        assert version.made_at == AT
        assert list(keeper.entries()) == ["{1}", "{2}", "{3}"]


def test_another_grading_is_another_version_and_the_newest_counts(keeper):
    for points, at in ((0, AT), (2, LATER), (1, LATER + timedelta(microseconds=1))):
        keeper.keep(report("ada", points, reason="staff"), report("ada", points), at=at)
    keeper.keep(report("bob"), report("bob"), at=AT)
    assert keeper.newest()["ada"].points == 1
    found = keeper.versions("ada")
    assert [version.for_student.points for version in found] == [0, 2, 1]
    assert [version.report.reason for version in found] == ["staff"] * 3
    assert [version.made_at for version in found] == [
        AT,
        LATER,
        LATER + timedelta(microseconds=1),
    ]
    assert len(keeper.versions("bob")) == 1


def test_the_same_result_once_more_is_a_version_even_at_the_same_time(keeper):
    for seconds in (1.0, 2.0, 3.0):
        same = report("ada", seconds=seconds)
        keeper.keep(same, same, at=AT)
    assert [v.for_student.seconds for v in keeper.versions("ada")] == [1.0, 2.0, 3.0]


def test_many_versions_stay_in_their_order_when_the_clock_goes_back(keeper):
    for number in range(12):
        one = report("ada", key=f"{number}")
        keeper.keep(one, one, at=AT - timedelta(hours=number))
    assert [v.report.key for v in keeper.versions("ada")] == [f"{n}" for n in range(12)]
    assert keeper.newest()["ada"].key == "11"


def test_the_same_outcome_without_a_grade_is_told_once(keeper):
    for at in (AT, LATER):
        keeper.keep(broken("ada"), broken("ada"), at=at)
    [version] = keeper.versions("ada")
    assert version.made_at == LATER
    keeper.keep(report("ada"), report("ada"), at=LATER)
    keeper.keep(broken("ada"), broken("ada"), at=LATER)
    statuses = [v.report.status.value for v in keeper.versions("ada")]
    assert statuses == ["unreadable", "graded", "unreadable"]


@pytest.mark.parametrize("name", ["..", "a/b".replace("/", "\\"), "x" * 300, "Zoë 李", "it's"])
def test_odd_names_have_versions_too(keeper, name):
    for points in (0, 2):
        keeper.keep(report(name, points), report(name, points), at=AT)
    assert [v.report.points for v in keeper.versions(name)] == [0, 2]


def test_the_secret_is_made_once(opened):
    with opened() as keeper:
        secret = keeper.secret()
        assert len(secret) >= 16
    with opened() as keeper:
        assert keeper.secret() == secret


def test_the_last_run_is_kept(keeper):
    keeper.keep(report("ada"), report("ada"), at=AT)
    keeper.end_run(GradingRun(**{f: getattr(RUN, f) for f in RUN.__slots__} | {"workers": 9}))
    keeper.end_run(RUN)
    assert keeper.last_run() == RUN


def test_those_who_decide_at_once_lose_nothing(opened, keeper):
    def decide(number):
        with opened() as mine:
            for i in range(5):
                mine.add([f'{{"{number}": {i}}}'])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(decide, range(4)))
    assert sorted(keeper.entries()) == sorted(f'{{"{n}": {i}}}' for n in range(4) for i in range(5))


def test_classes_of_one_store_do_not_meet(database):
    with open_reports(database, course="c", assignment="a") as one:
        one.keep(report("ada"), report("ada"), at=AT)
        one.add(["{}"])
        one.end_run(RUN)
        secret = one.secret()
    for names in ({"course": "d", "assignment": "a"}, {"course": "c", "assignment": "b"}):
        with open_reports(database, **names) as other:
            assert dict(other.newest()) == {}
            assert list(other.entries()) == []
            assert other.last_run() is None
            assert other.secret() != secret
