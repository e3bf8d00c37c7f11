"""Hostile files: each is graded or refused with a reason, in bounded time, and stops nobody."""

import re
import time
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.intake.reading import entries, read
from grader.settings import shipped
from tests.attacks.hostile_files import FILES
from tests.attacks.test_hostile_reports import ACTS, FORMULA, acts, terminal
from tests.attacks.whole_grader import Run, grade_class

SECONDS = 5.0  # to read one entry on a busy machine
NEIGHBOURS = ("a-neighbour", "b-neighbour-with-modules")


def add_neighbours(folder: Path) -> None:
    examples = shipped("assignments") / "decoder-generation" / "examples" / "submissions"
    (folder / "a-neighbour.py").write_bytes((examples / "right-numpy.py").read_bytes())
    modules = folder / "b-neighbour-with-modules"
    modules.mkdir()
    for file in (examples / "right-modules").glob("*.py"):
        (modules / file.name).write_bytes(file.read_bytes())


@pytest.fixture(params=FILES)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """The name of a hostile file, and a class folder with it and its neighbours."""
    folder = tmp_path / "class"
    folder.mkdir()
    (tmp_path / "course.yaml").write_text("secret: s\n")
    add_neighbours(folder)
    FILES[request.param].build(folder, request.param)
    return request.param, folder


def test_it_is_read_or_refused_in_bounded_time(made):
    """Nothing but our own error comes out, and every file on disk is an entry of its own."""
    name, folder = made
    begin = time.process_time()
    found = entries(folder)
    assert len(found) == len(list(folder.iterdir()))
    for entry, path in found.items():
        if entry in NEIGHBOURS:
            continue
        assert re.search(FILES[name].refused, outcome(path, entry))
    assert time.process_time() - begin < SECONDS


def outcome(path: Path, entry: str) -> str:
    """Why an entry was refused; empty if it was read."""
    try:
        read(path, entry)
    except SubmissionError as error:
        return str(error)
    return ""


@pytest.fixture(scope="session")
def hostile_files(runs_folder: Path) -> Run:
    """A class with all of them, graded by the whole grader."""

    def fill(folder: Path, around: Path) -> None:
        add_neighbours(folder)
        for name, file in FILES.items():
            file.build(folder, name)

    return grade_class(runs_folder / "attacks-files", fill)


@pytest.fixture(scope="session")
def neighbours_alone(runs_folder: Path) -> Run:
    def fill(folder: Path, around: Path) -> None:
        add_neighbours(folder)

    return grade_class(runs_folder / "attacks-no-files", fill)


def test_a_class_of_them_is_graded_to_the_end(hostile_files):
    assert hostile_files.ended["exit"] == 0, hostile_files.said
    assert "Traceback" not in hostile_files.said
    assert hostile_files.ended["left"] == []
    assert hostile_files.marks == []


def test_each_entry_has_its_report(hostile_files):
    n_entries = len(list((hostile_files.folder / "class").iterdir()))
    assert len(hostile_files.grades()) - 1 == n_entries
    for kind in ("reports", "staff"):
        assert len(hostile_files.files(kind)) == n_entries


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_the_neighbours_are_graded_as_if_they_were_alone(name, hostile_files, neighbours_alone):
    alone, among = (run.report(name) for run in (neighbours_alone, hostile_files))
    del alone["seconds"], among["seconds"]
    assert among == alone


def test_nobody_is_graded_for_the_files_of_another(hostile_files):
    for row in hostile_files.grades()[1:]:
        if row[0] not in NEIGHBOURS:
            assert row[2] in ("", "0"), row[0]


def test_what_is_said_of_them_only_shows(hostile_files):
    shown = {
        "command": hostile_files.said,
        "gradebook": terminal(hostile_files, ""),
        "cells": "".join(cell for row in hostile_files.grades() for cell in row),
    }
    assert [place for place, text in shown.items() if ACTS.search(text)] == []


def test_their_names_are_no_formulas_in_the_gradebook(hostile_files):
    cells = [cell for row in hostile_files.grades() for cell in row]
    assert [cell for cell in cells if FORMULA.match(cell)] == []


@pytest.mark.parametrize("kind", ["reports", "staff"])
def test_their_reports_and_the_names_of_these_only_show(hostile_files, kind):
    files = hostile_files.files(kind)
    assert [path.name for path in files if ACTS.search(path.name)] == []
    assert [path.name for path in files if acts(path.read_bytes())] == []
