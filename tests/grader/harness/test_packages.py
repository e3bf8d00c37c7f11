"""What is told of packages that a submission imports, and of a GPU that is not here."""

import importlib.util

import pytest
import torch

from grader.records import Verdict
from grader.sandbox.child.errors_shown import refused

USES = """
import importlib.metadata
import json
import numpy
import own
import yaml
__version__ = importlib.metadata.version("my-package")
__author__ = importlib.metadata.metadata("my-package")["Author"]
def late():
    import nowhere.deep
    import matplotlib.pyplot as plt
"""


def test_imports_beside_the_promise_are_told(small, grade_source, right):
    path = small / "assignment.yaml"
    path.write_text(f"packages: [PyYAML]\n{path.read_text()}")
    report = grade_source(USES + right, modules={"own.py": "", "setup.py": "import setuptools"})
    assert report.notes == ()
    told = {one.name: (one.is_here, one.is_promised) for one in report.packages}
    if importlib.util.find_spec("matplotlib") is None:
        told.setdefault("matplotlib", (True, False))  # something harmless stands in for it
    assert told == {
        "yaml": (True, True),
        "nowhere": (False, False),
        "matplotlib": (True, False),
    }
    assert report.points == 7


def test_where_the_code_asks_by_try_its_own_package_is_not_installed(grade_source, right):
    source = """
from importlib.metadata import PackageNotFoundError, version
try:
    found = version("my-package")
except PackageNotFoundError:
    found = "none"
assert found == "none"
"""
    assert grade_source(source + right).notes == ()


def asserted():
    assert torch.cuda.is_available()


GPU = {
    "cuda()": lambda: torch.ones(2).cuda(),
    "to": lambda: torch.ones(2).to("cuda"),
    "device": lambda: torch.ones(2, device="cuda"),
    "mps": lambda: torch.ones(2, device=torch.device("mps")),
    "asserted": asserted,
}


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize("wants_gpu", GPU.values(), ids=GPU)
def test_a_gpu_that_is_not_here_is_a_sentence(wants_gpu):
    with pytest.raises((RuntimeError, AssertionError)) as raised:
        wants_gpu()
    assert 'there is no GPU here; write device = "cuda" if torch.cuda.is_av' in refused(
        raised.value
    )


def test_another_error_speaks_of_no_gpu():
    assert refused(RuntimeError("shapes (2, 3) and (4,) do not fit")) == ""


def test_not_implemented_is_the_students_own_word_alone(grade_source, with_double):
    body = "import asyncio\nasyncio.AbstractEventLoop().run_forever()"
    check = grade_source(with_double(body)).stages[1].checks[0]
    assert check.verdict == Verdict.CRASHED
    assert "NotImplementedError" in check.message
