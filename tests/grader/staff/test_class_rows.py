from datetime import timedelta
from fractions import Fraction

import pytest

from grader.batch.applied_policy import apply_policy
from grader.batch.results import Results
from grader.courses.code_marks import CodeMarks
from grader.policies.policy import LatePenalty, Policy
from grader.records import Person, Shortcut
from grader.staff.class_rows import (
    Member,
    RowState,
    TableWish,
    class_rows,
    how_many,
    row_grades,
    wanted_rows,
)
from tests.grader.staff.a_class import AT, DUE, report, ungraded, unreadable

WHO = {"by": "prof", "at": AT, "reason": "ill"}
NAMES = ("ada", "bo", "cy", "dee", "eli", "fay")
SHORTCUT = Shortcut(name="torch.softmax", stage="shift", times=2)
REPORTS = (
    report("ada"),
    report("bo", shift=2, handed_in_at=DUE + timedelta(hours=2), submission_digest="same"),
    report("cy", double=0, shortcuts=(SHORTCUT,), submission_digest="same"),
    unreadable("dee"),
    ungraded("eli"),
)


@pytest.fixture
def marks(tmp_path):
    keeper = Results(tmp_path / "results")
    for one in REPORTS:
        keeper.keep(one, one, at=AT)
    policy = Policy(due=DUE, late=LatePenalty(points=1, per="hour"))
    apply_policy(keeper, policy, **WHO)
    return CodeMarks(keeper, enrolled={name: (Person(id=name),) for name in NAMES})


@pytest.fixture
def rows(marks):
    return lambda **more: class_rows(members(), row_grades(marks.grades()), **more)


def members(**changes):
    return [
        Member(number=n, person=name, shown=name.title(), **changes.get(name, {}))
        for n, name in enumerate(NAMES)
    ]


def names(found):
    return [row.member.person for row in found]


def test_everybody_has_a_row_with_a_state(rows):
    assert {row.member.person: row.grade.state for row in rows()} == {
        "ada": RowState.RIGHT,
        "bo": RowState.LOST,
        "cy": RowState.LOST,
        "dee": RowState.UNREADABLE,
        "eli": RowState.OURS,
        "fay": RowState.NOTHING,
    }


def test_points_are_final_ones_and_never_a_zero_for_nothing(rows):
    points = {row.member.person: row.grade.points for row in rows()}
    assert points == dict.fromkeys(NAMES) | {"ada": 10, "bo": Fraction(5), "cy": 5}


def test_lateness_is_what_is_left_after_more_time(marks, rows):
    assert [row.grade.late for row in rows() if row.grade.late] == ["2 h"]
    marks.extend("bo", 7200, **WHO)
    assert not [row for row in rows() if row.grade.is_late]


def test_a_filter_shows_what_it_says(rows):
    found = rows()
    shown = {show: names(wanted_rows(found, TableWish(show=show))) for show in how_many(found)}
    assert shown == {
        "all": list(NAMES),
        "late": ["bo"],
        "ungraded": ["dee", "eli"],
        "flagged": ["bo", "cy"],
        "missing": ["fay"],
        "dropped": [],
    }
    assert how_many(found) == {show: len(found) for show, found in shown.items()}


def test_flags_say_what_is_to_be_looked_at(rows):
    assert rows()[2].grade.flags == ("the same files as 1 other", "calls torch.softmax")


def test_the_table_is_sorted_by_any_column_and_both_ways(rows):
    found = rows()
    by_points = wanted_rows(found, TableWish(sort="points", descending=True))
    assert names(by_points)[:3] == ["ada", "bo", "cy"]
    by_time = wanted_rows(found, TableWish(sort="time", descending=True))
    assert names(by_time)[0] == "bo"
    assert names(wanted_rows(found, TableWish(sort="nonsense", show="nonsense"))) == list(NAMES)


def test_a_search_looks_at_what_is_shown_and_nothing_else(rows, marks):
    assert names(wanted_rows(rows(), TableWish(search=" AD"))) == ["ada"]
    hidden = [Member(number=1, person="ada", shown="Student 7QX")]
    found = class_rows(hidden, row_grades(marks.grades()))
    assert not wanted_rows(found, TableWish(search="ada"))


def test_who_was_dropped_is_only_shown_when_asked_for(rows, marks):
    gone = {"is_active": False}
    found = class_rows(members(ada=gone, fay=gone), row_grades(marks.grades()))
    assert "ada" not in names(wanted_rows(found, TableWish()))
    assert names(wanted_rows(found, TableWish(show="dropped"))) == ["ada"]  # fay has nothing here


def test_who_waits_is_being_graded_whatever_was_there_before(rows):
    assert [row.grade.state for row in rows(waiting={"ada", "fay"})][::5] == [
        RowState.WAITING,
        RowState.WAITING,
    ]


def test_who_handed_nothing_in_can_be_excused_or_given_points(rows, marks):
    marks.excuse("fay", **WHO)
    assert rows()[-1].grade.state == RowState.EXCUSED
    marks.take_back(len(marks.decisions()), **WHO)
    marks.set_final("fay", Fraction(7), **WHO)
    assert (rows()[-1].grade.points, rows()[-1].grade.max_points) == (7, 10)
