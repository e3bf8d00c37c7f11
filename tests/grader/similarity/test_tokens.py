"""What makes no difference to a copy, and what does."""

import pytest

from grader.similarity.child.serving import answer

RIGHT = """
def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class Head:
    def __init__(self, width):
        self.width = width

    def weights(self, queries, keys):
        return softmax(queries @ keys.T / self.width**0.5)
"""


def read(*texts):
    return answer(list(texts))


def digests(*texts):
    return {each[0] for each in read(*texts)["prints"]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("powers", "p"),
        ("self.width", "self.w"),
        ("Head", "Attention"),
        ("softmax", "normalized"),
        ("**0.5", "**0.25"),
        ("def softmax(logits):", 'def softmax(logits: "Array") -> object:\n    """Stable."""'),
        ("    return powers", "    print('here')\n    pass\n    # a note\n    return powers"),
        ("powers / powers.sum", "(powers) / (\n        powers.sum"),
        ("powers = np", "powers: object = np"),
        ("class Head", "import numpy as np\n\nclass Head"),
        ("powers", "pow\u202eers"),
        ("def softmax", "\0def softmax"),
    ],
)
def test_what_does_not_change_the_computation_changes_no_fingerprint(before, after):
    changed = RIGHT.replace(before, after)
    if "(\n" in after:
        changed = changed.replace("sum(axis=-1, keepdims=True)", "sum(axis=-1, keepdims=True))", 1)
    assert changed != RIGHT
    assert digests(changed) == digests(RIGHT)


def test_another_computation_has_other_fingerprints():
    other = RIGHT.replace("logits - logits.max", "logits + logits.mean")
    assert digests(other) != digests(RIGHT)


def test_added_in_place_is_written_out():
    assert read("total += x * 2")["plain"] == read("total = total + x * 2")["plain"]


def test_the_exact_digest_sees_names_and_constants_and_no_comments():
    exact = read(RIGHT)["exact"]
    assert read("# mine\n" + RIGHT.replace("\n\n\n", "\n"))["exact"] == exact
    assert read(RIGHT.replace("powers", "p"))["exact"] != exact
    assert read(RIGHT.replace("0.5", "0.25"))["exact"] != exact
    assert read(RIGHT.replace("powers", "p"))["plain"] == read(RIGHT)["plain"]


def test_functions_in_another_order_in_cells_or_modules_are_the_same():
    first, second = RIGHT.split("\n\n\n")
    for texts in ([f"{second}\n\n\n{first}"], [first, second], [second, first]):
        assert read(*texts)["exact"] == read(RIGHT)["exact"]
        assert digests(*texts) == digests(RIGHT)


def test_a_broken_statement_costs_itself_only():
    broken = RIGHT + "\n\ndef broken(:\n    return (\n"
    assert digests(RIGHT) <= digests(broken)
    assert digests("%matplotlib inline\n" + RIGHT) >= digests(RIGHT)


def test_a_broken_function_is_still_compared_by_its_words():
    broken = RIGHT.replace("def softmax(logits):", "def softmax(logits:")
    renamed = broken.replace("powers", "p")
    assert digests(broken) == digests(renamed) != digests(RIGHT)


def test_a_statement_deeper_than_any_homework_hides_nothing_else():
    deep = "x = " + "a" + ".b" * 1500 + "\n"
    assert digests(RIGHT) <= digests(deep + RIGHT)


def test_lines_count_through_all_texts():
    first, second = RIGHT.split("\n\n\n")
    lines = {line for _, _, *lines in read(first, second)["prints"] for line in lines}
    assert 1 <= min(lines) <= 2
    assert first.count("\n") < max(lines) <= (first + second).count("\n") + 1


def test_a_long_repetition_keeps_few_fingerprints():
    assert len(read("x = [" + "0, " * 6000 + "]")["prints"]) < 1100
