"""Databases: an SQLite file, and a PostgreSQL server that is started when a test first needs it."""

import pytest


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server of this test process."""
    from tests.grader.postgres import Cluster, binaries_or_skip

    cluster = Cluster(binaries_or_skip())
    yield cluster
    cluster.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """Where an empty store can be made; a test that asks for it runs once with each database."""
    if request.param == "sqlite":
        return str(tmp_path / "deep" / "quiz.sqlite")
    return request.getfixturevalue("postgres").database()
