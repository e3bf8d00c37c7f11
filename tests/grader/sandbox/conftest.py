"""Every level that this machine can make, each with a warm process of its own."""

import builtins
import sys
from pathlib import Path

import pytest

from grader.errors import GraderFault
from grader.sandbox import levels
from grader.sandbox.conformance.surroundings import (  # noqa: F401 - fixtures, and for the tests
    LIMITS,
    call,
    descendants,
    eventually,
    no_answer,
    opened,
)
from grader.sandbox.warm import WarmSandbox

PLANS = {
    "full": levels.FULL,
    "hidden": levels.HIDDEN,
    "confined": levels.CONFINED,
    "sealed": levels.SEALED,
    "partial": levels.PARTIAL,
    "none": levels.NONE,
}


@pytest.fixture(scope="session", params=PLANS)
def sandbox(request):
    """A sandbox that reaches exactly this level, if the machine does."""
    made = WarmSandbox(("numpy", "torch"), plans=(PLANS[request.param],))
    try:
        made.prove()
    except GraderFault as fault:
        made.close()
        pytest.skip(f"this machine does not reach it: {fault.problem}")
    yield made
    made.close()


def python_is_open_to_all():
    """Whether the child's own user may read Python where it lies."""
    folders = [Path(sys.base_prefix).resolve(), *Path(sys.base_prefix).resolve().parents]
    return all(folder.stat().st_mode & 0o001 for folder in folders)


@pytest.fixture(autouse=True)
def no_notebook_here():
    """What a notebook finds without an import would make this process look like one."""
    before = dict(vars(builtins))
    yield
    for name in vars(builtins).keys() - before.keys():
        delattr(builtins, name)
