"""A cluster of processes, and classes that are graded on it."""

import sys

import pytest

from tests.grader.batch.executors.dask.cluster_processes import ClusterProcesses

if sys.platform != "linux":
    pytest.skip("the tests find processes in /proc", allow_module_level=True)


@pytest.fixture
def cluster(tmp_path):
    """A scheduler without workers."""
    made = ClusterProcesses(tmp_path / "cluster")
    made.start_scheduler()
    yield made
    made.close()


@pytest.fixture
def a_course(a_class):
    """The class with a course secret, so that two results of it compare."""
    (a_class.results.parent / "course.yaml").write_text("secret: chaos\n")
    return a_class


@pytest.fixture
def crowd(a_course, right):
    """A class of 40: right submissions, wrong ones, and one that cannot be read."""
    for number in range(40):
        source = right if number % 3 else right.replace("2 * x", f"{number} * x")
        a_course.write(**{f"s{number:02}": f"{source}\n# {number}\n"})
    (a_course.submissions / "broken.zip").write_bytes(b"no zip")
    return a_course
