"""The cells of a notebook, of every version and editor, as they stand in it."""

import json

import pytest

from grader.errors import SubmissionError
from grader.intake.notebook import code_cells


def notebook(*cells, **changes):
    made = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        if isinstance(source, str)
        else source
        for i, source in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made} | changes)


TEXT = {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "# Softmax\n\nx = 1"}


@pytest.mark.parametrize("half", [chr(0xD800), chr(0xDFFF)], ids=["first", "second"])
def test_half_a_character_is_refused_by_cell_and_line(half):
    with pytest.raises(SubmissionError) as raised:
        code_cells(notebook("x = 1", f"y = 2\nz = '{half}'"), "ada.ipynb")
    assert str(raised.value) == (
        f"ada.ipynb cell 2: line 2 holds half a character ({half!r})\n"
        "  Type that line again without it, and save the notebook."
    )


def test_a_whole_character_in_two_escapes_is_read():
    assert code_cells(notebook("x = '\U0001f600'"), "a")[0][1] == "x = '\U0001f600'"


def test_code_cells_come_in_order_with_their_numbers():
    text = notebook("x = 1", TEXT, "", "y = 2\n", "  \n", "z = 3")
    assert code_cells(text, "a.ipynb") == [
        ("a.ipynb cell 1", "x = 1"),
        ("a.ipynb cell 3", "y = 2\n"),
        ("a.ipynb cell 5", "z = 3"),
    ]


def test_source_may_be_a_list_of_lines():
    cell = {"cell_type": "code", "metadata": {}, "source": ["x = 1\n", "y = 2"], "outputs": []}
    assert code_cells(notebook(cell), "a")[0][1] == "x = 1\ny = 2"


def test_an_older_notebook_is_read():
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "metadata": {},
                "cells": [
                    {
                        "cell_type": "code",
                        "language": "python",
                        "input": "x = 1",
                        "collapsed": False,
                        "metadata": {},
                        "outputs": [],
                    }
                ],
            }
        ],
    }
    assert code_cells(json.dumps(old), "a") == [("a cell 1", "x = 1")]


def test_outputs_of_cells_do_not_matter():
    cell = json.loads(notebook("x = 1"))["cells"][0]
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "y = 2"}]
    assert code_cells(notebook(cell), "a") == [("a cell 1", "x = 1")]


@pytest.mark.parametrize("version", [4, 5, 99, "four", None])
def test_cells_are_read_whatever_the_notebook_says_of_its_version(version):
    assert code_cells(notebook("x = 1", nbformat=version), "a") == [("a cell 1", "x = 1")]


def test_a_notebook_that_does_not_say_its_version_is_read():
    written = json.loads(notebook("x = 1"))
    del written["nbformat"], written["nbformat_minor"], written["metadata"]
    assert code_cells(json.dumps(written), "a") == [("a cell 1", "x = 1")]


def test_a_notebook_of_colab_is_read():
    form = "lr = 0.1 #@param {type: 'number'}\n#@title Train"
    colab = {"colab": {"provenance": []}, "accelerator": "GPU"}
    assert code_cells(notebook(form, metadata=colab), "a") == [("a cell 1", form)]


def test_a_cell_in_another_language_begins_with_its_name():
    cell = json.loads(notebook("ls -l"))["cells"][0]
    cell["metadata"] = {"vscode": {"languageId": "shellscript"}}
    other = json.loads(notebook("x = 1"))["cells"][0] | {
        "metadata": {"vscode": {"languageId": "python"}}
    }
    assert code_cells(notebook(cell, other), "a") == [
        ("a cell 1", "%%shellscript\nls -l"),
        ("a cell 2", "x = 1"),
    ]


def test_line_ends_of_windows_are_those_of_all():
    assert code_cells(notebook("x = 1\r\ny = 2"), "a")[0][1] == "x = 1\ny = 2"


UNREADABLE = {
    "no JSON": "x = 1",
    "nothing": "",
    "a list": "[]",
    "a number": "3",
    "no cells": "{}",
    "cells that are no list": notebook(cells=3),
    "a cell that is no mapping": notebook(7),
    "a source that is a number": notebook({"cell_type": "code", "metadata": {}, "source": 7}),
    "a source that is a mapping": notebook({"cell_type": "code", "metadata": {}, "source": {}}),
    "a cell without a source": notebook({"cell_type": "code", "metadata": {}}),
    "brackets without end": "[" * 100_000,
    "half a notebook": notebook("x = 1")[:-20],
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_notebook_is_one_sentence(text, capfd):
    with pytest.raises(SubmissionError) as raised:
        code_cells(text, "ada.ipynb")
    assert str(raised.value) == (
        "ada.ipynb: is not a readable notebook\n  Save it again from Jupyter, and hand in that."
    )
    assert capfd.readouterr().err == ""
