"""Which packages code imports, as read off its compiled form."""

import pytest

from grader.sandbox.child.imported_packages import foreign_packages, imported_modules

MANY = "\n".join(f"v{number} = {number}.5" for number in range(400))


def names(source):
    return list(imported_modules(compile(source, "submission.py", "exec")))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import einops", ["einops"]),
        ("from tqdm import auto", ["tqdm"]),
        ("import os.path as p, jax.numpy", ["os.path", "jax.numpy"]),
        ("def f():\n    from scipy.special import erf", ["scipy.special"]),
        (f"{MANY}\nimport late", ["late"]),
    ],
)
def test_what_is_imported_is_found(source, found):
    assert names(source) == found


@pytest.mark.parametrize(
    "source",
    [
        "from . import inputs",
        "from .inputs import embed",
        "from ..homework.inputs import embed",
        "def f():\n    from .inputs import embed",
        f"{MANY}\nfrom .inputs import embed",
    ],
)
def test_a_relative_import_is_of_the_submissions_own(source):
    assert names(source) == []


def test_own_modules_and_those_of_python_are_no_packages():
    code = compile("import os, numpy, blocks, no_such_package", "submission.py", "exec")
    found = foreign_packages([code], own=["blocks"], stood_in=[])
    assert found == [("no_such_package", False)]
