"""A check hands over any table of functions of ours: the harness knows of no certain one."""

import ast
from pathlib import Path

import pytest

import grader.harness
from grader.harness.grading import grade
from grader.records import Submission, Verdict
from grader.settings import load_assignment

# A cache of keys with two functions, as an assignment about caching would have it.
CONFTEST = """
import pytest
from grader.observed_calls import StageCall
from grader.sandbox.child.wire import Remote
from grader.sandbox.contract import Refused, Stop

class Cache:
    def __init__(self):
        self.calls = []

    def table(self):
        return {"prefill": Remote("cache.prefill"), "decode": Remote("cache.decode")}

    def restart(self):
        self.calls.clear()

    def answer(self, name, arguments):
        if len(self.calls) == 3:
            raise Stop
        if name == "cache.decode" and not self.calls:
            raise Refused("the cache is empty")
        returned = arguments[0] * 10
        self.calls.append(StageCall(name, arguments[0], returned))
        return returned

@pytest.fixture
def cache():
    return Cache()

@pytest.fixture(scope="session")
def reference():
    return None
"""
CHECKS = """
import numpy as np
from grader.checks import points, stage

pytestmark = stage("generate")

@points(3)
def test_decode(student, cache):
    '''The prompt goes in once, then each token.'''
    came = student.generate([1.0, 2.0], cache)
    assert came == [10.0, 20.0], "Wrong."
    assert [call.stage for call in cache.calls] == ["cache.prefill", "cache.decode"]
"""
SETTINGS = """
title: A cache
total: 3
limits:
  {call_seconds: 1, load_seconds: 3, submission_seconds: 5,
   memory_megabytes: 256, output_kilobytes: 4}
stages:
  - {name: generate, title: Generate, points: 3, parameters: [x, cache], expects: Ten times x.}
"""
RIGHT = "def generate(x, cache): return [cache.prefill(x[0]), cache.decode(x[1])]"


@pytest.fixture
def decoded(small, sandbox):
    """The only check of `generate(x, cache)`, and what was seen of its call."""
    (small / "conftest.py").write_text(CONFTEST)
    (small / "test_visible.py").write_text(CHECKS)
    (small / "hidden" / "test_random.py").unlink()
    (small / "assignment.yaml").write_text(SETTINGS)
    assignment = load_assignment(small)

    def run(source):
        cells = (("submission.py", source),)
        submission = Submission(name="ada", cells=cells, modules={}, digest="")
        reports, seen = [], []

        def explain(report, observations, ask):
            seen.extend(observations)
            return report

        grade(
            [submission],
            assignment=assignment,
            sandbox=sandbox,
            with_hidden=True,
            secret="s",
            emit=reports.append,
            explain=explain,
        )
        return reports[0].stages[0].checks[0], seen

    return run


def test_a_cache_can_have_a_table_of_its_own(decoded):
    check, (seen,) = decoded(RIGHT)
    assert check.verdict == Verdict.PASSED, check.staff_note
    assert [(call.stage, call.received) for call in seen.calls] == [
        ("cache.prefill", 1.0),
        ("cache.decode", 2.0),
    ]
    assert set(seen.arguments[1]) == {"prefill", "decode"}


def test_the_table_refuses_in_its_own_words(decoded):
    check, _ = decoded("def generate(x, cache): return cache.decode(x[0])")
    assert check.verdict == Verdict.CRASHED
    assert "the cache is empty" in check.message


def test_the_table_ends_what_goes_on_and_on(decoded):
    check, (seen,) = decoded("def generate(x, cache):\n    while True: cache.prefill(x[0])")
    assert check.verdict == Verdict.FAILED
    assert check.message.startswith("generate goes on and on")
    assert seen.stopped


def test_the_calls_before_a_kill_are_forgotten(decoded):
    body = "import os, signal\ndef generate(x, cache):\n    cache.prefill(x[0])\n"
    check, (seen,) = decoded(body + "    os.kill(os.getpid(), signal.SIGKILL)")
    assert check.verdict == Verdict.CRASHED
    assert len(seen.calls) == 1


def test_the_harness_names_nothing_of_generation():
    for path in Path(grader.harness.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text())
        words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        words |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not {"trace", "generate", "ScriptedStages", "stages.embed"} & words, path.name
