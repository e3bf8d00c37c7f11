"""Root is not always root."""

import os

import pytest

from grader.sandbox import privileges


@pytest.mark.parametrize(
    ("uid_map", "there"),
    [
        ("         0          0 4294967295\n", True),
        ("0 100000 65536\n", True),
        ("0 1000 1\n", False),
        ("0 1000 1\n1 100000 65535\n", True),
        ("0 1000 1\n1 100000 1000\n", False),
    ],
)
def test_the_users_must_exist_in_this_namespace(uid_map, there):
    assert privileges._all_mapped(uid_map) is there


def test_a_plain_user_may_not():
    if os.geteuid() == 0:
        pytest.skip("this is root")
    assert not privileges.may_change_user()
