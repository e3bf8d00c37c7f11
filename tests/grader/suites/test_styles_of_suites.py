"""What suites do with objects, errors, output and seeds ends across the wall as natively."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WORK = '''
import contextlib
import dataclasses
import datetime
import enum
import json
import random
import sys
import typing
import warnings
from collections import Counter, defaultdict, deque

import numpy as np

class Act(enum.Enum):
    RELU = "relu"
    GELU = "gelu"

class Pair(typing.NamedTuple):
    a: int
    b: int

class WorkError(Exception):
    def __init__(self, text, code=7):
        super().__init__(text)
        self.code = code

class UnknownToken(WorkError, KeyError):
    pass

@dataclasses.dataclass(frozen=True)
class Config:
    width: int = 4
    act: Act = Act.GELU

class Value:
    """A number with a history."""
    live = True
    def __init__(self, data):
        self.data = data
    def __add__(self, other):
        return Value(self.data + getattr(other, "data", other))
    def __radd__(self, other):
        return self + other
    def __neg__(self):
        return Value(-self.data)
    def __matmul__(self, other):
        return float(self.data @ other.data)
    def __iadd__(self, other):
        self.data += other
        return self
    def __getitem__(self, key):
        return self.data[key]
    def __setitem__(self, key, value):
        self.data[key] = value
    def __eq__(self, other):
        return True
    def __hash__(self):
        return 1
    def __repr__(self):
        return f"Value({self.data})"
    @contextlib.contextmanager
    def off(self):
        self.live = False
        yield self
        self.live = True

class Swallows:
    def __enter__(self):
        return self
    def __exit__(self, *error):
        return True

class Net:
    def __init__(self):
        self.params = {"W": np.zeros((2, 2))}
        self.sizes = [2]
    def loss(self):
        return float(self.params["W"].sum())
    def step(self):
        self.params["W"] += 1

def sorts(items): items.sort()
def fills(table): table["x"][:] = 7; table["new"] = [1]
def same(value): return value
def refuses(): raise UnknownToken("no 9", code=42)
def chained():
    try:
        {}["x"]
    except KeyError as error:
        raise WorkError("outer") from error
def reads(): return json.loads("{")
def decodes(): return b"\\xff".decode()
def leaves(): sys.exit(3)
def warns(): warnings.warn("too short", UserWarning)
def says(): print("hello"); print("bad", file=sys.stderr)
def draws(): return random.random(), float(np.random.rand())
def draws_from(rng): return float(rng.normal())
def pair(): return Pair(1, 2)
def kinds():
    return [Counter("aab"), deque([1], 3), defaultdict(int, a=1), datetime.date(2024, 1, 2)]
'''
SUITE = """
import copy
import random
import unittest
import warnings
from collections import Counter, deque
from datetime import date

import json
import numpy as np
import pytest

from work import *
import work

here = Value(1)  # without a submission, too


class TestValue(unittest.TestCase):
    def setUp(self):
        self.a = Value(2)

    def test_operators(self):
        self.assertEqual((1 + self.a + self.a).data, 5)
        self.assertEqual((-self.a).data, -2)
        self.assertEqual((np.float64(1) + self.a).data, 3)

    def test_sum(self):
        self.assertEqual(sum([self.a, self.a]).data, 4)

    def test_text(self):
        self.assertEqual((repr(self.a), str(self.a), f"{self.a}"), ("Value(2)",) * 3)

    def test_name(self):
        self.assertEqual(type(self.a).__name__, "Value")
        self.assertEqual(Value.__doc__, "A number with a history.")

    def test_wrong(self):
        self.assertEqual((self.a + 1).data, 4)


def test_matmul():
    assert Value(np.ones(2)) @ Value(np.ones(2)) == 2


def test_items():
    value = Value(np.zeros(2))
    value[0] = 5
    assert value[0] == 5


def test_in_place():
    value = before = Value(1)
    value += 1
    assert value is before and before.data == 2


def test_deepcopy():
    value = Value([1])
    other = copy.deepcopy(value)
    other[0] = 2
    assert value[0] == 1 and other[0] == 2


def test_block():
    value = Value(1)
    with value.off() as inner:
        assert not value.live and inner is value
    assert value.live


def test_block_raises():
    with pytest.raises(ZeroDivisionError):
        with Value(1).off():
            1 / 0


def test_members():
    assert Config().act is Act.GELU
    assert Config().act == Act("gelu") != Act.RELU
    assert {Act.RELU: 1}[Act["RELU"]] == 1


def test_named_tuple():
    assert isinstance(pair(), Pair) and pair() == Pair(1, 2) and pair().b == 2


def test_frozen():
    with pytest.raises(AttributeError):
        Config().width = 3


def test_error():
    with pytest.raises(WorkError, match="no 9") as caught:
        refuses()
    assert caught.value.code == 42 and caught.value.args == ("no 9",)
    assert caught.type is UnknownToken and issubclass(UnknownToken, KeyError)


def test_error_made_here():
    assert WorkError("x", code=3).code == 3


