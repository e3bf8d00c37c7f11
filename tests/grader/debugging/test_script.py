"""The script: its values are those of the call, also where arrays are large or odd."""

import sys

import numpy as np
import pytest

from grader.debugging.failing_call import FailingCall
from grader.debugging.script import debug_script
from grader.observed_calls import Observation, StageCall
from grader.records import CheckResult, Verdict
from grader.sandbox.child.wire import Remote
from grader.settings import Stage

CHECK = CheckResult(
    check="f.values",
    stage="f",
    claim="It is right.",
    verdict=Verdict.FAILED,
    points=0,
    max_points=1,
)
ODD = np.array([np.nan, np.inf, -0.0, 1e-30, 0.1], np.float32)


def written(arguments, *, parameters=("a",), calls=(), expected=None, with_torch=False):
    seen = Observation(stage="f", arguments=arguments, calls=calls)
    call = FailingCall(check=CHECK, seen=seen, expected=expected, has_expected=expected is not None)
    stage = Stage(name="f", title="F", points=1, parameters=parameters)
    return debug_script(call, stage, file="submission.py", with_torch=with_torch)


def played(folder, script, source):
    (folder / "submission.py").write_text(source)
    path = folder / "debug_f.py"
    path.write_text(script.text)
    if script.arrays:
        path.with_suffix(".npz").write_bytes(script.saved())
    sys.modules.pop("submission", None)
    namespace = {"__file__": str(path), "__name__": "__main__"}
    exec(compile(script.text, str(path), "exec"), namespace)  # noqa: S102 - its purpose
    return namespace


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("submission", None)


@pytest.mark.parametrize(
    "value",
    [ODD, np.zeros((0, 3), np.float32), np.arange(900.0).reshape(30, 30), np.array(3), np.bool_(1)],
    ids=["odd", "empty", "large", "scalar", "bool"],
)
def test_an_array_comes_back_as_it_was(folder, value):
    names = played(folder, written((value,)), "def f(a):\n    return a\n")
    np.testing.assert_array_equal(np.asarray(names["answer"]), value, strict=value.shape != ())


def test_nested_values_are_written_out(folder):
    value = {"weights": [np.ones(2), {"n": 3}], "text": "it's", "none": None}
    names = played(folder, written((value,)), "def f(a):\n    return a\n")
    assert repr(names["answer"]) == repr(value)


def test_tensors_are_handed_in_where_torch_is_used(folder):
    script = written((np.ones(2, np.float32),), with_torch=True)
    names = played(folder, script, "def f(a):\n    return a\n")
    assert type(names["answer"]).__name__ == "Tensor"


def test_stages_of_the_grader_answer_as_they_did(folder, capsys):
    table = {"embed": Remote("stages.embed"), "layers": [Remote("stages.layers[0]")]}
    calls = [StageCall("stages.embed", [1], ODD), StageCall("stages.layers[0]", ODD, 7)]
    script = written((table,), parameters=("stages",), calls=calls)
    source = "def f(stages):\n    return stages.layers[0](stages.embed([1]))\n"
    assert played(folder, script, source)["answer"] == 7
    assert "stages.embed received [1]" in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"stages\.embed: the check saw no further call"):
        played(folder, script, "def f(stages):\n    while True:\n        stages.embed([1])\n")
