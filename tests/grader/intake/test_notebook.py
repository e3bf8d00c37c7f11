"""A notebook as Python cells: what is left out, and that line numbers stay."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.intake.notebook import code_cells, without_magics


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

REPLACED = {
    "a line magic": ("%matplotlib inline\nx = 1", "pass\nx = 1"),
    "a shell line": ("!pip install torch\nx = 1", "pass\nx = 1"),
    "a shell line with an option": ("!nvidia-smi -L", "pass"),
    "two shell signs": ("!!ls", "pass"),
    "a magic in a block": ("if True:\n    %time f()\n    x = 1", "if True:\n    pass\n    x = 1"),
    "help after a name": ("softmax?", "pass"),
    "source after a name": ("torch.softmax??", "pass"),
    "help before a name": ("?softmax", "pass"),
    "an assigned shell line": ("files = !ls -l", "files = None"),
    "an assigned magic": ("seconds = %timeit -o f()", "seconds = None"),
    "two assigned names": ("a, b = !ls", "a, b = None"),
    "a magic over two lines": ("!pip install torch \\\n    numpy\nx = 1", "pass\n\nx = 1"),
    "a magic over three lines": ("%run a \\\n b \\\n c\nx = 1", "pass\n\n\nx = 1"),
    "a magic over two lines in a block": (
        "if True:\n    !ls \\\n  -l\n    x = 1",
        "if True:\n    pass\n\n    x = 1",
    ),
    "a cell timed": ("%%time\nx = 1", "\nx = 1"),
    "a cell timed, after blank lines": ("\n\n%%time\nx = 1", "\n\n\nx = 1"),
    "a captured cell": ("%%capture out\nx = 1\n!ls", "\nx = 1\npass"),
    "a cell of bash": ("%%bash\nrm -rf x\n", ""),
    "a cell of HTML": ("%%html\n<b>x</b>", ""),
    "a cell written to a file": ("%%writefile a.py\nx = 1", ""),
}


@pytest.mark.parametrize(("source", "python"), REPLACED.values(), ids=REPLACED)
def test_magics_are_replaced(source, python):
    assert without_magics(source) == python


KEPT = {
    "a comparison": "ok = (a\n      != b)",
    "a comparison in black's style": "if (\n    a\n    != b\n):\n    pass",
    "a remainder": "x = 7 % 2\ny = (7\n     % 2)",
    "a formatted text": "text = '%d items' % 3",
    "a comment": "# %time is not used\n# !pip install",
    "a question": "text = 'why?'\nother = 'what??'",
    "a percent sign in a text": 'text = "100%"\nother = "%%bash"',
    "an exclamation in a text": "text = 'stop!'",
    "a matrix product": "y = x @ w",
    "a decorator": "@property\ndef f(self): return 1",
    "not equal at the end": "a = b != c",
    "a conditional": "a = b if c else d",
}


@pytest.mark.parametrize("source", KEPT.values(), ids=KEPT)
def test_python_is_kept_as_it_is(source):
    assert without_magics(source) == source
    compile(source, "cell", "exec")


@settings(deadline=None)
@given(st.text("ab=%!?\\ \n.", max_size=40))
def test_line_numbers_stay(source):
    replaced = without_magics(source)
    assert replaced == "" or replaced.count("\n") == source.count("\n")


LONG_LINES = {
    "spaces": " " * 200_000 + "(",
    "words": "a " * 100_000 + "(",
    "commas": "a, " * 100_000 + "(",
    "equal signs": "a = " * 100_000 + "(",
    "spaces after an equal sign": "a =" + " " * 200_000 + "(",
    "question marks": "?" * 200_000 + "(",
    "a name with dots": "?" + "a." * 100_000 + " " * 100_000 + "(",
}


@pytest.mark.parametrize("line", LONG_LINES.values(), ids=LONG_LINES)
def test_a_long_line_takes_no_longer_than_its_length(line):
    begin = time.process_time()
    assert without_magics(line) == line
    assert time.process_time() - begin < 1.0


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


UNREADABLE = {
    "no JSON": "x = 1",
    "nothing": "",
    "a list": "[]",
    "a number": "3",
    "no cells": "{}",
    "a future format": notebook("x", nbformat=99),
    "no format": notebook("x", nbformat="four"),
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
