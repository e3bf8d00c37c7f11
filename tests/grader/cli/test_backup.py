"""A course is written to one file while it is served, and comes back whole."""

import os
import stat
import zipfile

import pytest

from grader.courses.backing_up import back_up
from grader.errors import GraderFault
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
    assert refused.returncode == 2
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
    assert full.returncode == 2
    assert "holds something already" in full.stderr


def test_a_place_that_cannot_be_is_named_as_it_was_typed(course, grader, tmp_path):
    folder, _ = course
    for target in (tmp_path / "nowhere" / "x.zip", folder / "course.yaml" / "x.zip"):
        refused = grader("backup", folder, target)
        assert refused.returncode == 2
        assert refused.stderr.startswith(f"error: {target}: there is no folder")
    missing = grader("restore", tmp_path / "no.zip", tmp_path / "new")
    assert missing.returncode == 2
    assert missing.stderr.startswith(f"error: {tmp_path / 'no.zip'}: there is no such file")
    assert grader("backup", folder, tmp_path / "good.zip").returncode == 0
    place = folder / "course.yaml" / "again"
    unmade = grader("restore", tmp_path / "good.zip", place)
    assert unmade.returncode == 2
    assert unmade.stderr.startswith(f"error: {place}: no folder can be made there")


def test_a_full_disk_leaves_no_half_of_a_backup(course, tmp_path, most_bytes):
    folder, _ = course
    (folder / "large.py").write_bytes(os.urandom(2_000_000))
    target = tmp_path / "backup.zip"
    before = sorted(tmp_path.iterdir())
    with most_bytes(1_000_000), pytest.raises(GraderFault, match="cannot be written") as caught:
        back_up(folder, folder / "site.sqlite", target)
    assert str(target) in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_zips_of_the_course_are_kept_and_earlier_backups_are_not(course, grader, tmp_path):
    folder, _ = course
    with zipfile.ZipFile(folder / "right-package.zip", "w") as submission:
        submission.writestr("submission.py", "x = 1\n")
    (folder / "broken.zip").write_bytes(b"no zip")
    assert grader("backup", folder, folder / "first.zip").returncode == 0
    assert grader("backup", folder, tmp_path / "second.zip").returncode == 0
    names = set(zipfile.ZipFile(tmp_path / "second.zip").namelist())
    assert {"course/right-package.zip", "course/broken.zip"} <= names
    assert "course/first.zip" not in names


def test_a_folder_without_a_course_is_left_as_it_is(grader, tmp_path):
    (tmp_path / "notes").mkdir()
    refused = grader("backup", tmp_path / "notes", tmp_path / "backup.zip")
    assert refused.returncode == 2
    assert "there is no course.yaml" in refused.stderr
    assert not list((tmp_path / "notes").iterdir())


def test_one_row_is_said_as_one(grader, tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "course.yaml").write_text("id: c\nname: C\n")
    grader("lti", "list", folder)  # makes the key of the site, which is a row
    made = grader("backup", folder, tmp_path / "backup.zip")
    assert "and 1 row of its store." in made.stdout
