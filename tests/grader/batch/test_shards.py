"""Shards of a class are all of it, and none of it twice."""

from pathlib import Path

import pytest

from grader.batch.shards import Shard, shard_from
from grader.errors import CourseError
from grader.intake.class_intake import ClassEntry, ClassIntake


def share(shard, names):
    entries = tuple(ClassEntry(name=name, attempts=()) for name in names)
    intake = ClassIntake(source=Path(), layout="plain", title="a folder", entries=entries)
    return [entry.name for entry in shard.of(intake).entries]


@pytest.mark.parametrize(("n_names", "count"), [(1, 1), (10, 3), (2, 5), (100, 7)])
def test_shards_are_the_whole_class_and_nothing_twice(n_names, count):
    names = [f"s{number}" for number in range(n_names)]
    shares = [share(Shard(number, count), names) for number in range(1, count + 1)]
    assert sorted(name for each in shares for name in each) == sorted(names)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_share_does_not_depend_on_the_order_in_which_names_are_found():
    assert share(Shard(2, 3), "bdfaec") == share(Shard(2, 3), "abcdef") == ["b", "e"]


def test_a_shard_is_read_as_it_is_written():
    assert shard_from("3/8") == Shard(3, 8)
    assert str(shard_from("03/8")) == "3/8"


@pytest.mark.parametrize(
    "words",
    ["", "3", "0/8", "9/8", "1/0", "-1/8", "1/8/2", "a/b", "1/8 ", "\u0661/8", "1/1" + 12 * "0"],
)
def test_what_is_no_shard_is_one_sentence(words):
    with pytest.raises(CourseError, match="one of N, from 1/N to N/N") as told:
        shard_from(words)
    assert repr(words) in str(told.value)
