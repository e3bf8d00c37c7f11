"""A hand-in gets what `grader batch` gives the same file, report and all."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from grader.batch.class_run import run_batch
from grader.batch.results import Results
from grader.intake.class_intake import opened_class

SHIFT = "def shift(x):\n    return x + 1\n"


@pytest.fixture
def database(tmp_path):
    return str(tmp_path / "site.sqlite")


def notebook(source):
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [cell | {"source": source}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_reports_are_equal_to_those_of_a_batch(
    store, slot, settings, hand_in, right, with_double, tmp_path
):
    handed = {
        "right.py": right,
        "wrong.py": with_double("return x * x"),
        "raises.py": with_double("raise ValueError('no')"),
        "partly.py": SHIFT,
        "syntax.py": "def shift(x:\n",
        "prints.py": right.replace("return x + 1", "print('here'); return x + 1"),
        "book.ipynb": notebook(right),
        "broken.ipynb": "{",
    }
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name, text in handed.items():
        (folder / name).write_text(text)
        hand_in(files=[(name, text.encode())], person=name.partition(".")[0])
        assert slot.step()
    results = Results(tmp_path / "results")
    with opened_class(folder) as intake:
        summary = run_batch(
            intake,
            results,
            assignment=settings.assignments["arithmetic"],
            course=settings.course,
            n_workers=2,
            force=False,
            require_level="none",
            told=lambda *_: None,
            now=lambda: datetime.now(UTC),
        )
    ours = store.reports("arithmetic").newest()
    assert len(summary.reports) == len(handed)
    for report in summary.reports:
        own = ours[report.submission]
        assert replace(own, handed_in_at=None) == results.newest()[report.submission]
