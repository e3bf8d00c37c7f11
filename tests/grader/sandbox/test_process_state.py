"""What a submission finds of its process: what `python submission.py` shows, nothing of ours."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox.contract import StudentCall
from grader.sandbox.levels import Level

SEES = """
import atexit, gc, json, os, signal, sys, threading, warnings
import numpy, torch

def f():
    import __main__
    return {
        "arguments": [sys.argv, sys.orig_argv[1:]],
        "main program": sorted(n for n in vars(__main__) if not n.startswith("__")) * (
            __name__ != "__main__"),
        "our modules": sorted(n for n in sys.modules if n.split(".")[0] in ("grader", "reference")),
        "IPython": sorted(n for n in sys.modules if n.split(".")[0] == "IPython"),
        "threads": [thread.name for thread in threading.enumerate()],
        "exit handlers": atexit._ncallbacks(),
        "warning filters": [[str(part) for part in one] for one in warnings.filters],
        "garbage collection": [gc.isenabled(), list(gc.get_threshold()), gc.get_debug()],
        "tracing": [sys.gettrace() is None, sys.getprofile() is None, sys.getrecursionlimit()],
        "hooks": [sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__],
        "streams": [sys.stdout is sys.__stdout__, sys.stdin.fileno(), sys.stderr.fileno()],
        "signals": [str(signal.getsignal(s)) for s in (2, 14, 15)],
        "precision": [str(torch.get_default_dtype()), torch.get_float32_matmul_precision()],
        "torch": [torch.is_grad_enabled(), torch.are_deterministic_algorithms_enabled(),
                  torch.is_inference_mode_enabled(), torch.is_anomaly_enabled()],
        "numpy": [str(numpy.geterr()), str(numpy.get_printoptions())],
        "own file": os.path.basename(__file__),
        "own name": [__spec__ is None, __package__ in (None, "")],
    }

if __name__ == "__main__":
    print(json.dumps(f()))
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """What the same file finds when Python runs it."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "submission.py").write_text(SEES)
    ran = subprocess.run(
        [sys.executable, "submission.py"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        check=True,
    )
    return json.loads(ran.stdout)


@pytest.mark.parametrize(
    "what",
    [
        *("arguments", "main program", "our modules", "IPython", "threads", "exit handlers"),
        *("warning filters", "garbage collection", "tracing", "hooks", "streams", "signals"),
        *("precision", "torch", "numpy", "own file", "own name"),
    ],
)
def test_a_submission_sees_what_python_shows(call, plain, what):
    assert call(SEES)[what] == plain[what]


def test_the_environment_tells_of_places_and_of_one_thread(call):
    names = call("import os\ndef f():\n    return sorted(os.environ)")
    assert set(names) <= {
        *("HOME", "LANG", "LC_CTYPE", "PATH", "TMPDIR"),
        *("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
    }


def test_no_path_leads_to_our_folders(call):
    found = call("import os, sys\ndef f():\n    return [*sys.path, os.getcwd()]")
    assert str(Path(__file__).resolve().parents[3]) not in found


def test_four_descriptors_are_open(sandbox, call):
    if sandbox.level == Level.NONE:
        pytest.skip("what its descriptors are is not bounded there")
    source = """
import os
def f():
    found = []
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found
"""
    assert call(source) == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["grader", "reference", "runner", "wire"])
def test_a_module_of_the_submission_may_be_called_as_ours_is(opened, name):
    session = opened(f"import {name}\ndef f():\n    return {name}.x", **{f"{name}.py": "x = 5"})
    assert session.call(StudentCall("f", []), seconds=5, answer=None).value == 5


def test_a_parser_of_arguments_finds_none(call):
    source = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=3)
options = parser.parse_args()
def f():
    return [options.steps, parser.prog]
"""
    assert call(source) == [3, "submission.py"]


@pytest.mark.parametrize(
    "guard",
    [
        '__name__ == "__main__"',
        '"__main__" == __name__',
        '__name__ == "__main__" and True',
        'True and "__main__" == __name__',
    ],
)
def test_a_main_program_does_not_run(opened, guard):
    session = opened(f"x = 1\nif {guard}:\n    x = 2\n    raise ValueError\ndef f():\n    return x")
    assert session.notes == []
    assert session.call(StudentCall("f", []), seconds=5, answer=None).value == 1
