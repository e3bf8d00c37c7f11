"""Where a class is graded, as it is typed, and which addresses would give the secret away."""

import pytest

from grader.batch.executors.dask.addresses import DaskAt, DaskHere, Here, is_safe, place_from
from grader.errors import CourseError


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("local", Here()),
        ("dask-local:4", DaskHere(4)),
        ("dask:tls://grade-0.example.org:8786", DaskAt("tls://grade-0.example.org:8786")),
        ("dask:tcp://127.0.0.1:8786", DaskAt("tcp://127.0.0.1:8786")),
        ("dask:127.0.0.2:8786", DaskAt("tcp://127.0.0.2:8786")),
        ("dask:localhost:8786", DaskAt("tcp://localhost:8786")),
        ("dask:tcp://[::1]:8786", DaskAt("tcp://[::1]:8786")),
    ],
)
def test_each_place_has_one_way_to_be_typed(words, place):
    assert place_from(words) == place


@pytest.mark.parametrize(
    "words",
    [
        *("", "Local", "local:2", "dask", "dask:", "dask-local", "dask-local:", "dask-local:0"),
        *("dask-local:-1", "dask-local:two", "dask-local:5000", "dask:tcp://", "dask:host"),
        *("dask:tls://host", "dask:tls://host:port", "dask:tls://:8786", "dask:tls://h:99999"),
        *("dask:ws://127.0.0.1:1", "dask:inproc://x", "ray:127.0.0.1:1", "dask:tls://[::1:1"),
    ],
)
def test_anything_else_is_one_sentence_with_what_to_write(words):
    with pytest.raises(CourseError, match="Write `local`"):
        place_from(words)


@pytest.mark.parametrize(
    "address",
    [
        *("dask:10.0.0.1:8786", "dask:tcp://0.0.0.0:8786", "dask:tcp://[2001:db8::1]:1"),
        *("dask:tcp://localhost.example.org:1", "dask:tcp://127.0.0.1.example.org:8786"),
    ],
)
def test_another_machine_is_only_reached_with_tls(address):
    with pytest.raises(CourseError, match="without TLS"):
        place_from(address)


def test_a_name_that_only_looks_like_this_machine_is_not_safe():
    assert is_safe("tcp://127.0.0.1:1")
    assert not is_safe("tcp://127.0.0.1@10.0.0.1:1")
    assert not is_safe("tcp://local-host:1")
