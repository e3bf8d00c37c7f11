"""What a process that answers as it likes cannot do to the values of a suite."""

import fractions

import numpy as np
import pytest

from grader.suites.connection import SuiteConnection
from grader.suites.shared_values import Files
from grader.suites.student_exceptions import StudentError


class Answers:
    """A process that gives these answers, whatever it is asked."""

    alive = True

    def __init__(self, *values):
        self.values = list(values)

    def call(self, call, *, seconds, answer):
        self.value = {
            **{"leaves": [], "changed": [], "files": [], "drew": [], "warned": []},
            **{"printed": ["", ""], **self.values.pop(0)},
        }
        return self


def connected(tmp_path, *values):
    files = Files(of_suite=tmp_path, writable=tmp_path)
    return SuiteConnection(lambda: Answers(*values), call_seconds=1, files=files)


@pytest.mark.parametrize("op", ["item", "call"])
def test_what_the_suite_handed_over_is_not_changed_by_a_later_answer(tmp_path, op):
    again = {"t": "again", "id": 0}
    later = {"value": np.ones(2), "lent": 7}
    connection = connected(tmp_path, {"value": again, "lent": 7}, later)
    array = np.zeros(2)
    assert connection.ask(op, key=array) is array
    connection.ask("item", key=1)
    assert array.tolist() == [0, 0]


def test_what_was_looked_up_is_the_same_value_as_it_is_then(tmp_path):
    values = ({"value": [np.zeros(2)], "lent": 7}, {"value": [np.ones(2)], "lent": 7})
    connection = connected(tmp_path, *values)
    found = connection.ask("get", name="x")
    inner = found[0]
    assert connection.ask("get", name="x") is found
    assert found[0] is inner
    assert inner.tolist() == [1, 1]


@pytest.mark.parametrize("parts", [["1e999999999", "1"], ["1", "0"], [[], "1"]])
def test_a_fraction_is_two_numbers(tmp_path, parts):
    connection = connected(tmp_path, {"value": {"t": "Fraction", "items": parts}})
    with pytest.raises(StudentError, match="cannot be read"):
        connection.ask("call")


def test_an_exact_number_arrives(tmp_path):
    data = {"t": "Fraction", "items": ["1", "3"]}
    assert connected(tmp_path, {"value": data}).ask("call") == fractions.Fraction(1, 3)


@pytest.mark.parametrize("name", ["SkipTest", "Skipped", "KeyboardInterrupt", "StopIteration"])
def test_an_exception_of_a_name_that_a_runner_knows_is_the_submissions_own(tmp_path, name):
    kind = {"id": 0, "name": name, "bases": []}
    error = {"kind": kind, "text": "x", "arguments": ["x"], "attributes": [], "cause": None}
    with pytest.raises(StudentError):
        connected(tmp_path, {"raised": error}).ask("call")


def test_a_state_of_random_numbers_is_never_taken_from_there(tmp_path):
    connection = connected(tmp_path, {"value": 1, "drew": ["numpy"], "random": {"numpy": 0}})
    np.random.seed(3)
    connection.ask("call")
    after = np.random.rand()
    np.random.seed(3)
    np.random.rand()
    assert np.random.rand() == after
