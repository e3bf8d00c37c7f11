"""A folder that changes while it is read: nothing is followed, and nothing is waited for."""

import os
import socket

import pytest

from grader.errors import CourseError, SubmissionError
from grader.intake.folder import files_in_folder
from grader.intake.reading import read
from grader.intake.source_files import Unreadable
from grader.quiz.marking.answers import read_answers
from grader.regular_files import NotRegular, opened

SECRET = "secret: what only the course knows\n"


def becomes_a_link(path, secret):
    path.unlink()
    path.symlink_to(secret / "key.py")


def becomes_a_pipe(path, secret):
    path.unlink()
    os.mkfifo(path)


def becomes_a_folder(path, secret):
    path.unlink()
    path.mkdir()


def becomes_a_socket(path, secret):
    path.unlink()
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(path.parent)  # the name of a socket is short
        try:
            listening.bind(path.name)
        finally:
            os.chdir(here)


def lies_behind_a_link(path, secret):
    path.parent.rename(path.parent.with_name("away"))
    path.parent.symlink_to(secret)


CHANGES = [
    becomes_a_link,
    becomes_a_pipe,
    becomes_a_folder,
    becomes_a_socket,
    lies_behind_a_link,
]


@pytest.fixture
def secret(tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "key.py").write_text(SECRET)
    return folder


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_was_exchanged_after_it_was_listed_is_not_read(tmp_path, secret, change):
    inner = tmp_path / "class" / "ada" / "parts"
    inner.mkdir(parents=True)
    (inner / "key.py").write_text("x = 1\n")
    (listed,) = files_in_folder(tmp_path / "class" / "ada")
    change(inner / "key.py", secret)
    with pytest.raises(Unreadable, match=r"link|regular"):
        listed.read()


def test_a_folder_that_was_handed_in_and_became_a_link_is_not_read(tmp_path, secret):
    ada = tmp_path / "class" / "ada"
    ada.mkdir(parents=True)
    (ada / "key.py").write_text("x = 1\n")
    (listed,) = files_in_folder(ada)
    lies_behind_a_link(ada / "key.py", secret)
    with pytest.raises(Unreadable, match="behind a link"):
        listed.read()
    assert files_in_folder(ada) == []


@pytest.mark.parametrize("change", CHANGES[:4])
@pytest.mark.parametrize("name", ["ada.py", "ada.zip", "ada.ipynb"])
def test_no_entry_of_a_class_is_anything_but_a_file(tmp_path, secret, change, name):
    entry = tmp_path / "class" / name
    entry.parent.mkdir()
    entry.write_text("x = 1\n")
    change(entry, secret)
    with pytest.raises(SubmissionError) as refused:
        read(entry)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("change", CHANGES[:4])
def test_answers_of_a_quiz_are_a_file(tmp_path, secret, change):
    answers = tmp_path / "ada.yaml"
    answers.write_text("student: ada\n")
    change(answers, secret)
    with pytest.raises(CourseError, match=r"link|regular"):
        read_answers(answers)


def test_a_file_is_looked_at_once_it_is_open(tmp_path, secret):
    """What takes its name afterwards is not read."""
    (tmp_path / "a.py").write_text("x = 1\n")
    with opened(tmp_path / "a.py") as file:
        becomes_a_link(tmp_path / "a.py", secret)
        assert file.read() == b"x = 1\n"
    with pytest.raises(NotRegular), opened(tmp_path / "a.py"):
        pass
