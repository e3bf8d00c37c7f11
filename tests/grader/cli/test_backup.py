"""A course is written to one file while it is served, and comes back whole."""

import stat
import zipfile

import pytest

from grader.store.accounts_store import Enrolment
from grader.store.site_store import open_site_store


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    (folder / "quizzes").mkdir(parents=True)
    (folder / "course.yaml").write_text("id: c\nname: C\n")
    (folder / "quizzes" / "one.yaml").write_text("title: One\n")
    (folder / ".hidden").write_text("x")
    store = open_site_store(folder / "site.sqlite", course="c")
    store.accounts.enrol(Enrolment(person="ada", role="student"))
    yield folder, store
    store.close()


def test_a_course_comes_back_from_its_backup(course, grader, tmp_path):
    folder, _ = course
    archive, again = tmp_path / "backup.zip", tmp_path / "again"
    made = grader("backup", folder, archive)
    assert (made.returncode, made.stderr) == (0, "")
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    names = zipfile.ZipFile(archive).namelist()
    assert names == ["store.sqlite", "course/course.yaml", "course/quizzes/one.yaml"]
    back = grader("restore", archive, again)
    assert (back.returncode, back.stderr) == (0, "")
    assert (again / "quizzes" / "one.yaml").read_text() == "title: One\n"
    store = open_site_store(again / "site.sqlite", course="c")
    assert [one.person for one in store.accounts.enrolments()] == ["ada"]
    store.close()


def test_nothing_is_written_over(course, grader, tmp_path):
    folder, _ = course
    archive = tmp_path / "backup.zip"
    archive.write_bytes(b"mine")
    refused = grader("backup", folder, archive)
    assert refused.returncode == 1
    assert "is there already" in refused.stderr
    assert archive.read_bytes() == b"mine"
    nowhere = grader("backup", tmp_path / "nowhere", tmp_path / "new.zip")
    assert nowhere.returncode == 2
    assert "there is no such folder" in nowhere.stderr
    assert not (tmp_path / "nowhere").exists()
    unread = grader("restore", archive, tmp_path / "new")
    assert unread.returncode == 1
    assert "is no backup" in unread.stderr
    archive.unlink()
    grader("backup", folder, archive)
    full = grader("restore", archive, folder)
    assert full.returncode == 1
    assert "holds something already" in full.stderr