def test_cause():
    with pytest.raises(WorkError) as caught:
        chained()
    assert isinstance(caught.value.__cause__, KeyError)


def test_errors_of_packages():
    with pytest.raises(json.JSONDecodeError):
        reads()
    with pytest.raises(UnicodeDecodeError):
        decodes()


def test_exit():
    with pytest.raises(SystemExit) as caught:
        leaves()
    assert caught.value.code == 3


def test_warning():
    with pytest.warns(UserWarning, match="short"):
        warns()


def test_warning_as_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning):
            warns()


def test_output(capsys):
    says()
    assert tuple(capsys.readouterr()) == ("hello\\n", "bad\\n")


def test_list_in_place():
    items = [3, 1, 2]
    sorts(items)
    assert items == [1, 2, 3]


def test_dict_in_place():
    table = {"x": np.zeros(2)}
    inner = table["x"]
    fills(table)
    assert inner.tolist() == [7, 7] and table["new"] == [1]


def test_the_same():
    items = [np.zeros(1)]
    assert same(items) is items and same(items[0]) is items[0]


def test_seed_again():
    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.rand()
    for _ in range(2):
        random.seed(1)
        np.random.seed(1)
        assert draws() == expected


def test_generator():
    rng = np.random.default_rng(3)
    assert draws_from(rng) == np.random.default_rng(3).normal() != draws_from(rng)


def test_kinds():
    counted, queue, table, day = kinds()
    assert counted.most_common(1) == [("a", 2)] and queue == deque([1]) and queue.maxlen == 3
    assert table["zz"] == 0 and day == date(2024, 1, 2)


def test_set_in_attribute():
    net = Net()
    net.params["W"] = np.ones((2, 2))
    assert net.loss() == 4
    net.params["W"][0, 0] = 3
    assert net.loss() == 6


def test_array_of_attribute():
    net = Net()
    weight = net.params["W"]
    for _ in range(2):
        weight[0, 1] += 2
        net.loss()
    net.step()
    assert net.params["W"].tolist() == [[1, 5], [1, 1]]
    assert net.params["W"] is weight
    net.sizes.append(3)
    assert net.sizes == [2, 3]
"""
# What gives no verdict of its own across, whatever one process would say.
REFUSED = """
import pytest

import work


def test_equal():
    assert work.Value(1) == work.Value(2)


def test_true():
    assert work.Value(1)


def test_in():
    assert 3 in work.Value(1)


def test_same_item():
    assert len({work.Value(1), work.Value(2)}) == 1


def test_swallowed():
    with work.Swallows():
        assert 1 == 2
"""
BOTH = """
import contextlib, json, os, sys
from pathlib import Path

import pytest

from grader.intake.reading import read
from grader.sandbox.warm import WarmSandbox
from grader.suites.suite import load_suite
from grader.suites.suite_grading import grade_by_suite, prepared

place = Path(sys.argv[1])
found = {}

class Outcomes:
    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            found[report.nodeid.replace(".py::", ".")] = report.outcome

sandbox = WarmSandbox(("numpy",))
reports = []
graded = prepared(load_suite(place / "suite"))
submission = read(place / "ada", as_package=True)
grade_by_suite([submission], graded, sandbox=sandbox, emit=reports.append, key=lambda _: "")
sandbox.close()
sys.path.insert(0, str(place / "ada"))
sys.dont_write_bytecode = True
os.chdir(place)
with contextlib.redirect_stdout(sys.stderr):
    pytest.main(
        ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", place / "suite", place / "suite"],
        plugins=[Outcomes()],
    )
checks = [check for stage in reports[0].stages for check in stage.checks]
across = {check.check: (check.verdict.value, check.message) for check in checks}
print(json.dumps({"native": found, "across": across}))
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Of each test, in one process and across the wall."""
    place = tmp_path_factory.mktemp("styles")
    (place / "suite").mkdir()
    (place / "ada").mkdir()
    (place / "ada" / "work.py").write_text(WORK)
    (place / "suite" / "test_styles.py").write_text(SUITE)
    (place / "suite" / "test_refused.py").write_text(REFUSED)
    ran = subprocess.run(
        [sys.executable, "-c", BOTH, place], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_each_test_ends_as_it_does_in_one_process(outcomes):
    native = {t: word for t, word in outcomes["native"].items() if t.startswith("test_styles.")}
    across = {t: outcomes["across"][t] for t in native}
    different = {
        t: across[t] for t in native if (across[t][0] == "passed") != (native[t] == "passed")
    }
    assert not different
    assert [t for t in native if native[t] != "passed"] == ["test_styles.TestValue::test_wrong"]
    assert len(native) > 25


def test_what_student_code_would_decide_is_refused_with_a_sentence(outcomes):
    refused = {t: one for t, one in outcomes["across"].items() if t.startswith("test_refused.")}
    assert len(refused) == 5
    for verdict, message in refused.values():
        assert verdict != "passed"
        assert "object of the submission> cannot " in message
