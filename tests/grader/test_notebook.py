"""`grader.notebook.check` in a real Jupyter kernel."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

from grader.batch.grading_here import grade_here
from grader.intake.reading import read
from grader.settings import load_assignment

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CHECK = "from grader.notebook import check\ncheck({stage}assignment={assignment!r})"


@pytest.fixture
def run(small, tmp_path):
    """Runs cells in a kernel; all that the last one showed, as text, and the notebook."""

    def ran(*sources, stage=""):
        named = f"{stage!r}, " if stage else ""
        last = CHECK.format(stage=named, assignment=str(small))
        cells = [nbformat.v4.new_code_cell(source) for source in (*sources, last)]
        notebook = nbformat.v4.new_notebook(cells=cells)
        where = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=120, allow_errors=True, resources=where).execute()
        shown = notebook.cells[-1].outputs
        text = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in shown]
        return " ".join(_COLOUR.sub("", "".join(text)).split()), notebook

    return ran


def test_the_functions_of_the_kernel_are_checked(run, right, with_double, tmp_path):
    (tmp_path / "mine.py").write_text("def twice(x):\n    return 2 * x\n")
    wrong = with_double("return 3 * x")
    mended = "import mine\ndef double(x):\n    print('doubling')\n    return mine.twice(x)"
    said, notebook = run(wrong, "1 / 0", "%matplotlib inline", mended)
    assert "Checking all stages ..." in said
    assert "All 4 visible checks passed: 4 of 4 points." in said
    assert "note: submission.ipynb cell 2 line 1 raised ZeroDivisionError" in said
    assert "doubling" in said
    shown = notebook.cells[-1].outputs
    assert any("text/html" in out.get("data", {}) for out in shown)
    _the_same_notebook_can_be_handed_in(notebook, tmp_path)


def _the_same_notebook_can_be_handed_in(notebook, tmp_path):
    folder = tmp_path / "handed-in"
    folder.mkdir()
    nbformat.write(notebook, folder / "submission.ipynb")
    (folder / "mine.py").write_text((tmp_path / "mine.py").read_text())
    reports = []
    grade_here(
        [read(folder)],
        assignment=load_assignment(tmp_path / "arithmetic"),
        emit=reports.append,
        with_torch=False,
        require_level="none",
    )
    assert reports[0].points == 4
    assert not any("grader" in note for note in reports[0].notes)


def test_one_stage_can_be_looked_at(run, with_double):
    said, _ = run(with_double("raise ValueError('no')"), stage="double")
    assert "double raised ValueError: no at submission.ipynb cell 1 line 6, in double" in said
    said, _ = run(stage="duoble")
    assert "there is no stage 'duoble' Did you mean 'double'?" in said
