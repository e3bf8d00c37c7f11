"""A small assignment that holds its subject itself."""

import pytest

FILES = {
    "assignment.yaml": """
title: Mean
total: 2
stages:
  - {name: mean, title: Mean of rows, points: 2, parameters: [x], expects: The mean of each row.}
""",
    "conftest.py": "",
    "test_mean.py": '''
import numpy as np

from grader.checks import assert_close, points, stage


@stage("mean")
@points(2)
def test_rows(student, rng):
    """The mean of each row."""
    x = rng.normal(size=(5, 7)).astype("float32")
    assert_close(student.mean(x), x.mean(-1), name="the means", axes=("row",))
''',
    "reference.py": """
import numpy as np


def mean(x):
    return x.mean(-1)
""",
    "misconceptions.py": """
import numpy as np

from grader.subject.misconception import equivalent, misconception

from .reference import mean


@misconception(
    replaces=mean,
    says="I add the entries of a row and do not divide.",
    hint="What is the mean of 2 and 4?",
)
def total(x):
    return x.sum(-1)


@misconception(
    replaces="mean",
    says="I take the mean of each column.",
    hint="How many numbers come back for five rows?",
)
def of_columns(x):
    return x.mean(0)


@equivalent(replaces=mean, says="Sum and division are written out.")
def written_out(x):
    return mean(np.array(x))
""",
}


@pytest.fixture
def own(tmp_path):
    """The folder of the assignment; a call with file names and texts changes it."""
    folder = tmp_path / "mean"
    folder.mkdir()

    def write(**texts):
        for name, text in texts.items():
            (folder / name.replace("_py", ".py").replace("_yaml", ".yaml")).write_text(text)
        return folder

    for name, text in FILES.items():
        (folder / name).write_text(text.lstrip())
    return write
