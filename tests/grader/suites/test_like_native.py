"""A suite gives the same outcome test by test across the wall as it gives in one process."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SUITE = ROOT / "tests" / "basics_suite"
SOLUTION = ROOT / "tests" / "basics_solution"
# Each suite in a process of its own, forked from one that has torch.
NATIVE = """
import json, os, sys
import pytest, torch, torch._dynamo

class Outcomes:
    def __init__(self):
        self.found = {}
    def pytest_runtest_logreport(self, report):
        if report.when == "call" or (report.skipped and not hasattr(report, "wasxfail")):
            word = "passed" if report.passed else "skipped" if report.skipped else "failed"
            self.found[report.nodeid] = word

sys.dont_write_bytecode = True
for folder in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        sys.path.insert(0, folder)
        outcomes = Outcomes()
        pytest.main(["-q", "-p", "no:cacheprovider", "."], plugins=[outcomes])
        with open("outcomes.json", "w") as file:
            json.dump(outcomes.found, file)
        os._exit(0)
    os.waitpid(child, 0)
"""
# What is changed in the solution, and the file in which it is.
DAMAGES = {
    "nothing": ("basics/model.py", "", ""),
    "not shifted": ("basics/model.py", "x - x.max(dim=dim, keepdim=True).values", "x"),
    "changes its argument": ("basics/model.py", "shifted = x - x", "shifted = x.sub_(x"),
    "other axis": ("basics/model.py", "/ exponentials.sum(dim=dim", "/ exponentials.sum(dim=0"),
    "transposed": ("basics/model.py", "x @ self.weight.T", "x @ self.weight"),
    "another name": ("basics/model.py", "self.layers", "self.blocks"),
    "another error": ("basics/model.py", "ValueError", "TypeError"),
    "no momentum": ("basics/training.py", 'velocity * group["momentum"] + p.grad', "p.grad"),
    "clips a copy": ("basics/training.py", "g *= max_norm", "g = g * max_norm"),
    "forgets the step": ("basics/training.py", '"step": step', '"step": 0'),
    "saves elsewhere": ("basics/training.py", "}, out\n", '}, str(out) + ".new"\n'),
    "all at once": (
        "basics/training.py",
        "    for start in",
        "    return [data]\n    for start in",
    ),
    "floats": ("basics/training.py", "astype(np.int64)", "astype(np.float32)"),
    "one pass": ("basics/tokenizer.py", "while i <", "if i <"),
    "swallows errors": (
        "basics/tokenizer.py",
        "self.vocabulary[i] for",
        "self.vocabulary.get(i, b'') for",
    ),
    "not written": (
        "tests/adapters.py",
        "    return model.softmax(x, dim)",
        "    raise NotImplementedError",
    ),
    "does not import": (
        "basics/tokenizer.py",
        "class Tokenizer:",
        "import nowhere\nclass Tokenizer:",
    ),
}


def solution(place, kind):
    file, old, new = DAMAGES[kind]
    folder = Path(shutil.copytree(SOLUTION, place / kind.replace(" ", "-")))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1) if old else text)
    return folder


@pytest.fixture(scope="module")
def solutions(tmp_path_factory):
    place = tmp_path_factory.mktemp("solutions")
    return {kind: solution(place, kind) for kind in DAMAGES}


@pytest.fixture(scope="module")
def native(solutions, tmp_path_factory):
    """The outcomes as pytest gives them in one process, by kind of damage."""
    place = tmp_path_factory.mktemp("native")
    folders = {}
    for kind, folder in solutions.items():
        folders[kind] = Path(shutil.copytree(SUITE, place / folder.name))
        shutil.copytree(folder, folders[kind], dirs_exist_ok=True)
        # nobody installed the package, and it asks for its own version
        (folders[kind] / "basics" / "__init__.py").write_text('__version__ = "0"\n')
    command = [sys.executable, "-c", NATIVE, *map(str, folders.values())]
    subprocess.run(command, capture_output=True, check=True)
    return {kind: json.loads((f / "outcomes.json").read_text()) for kind, f in folders.items()}


@pytest.fixture(scope="module")
def across(solutions, tmp_path_factory):
    """The reports of a batch, by kind of damage."""
    results = tmp_path_factory.mktemp("across") / "results"
    classes = next(iter(solutions.values())).parent
    words = ["batch", classes, "-o", results, "--suite", SUITE, "--require-level", "none"]
    ran = subprocess.run(
        [sys.executable, "-m", "grader", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return {
        kind: json.loads((results / "staff" / f"{folder.name}.json").read_text())
        for kind, folder in solutions.items()
    }


def known_as(test):
    file, _, name = test.partition("::")
    return f"{Path(file).stem}.{name}"


@pytest.mark.parametrize("kind", DAMAGES)
def test_each_test_ends_as_it_does_in_one_process(native, across, kind):
    expected = {known_as(test): word for test, word in native[kind].items()}
    found = {}
    for stage in across[kind]["stages"]:
        for check in stage["checks"]:
            word = "passed" if check["verdict"] == "passed" else "failed"
            found[check["check"]] = word if check["max_points"] else "skipped"
    missing = dict.fromkeys(set(found) - set(expected), "failed")  # which pytest cannot collect
    assert ("failed" in found.values()) == (kind not in ("nothing", "does not import"))
    if kind == "does not import":  # a statement that raises is passed over, as in any submission
        assert set(expected.values()) <= {"failed"}
    else:
        assert found == expected | missing


def test_what_is_wrong_is_said_as_pytest_says_it(across):
    (stage,) = (s for s in across["transposed"]["stages"] if s["stage"] == "test_model")
    (check,) = (c for c in stage["checks"] if c["check"] == "test_model.test_linear")
    assert check["claim"] == "A linear layer without a bias."
    assert "RuntimeError" in check["message"]
