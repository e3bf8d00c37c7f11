"""Shards of a class are all of it, and none of it twice."""

import pytest

from grader.batch.shards import Shard, shard_from
from grader.errors import CourseError


@pytest.mark.parametrize(("n_names", "count"), [(1, 1), (10, 3), (2, 5), (100, 7)])
def test_shards_are_the_whole_class_and_nothing_twice(n_names, count):
    found = {f"s{number}": number for number in range(n_names)}
    shares = [Shard(number, count).of(found) for number in range(1, count + 1)]
    assert sum(map(len, shares)) == n_names
    assert {name: one for share in shares for name, one in share.items()} == found
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_share_does_not_depend_on_the_order_in_which_names_are_found():
    found = {name: name for name in "bdfaec"}
    assert list(Shard(2, 3).of(found)) == ["b", "e"]
    assert Shard(2, 3).of(dict(sorted(found.items()))) == Shard(2, 3).of(found)


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
