"""A store is copied whole, from either database to either."""

import pytest
from sqlalchemy import func, select

from grader.hand_ins.receiving import Upload, UploadLimits, receive
from grader.store.accounts_store import Enrolment
from grader.store.copying import copy_store, copy_store_to_file
from grader.store.database import StoreError, open_database, reading
from grader.store.site_store import open_site_store
from grader.store.tables import metadata
from tests.grader.hand_ins.conftest import START

LIMITS = UploadLimits(n_bytes=1 << 20, n_files=9, course_bytes=1 << 30, per_hour=99)


def fill(where):
    store = open_site_store(where, course="c")
    for name in ("ada", "bob"):
        store.accounts.enrol(Enrolment(person=name, role="student", ids={"canvas": "7"}))
        files = [("submission.py", f"# {name}\x00".encode())]
        receive(store.hand_ins, Upload(assignment="a", person=name, files=files, at=START), LIMITS)
    store.close()


def rows(engine):
    with reading(engine) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }


def test_a_copy_holds_all_rows_and_goes_on_counting(database, tmp_path, request):
    fill(database)
    source = open_database(database)
    between = tmp_path / "between.sqlite"
    assert copy_store_to_file(source, between) > 5
    is_sqlite = "://" not in database
    back = tmp_path / "back.sqlite" if is_sqlite else request.getfixturevalue("postgres").database()
    middle, target = open_database(between), open_database(back)
    copy_store(middle, target)
    assert rows(target) == rows(middle) == rows(source)
    for engine in (source, middle, target):
        engine.dispose()
    store = open_site_store(back, course="c")
    assert store.accounts.enrol(Enrolment(person="cleo", role="student")).id == 3
    store.close()


def test_what_holds_something_is_not_written_to(tmp_path):
    one, two = str(tmp_path / "one.sqlite"), str(tmp_path / "two.sqlite")
    fill(one)
    fill(two)
    source, target = open_database(one), open_database(two)
    before = rows(target)
    with pytest.raises(StoreError, match="holds something already"):
        copy_store(source, target)
    assert rows(target) == before
    source.dispose()
    target.dispose()
    with pytest.raises(StoreError, match="holds something already"):
        copy_store_to_file(open_database(one), tmp_path / "two.sqlite")


def test_an_empty_store_is_copied(tmp_path):
    source = open_database(tmp_path / "one.sqlite")
    assert copy_store_to_file(source, tmp_path / "two.sqlite") == 0
    with reading(source) as connection:
        assert connection.scalar(select(func.count()).select_from(metadata.tables["people"])) == 0
    source.dispose()
