"""A submission is graded for what it defines: statement by statement, whatever fails between."""

from dataclasses import replace

import pytest

from grader.sandbox.contract import Code, StudentCall
from grader.sandbox.levels import NONE
from grader.sandbox.warm import WarmSandbox
from tests.grader.sandbox.conftest import LIMITS, no_answer


@pytest.fixture(scope="module")
def sandbox():
    made = WarmSandbox(("numpy",), plans=(NONE,))
    yield made
    made.close()


@pytest.fixture
def loaded(sandbox):
    """Notes, and the value of `f()`, of a file or of a notebook's cells."""

    def load(*parts, modules=None, seconds=LIMITS.load_seconds):
        names = ["submission.py"]
        if len(parts) > 1:
            names = [f"submission.ipynb cell {number}" for number in range(1, len(parts) + 1)]
        code = Code(
            main="submission", cells=tuple(zip(names, parts, strict=True)), modules=modules or {}
        )
        session = sandbox.open(code, replace(LIMITS, load_seconds=seconds))
        try:
            return session.notes, session.call(
                StudentCall("f", []), seconds=5, answer=no_answer
            ).value
        finally:
            session.close()

    return load


F = "def f():\n    return 1\n"
FAILING = {
    "an assert": ("assert f() == 2", "raised AssertionError"),
    "an exit": ("raise SystemExit('done')", "ended the program (SystemExit: done)"),
    "quit()": ("quit()", "ended the program (SystemExit"),
    "an interrupt": ("raise KeyboardInterrupt", "raised KeyboardInterrupt"),
    "a question": ("x = input()", "raised EOFError"),
    "a missing file": ("open('data/train.txt')", "raised FileNotFoundError"),
    "a missing package": ("import no_such_package", "raised ModuleNotFoundError"),
    "deep recursion": ("def g(): g()\ng()", "raised RecursionError"),
    "too much memory": ("raise MemoryError", "raised MemoryError"),
    "a loop": ("for i in range(3):\n    1 / 0", "raised ZeroDivisionError"),
    "a class": ("class A:\n    x = 1 / 0", "raised ZeroDivisionError"),
    "a decorator": ("@missing\ndef g():\n    pass", "raised NameError"),
    "an exception that cannot be shown": (
        "class E(Exception):\n    def __str__(self): raise self\nraise E",
        "raised E: (its text cannot be shown)",
    ),
}


@pytest.mark.parametrize(("statement", "said"), FAILING.values(), ids=FAILING)
def test_a_statement_that_fails_costs_nothing_but_itself(loaded, statement, said):
    notes, value = loaded(f"{F}{statement}\nf_is_there = f\n")
    assert (len(notes), value) == (1, 1)
    assert said in notes[0]
    notes, value = loaded(f"{statement}\n{F}")
    assert (len(notes), value) == (1, 1)


def test_the_statement_is_told_with_its_line_and_the_line_within(loaded):
    source = f"{F}\n\ndef g(x):\n    return 1 / x\n\ng(\n    0\n)\n"
    assert loaded(source)[0] == [
        "submission.py:8 raised ZeroDivisionError: division by zero: g(, "
        "and was at submission.py:6, in g: return 1 / x."
    ]


def test_of_several_on_a_line_the_one_at_fault_is_found(loaded):
    assert loaded("a = 1; b = 1 / 0; c = 3\ndef f():\n    return [a, c]")[1] == [1, 3]


DEFINING = {
    "a function": "def g(): return 5",
    "a decorated function": "import functools\n@functools.cache\ndef g(): return 5",
    "a class": "class G:\n    @staticmethod\n    def h(): return 5\ng = G.h",
    "an import": "import math\ng = math.floor",
    "a constant": "N: int = 5\ndef g(): return N",
    "a table": "N = {'a': [1, 2], 'b': -5}\ndef g(): return N",
    "a call of a library": "import math\nN = math.sqrt(4)\ndef g(): return N",
    "a call of Python": "N = tuple(range(4))\ndef g(): return N",
    "a lambda": "g = lambda: f()",
    "a choice": "import sys\nif sys.version_info > (3,):\n    def g(): return 5\nelse:\n    g = 3",
    "what may be missing": "try:\n    import no_such_package\nexcept ImportError:\n    g = abs",
}


@pytest.mark.parametrize("definition", DEFINING.values(), ids=DEFINING)
def test_what_only_defines_goes_on_being_run(loaded, definition):
    notes, value = loaded(f"1 / 0\n{definition}\ndef f():\n    return callable(g)")
    assert (len(notes), value) == (1, True)


ACTING = {
    "a call": "print('x')",
    "own code in an assignment": "def train(): out.append(1)\nx = train()",
    "own code in a choice": "def train(): out.append(1)\nif train():\n    y = 3",
    "a method of an own object": "class A:\n    def go(self): out.append(1)\na = A()\nb = a.go()",
    "a loop": "for i in range(3): out.append(i)",
    "what is typed": "x = input()",
}


