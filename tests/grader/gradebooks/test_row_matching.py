"""Each identifier alone is enough, and an empty one is none."""

import pytest

from grader.gradebooks.row_matching import RowIdentity, match_rows
from grader.records import Person
from tests.grader.gradebooks.a_class import graded

ROWS = (
    RowIdentity(row=1, system_id="77", id="s1", email="a@x", username="ada", name="Lovelace, Ada"),
    RowIdentity(row=2, system_id="78", id="s2", email="b@x", username="bo@y", name="Bo van Berg"),
)


def row_of(students, rows=ROWS):
    return match_rows(students, rows, system="here").rows.get(0)


@pytest.mark.parametrize(
    "person",
    [
        Person(ids={"here": "78"}),
        Person(id="s2"),
        Person(email="B@X"),
        Person(username="BO@y"),
        Person(email="bo@y"),  # who logs in with an address
        Person(username="b@x"),
        Person(name="bo  VAN berg"),
        Person(name="van Berg, Bo"),
    ],
)
def test_one_identifier_of_a_person_is_enough(person):
    assert row_of(graded("x", 1, person)) == 2


@pytest.mark.parametrize("name", ["78", "s2", "B@X", "bo@Y", "bo_van_berg"])
def test_a_submission_of_nobody_known_may_be_called_by_any_of_them(name):
    assert row_of(graded(name, 1)) == 2


def test_the_id_of_another_system_and_empty_ones_find_nobody():
    empty = RowIdentity(row=3)
    for person in (Person(ids={"there": "78"}), Person(), Person(name=" ")):
        assert row_of(graded("x", 1, person), (*ROWS, empty)) is None
    assert row_of(graded("", 1), (*ROWS, empty)) is None


def test_the_same_name_with_another_number_of_either_kind_is_somebody_else():
    for person in (
        Person(name="Ada Lovelace", id="s9"),
        Person(name="Ada Lovelace", ids={"here": "9"}),
    ):
        assert row_of(graded("x", 1, person)) is None
    without = RowIdentity(row=1, name="Ada Lovelace")
    assert row_of(graded("x", 1, Person(name="Ada Lovelace", id="s9")), (without,)) == 1
