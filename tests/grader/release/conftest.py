"""A release of the shipped assignment, made once."""

import shutil

import pytest

from grader.release.release_folder import made_release
from grader.settings import find_assignment, load_assignment

SECRET = "f00dcafe" * 8


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """A copy of the assignment, with what an instructor may have beside it."""
    place = tmp_path_factory.mktemp("course") / "decoder-generation"
    shutil.copytree(find_assignment("decoder-generation").folder, place)
    (place / "course.yaml").write_text(f"name: Transformers\nsecret: {SECRET}\n")
    (place / "solution.py").write_text("ANSWER = 'for staff alone, and nobody else'\n")
    return load_assignment(place)


@pytest.fixture(scope="session")
def made(whole):
    return made_release(whole)


@pytest.fixture(scope="session")
def folder(made, tmp_path_factory):
    """The folder that students get."""
    place = tmp_path_factory.mktemp("release") / "homework"
    place.mkdir()
    for name, content in made.files.items():
        (place / name).write_bytes(content)
    return place


@pytest.fixture(scope="session")
def release(folder):
    return load_assignment(folder)