@pytest.mark.parametrize("statement", ACTING.values(), ids=ACTING)
def test_what_does_more_is_left_out_after_a_failure_and_that_is_said(loaded, statement):
    notes, value = loaded(f"out = []\n1 / 0\n{statement}\ndef f():\n    return len(out)")
    assert value == 0
    assert notes == [
        "submission.py:2 raised ZeroDivisionError: division by zero: 1 / 0. "
        "Of what follows there, only definitions were run."
    ]


def test_the_rest_of_a_branch_defines_too(loaded):
    source = (
        "if True:\n    if True:\n        1 / 0\n        def f(): return g()\n    def g(): return 3"
    )
    assert loaded(source)[1] == 3


def test_a_future_import_holds_after_a_failure(loaded):
    source = "from __future__ import annotations\n1 / 0\ndef f(x: no_such_name = 3): return x"
    assert loaded(source)[1] == 3


def test_source_and_lines_of_a_function_are_found_after_a_failure(loaded):
    source = (
        "import inspect\n1 / 0\n\ndef f():\n    return inspect.getsource(g)\ndef g(): return 1\n"
    )
    assert loaded(source)[1] == "def g(): return 1\n"


def test_two_statements_without_end_share_one_load_time(loaded):
    source = f"while True: pass\nimport time\nclass A:\n    while True: time.sleep(1)\n{F}"
    notes, value = loaded(source, seconds=1.0)
    assert value == 1
    assert notes[0].startswith("submission.py:1 was stopped after 1 s: while True: pass.")
    assert notes[1].startswith("submission.py:3 was stopped after 1 s: class A:, and was at")


# Modules of the submission


def test_a_module_too_is_good_for_what_it_defines(loaded):
    modules = {"blocks.py": "import no_such_package\ndef g(): return 5\nassert no_such_package"}
    notes, value = loaded("from blocks import g\ndef f(): return g()", modules=modules)
    assert value == 5
    assert [note.split(": ")[0] for note in notes] == ["blocks.py:1 raised ModuleNotFoundError"]


def test_a_module_that_may_be_missing_fails_as_in_python(loaded):
    source = "try:\n    from fast import f\nexcept ImportError:\n    def f(): return 'slow'"
    modules = {"fast.py": "import no_such_package\ndef f(): return 'fast'"}
    assert loaded(source, modules=modules) == ([], "slow")


def test_what_a_module_lacks_is_counted_with_its_root(loaded):
    modules = {"blocks.py": "x = open('weights')\n"}
    notes, _ = loaded(f"from blocks import x\n{F}", modules=modules)
    assert len(notes) == 1
    assert notes[0].startswith("blocks.py:1 raised FileNotFoundError")
    assert notes[0].endswith("For want of it, these failed too: submission.py:1.")


def test_the_version_of_ones_own_package_is_some_version(loaded):
    modules = {
        "my_model/__init__.py": "from importlib.metadata import version\nv = version('my-model')"
    }
    assert loaded("from my_model import v\ndef f(): return v", modules=modules) == ([], "0")


# Notebooks


def test_one_failure_that_makes_many_cells_fail_is_one_note(loaded):
    cells = ["data = open('train.txt').read()", *["n = len(data)", "m = n + 1"] * 20, F]
    notes, value = loaded(*cells)
    assert value == 1
    assert len(notes) == 1
    assert notes[0].startswith("submission.ipynb cell 1 line 1 raised FileNotFoundError")
    assert notes[0].endswith("submission.ipynb cell 6 line 1, 35 more.")


def test_failures_of_their_own_have_notes_of_their_own(loaded):
    notes, _ = loaded("1 / 0", "x = y", F)
    assert [note.split(" raised ")[0] for note in notes] == [
        "submission.ipynb cell 1 line 1",
        "submission.ipynb cell 2 line 1",
    ]


def test_a_cell_that_is_no_python_is_noted(loaded):
    notes, value = loaded("x = (1 +", F)
    assert value == 1
    assert notes[0].startswith("submission.ipynb cell 1 raised SyntaxError")


MAGICS = {
    "a line that is timed": ("%time x = 3", 3, ""),
    "a line that is timed often": ("%timeit -n 10 -r3 x.append(1)", [1], ""),
    "a cell that is timed": ("%%time\nx = 3", 3, ""),
    "a cell that is timed, below empty lines": ("\n\n%%timeit -n 1\nx = 3", 3, ""),
    "a captured cell": ("%%capture out\nprint('a')\nx = 3", 3, ""),
    "what was captured": ("%%capture out\nprint('a')\nx = 3", 3, ""),
    "a magic in a block": ("if True:\n    %time x = 3", 3, ""),
    "a shell line": ("x = 3\n!pip install einops", 3, "!pip install einops"),
    "its answer": ("x = !ls", [], "!ls"),
    "a shell line over two lines": ("!pip install \\\n  einops\nx = 3", 3, "!pip install"),
    "a magic": ("%matplotlib inline\nx = 3", 3, "%matplotlib inline"),
    "a cell of bash": ("%%bash\nls\nrm x", [], "%%bash, with its whole cell"),
    "a cell of HTML": ("%%html\n<b>1</b>", [], "%%html, with its whole cell"),
    "help": ("x = 3\nx?", 3, ""),
    "prompts": (">>> x = 3", 3, ""),
    "a modulo that begins a line": ("x = (7\n  %4)", 3, ""),
    "a text that looks like a magic": ("x = '''\n%time\n!ls\n'''", "\n%time\n!ls\n", ""),
    "await": ("import asyncio\nx = await asyncio.sleep(0, 3)", 3, ""),
    "display": ("display(1, 'a')\nx = 3", 3, ""),
    "an exported magic": ("get_ipython().run_line_magic('matplotlib', 'inline')\nx = 3", 3, "%mat"),
    "an old exported magic": ("get_ipython().magic('time x = 3')", 3, ""),
    "an exported shell line": ("get_ipython().system('ls')\nx = 3", 3, "!ls"),
    "another of its methods": ("get_ipython().events.register('a', print)\nx = 3", 3, ""),
    "its import": ("from IPython import get_ipython\nx = 3 if get_ipython() else 4", 3, ""),
}


