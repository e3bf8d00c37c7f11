"""What a submission may answer in all, and in one call."""

import numpy as np
import pytest

from grader.errors import BadValue
from grader.harness.answer_budget import AnswerBudget
from grader.sandbox.contract import Returned

LARGE = np.zeros(8 << 20)  # 64 MB


def answer(value, *arguments):
    return Returned(value=value, arguments=list(arguments))


def test_the_call_that_goes_beyond_is_lost_and_no_other():
    budget = AnswerBudget()
    for _ in range(3):
        budget.take("f", answer(LARGE))
    budget.take("f", answer(None, {"a": [LARGE[:-4096]]}))  # an argument that was changed
    with pytest.raises(BadValue, match=r"^f returned 64 MB, .* more than 256 MB\.$") as raised:
        budget.take("f", answer(LARGE))
    assert raised.value.discreet == "f returned more than your functions may answer together."
    with pytest.raises(BadValue, match=r"^g returned"):
        budget.take("g", answer([LARGE[: 1 << 20]]))
    budget.take("g", answer(LARGE[:1000]))


def test_small_answers_are_free():
    budget = AnswerBudget()
    for _ in range(1000):
        budget.take("f", answer(LARGE[: 1 << 16]))
    budget.take("f", answer(LARGE))


@pytest.mark.parametrize(
    "value",
    [[0] * 100_001, [[]] * 100_001, [[0] * 60_000, {"a": [0] * 60_000}], [[LARGE[:1]] * 100_001]],
    ids=["numbers", "lists", "in a dict", "arrays"],
)
def test_many_small_values_belong_into_an_array(value):
    with pytest.raises(BadValue, match=r"more than 100,000 values in lists and dicts; an array"):
        AnswerBudget().take("f", answer(value))
    with pytest.raises(BadValue, match=r"more than 100,000"):
        AnswerBudget().take("f", answer(None, value))


def test_a_long_list_of_tokens_is_taken():
    AnswerBudget().take("f", answer([0] * 90_000))