@pytest.mark.parametrize(("cell", "value", "left_out"), MAGICS.values(), ids=MAGICS)
def test_a_cell_is_read_as_ipython_reads_it(loaded, cell, value, left_out):
    notes, found = loaded("x = []", cell, "def f(): return x")
    assert found == value
    if left_out:
        (note,) = notes
        assert note.startswith("Left out, since it is for a notebook or a system alone: ")
        assert left_out in note
        assert "(submission.ipynb cell 2)" in note
    else:
        assert notes == []


@pytest.mark.parametrize(
    "above", ["", "%%time\n", "\n\n%%capture\n", "!ls \\\n  -l\n", "%time 1\n"]
)
def test_lines_in_a_cell_keep_their_numbers(loaded, above):
    notes, _ = loaded(f"{above}x = 1\n1 / 0", F)
    line = above.count("\n") + 2
    assert f"submission.ipynb cell 1 line {line} raised ZeroDivisionError" in notes[0]


WRITTEN = {
    "a module": "%%writefile gpt.py\nx = 3",
    "a module of a package": "%%writefile gpt/__init__.py\nx = 3",
    "in the folder of Colab": "%%writefile /content/gpt.py\nx = 3",
    "by its other name": "%%file gpt.py\nx = 3",
}


@pytest.mark.parametrize("cell", WRITTEN.values(), ids=WRITTEN)
def test_a_written_file_is_a_module(loaded, cell):
    assert loaded(cell, "from gpt import x", "def f(): return x") == ([], 3)


def test_a_written_file_may_grow(loaded):
    cells = ["%%writefile gpt.py\nx = 3", "%%writefile -a gpt.py\ny = x + 1", "import gpt"]
    assert loaded(*cells, "def f(): return gpt.y") == ([], 4)


def test_a_module_may_be_run_in_the_notebook(loaded):
    assert loaded("%run blocks.py", "def f(): return x", modules={"blocks.py": "x = 3"}) == ([], 3)


def test_lines_for_notebooks_are_left_out_of_a_file_too(loaded):
    notes, value = loaded(f"!pip install einops\n{F}%matplotlib inline\n")
    assert value == 1
    assert notes == [
        "Left out, since it is for a notebook or a system alone: !pip install einops "
        "(submission.py); %matplotlib inline (submission.py)."
    ]


# Packages that plot and show progress


PLOTS = {
    "a figure": "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1])",
    "many axes": (
        "from matplotlib import pyplot as plt, cm\nfig, axes = plt.subplots(2, 2)\n"
        "for ax in axes.flat:\n    ax.set_title('x')\naxes[0][1].imshow([[1]])\n"
        "n, bins, patches = plt.hist([1])\nline, *more = ax_ = plt.plot([1])"
    ),
    "settings": (
        "import matplotlib\nmatplotlib.use('Agg')\nmatplotlib.rcParams['a.b'] = 3\n"
        "import matplotlib.pyplot as plt\nplt.rcParams.update({})\n"
        "with plt.style.context('x'):\n    pass\ncolour = plt.get_cmap('x')(0.3)"
    ),
    "a class of it": "from matplotlib.ticker import Locator\nclass Mine(Locator): pass\nMine()",
    "seaborn": "import seaborn as sns\nsns.set_theme()\nsns.heatmap([[1]]).set(title='x')",
    "colab": (
        "from google.colab import drive, files\ndrive.mount('/content/drive')\n"
        "uploaded = files.upload()\nfor name in uploaded.keys():\n    open(name)"
    ),
    "widgets": "import ipywidgets\nfrom IPython.display import display, HTML\ndisplay(HTML('x'))",
}


@pytest.mark.parametrize("source", PLOTS.values(), ids=PLOTS)
def test_a_plot_costs_nothing(loaded, source):
    assert loaded(f"{source}\n{F}") == ([], 1)


def test_a_package_that_is_asked_for_is_not_there(loaded):
    source = """
import importlib.util
try:
    import google.colab
    in_colab = True
except ImportError:
    in_colab = False
def plots():
    try:
        import seaborn
    except ImportError:
        return False
    return True
def f():
    return [in_colab, plots(), importlib.util.find_spec("plotly") is not None]
"""
    assert loaded(source) == ([], [False, False, False])
