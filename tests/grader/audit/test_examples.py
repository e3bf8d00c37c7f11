"""Examples that differ are told, and a file that is wrong gets one sentence."""

import pytest
from click.testing import CliRunner

from grader.authoring.new_assignment import new_assignment
from grader.cli import main

EXPECTED = """
right.py: {status: graded, loses: [], why: All right.}
wrong.py: {status: graded, loses: [double], why: Twice is thrice.}
"""


@pytest.fixture
def examples(small, right, with_double):
    """A small assignment with two examples, and the command on it with an expected.yaml."""
    submissions = small / "examples" / "submissions"
    submissions.mkdir(parents=True)
    (submissions / "right.py").write_text(right)
    (submissions / "wrong.py").write_text(with_double("return 3 * x"))

    def run(expected):
        (small / "examples" / "expected.yaml").write_text(expected)
        return CliRunner().invoke(main, ["examples", str(small), "-j", "1"])

    return run


def test_examples_that_get_what_is_expected_end_well(examples):
    result = examples(EXPECTED)
    assert result.exit_code == 0, result.output
    assert "2 examples of arithmetic: each gets what is expected." in result.stdout


def test_what_differs_is_a_row_with_what_was_expected_and_what_came(examples):
    result = examples(EXPECTED.replace("loses: []", "loses: [shift]"))
    assert result.exit_code == 1
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith("right.py")]
    assert rows == [["right.py", "shift", "loses", "points", "2", "of", "2", "points"]]


def test_another_status_is_told(examples):
    result = examples(
        EXPECTED.replace("right.py: {status: graded", "right.py: {status: unreadable")
    )
    assert result.exit_code == 1
    assert "unreadable  graded" in result.stdout


def test_a_stage_of_which_a_point_is_left_is_told(examples):
    expected = EXPECTED.replace("loses: []", "loses: [shift], zero: [shift]")
    assert "no point" in examples(expected).stdout


def test_a_mistake_that_is_not_named_is_told(tmp_path):
    for name, content in new_assignment("Rates").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    path = tmp_path / "examples" / "expected.yaml"
    path.write_text(path.read_text().replace("[root_mean_square.no_root]", "[]"))
    result = CliRunner().invoke(main, ["examples", str(tmp_path), "-j", "1"])
    assert result.exit_code == 1
    assert "names no mistake" in result.stdout
    assert "names root_mean_square.no_root" in result.stdout


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (EXPECTED + "third.py: {status: graded, loses: [], why: Gone.}", "no example 'third.py'"),
        (EXPECTED.replace("wrong.py", "right.zip"), "no example 'right.zip'"),
        (EXPECTED.partition("wrong.py")[0], "the example 'wrong.py' is not expected"),
        (EXPECTED.replace("[double]", "[dubble]"), "there is no stage 'dubble'"),
        (
            EXPECTED.replace("loses: [double]", "loses: [double], names: [double.thrice]"),
            "wrong.py: no mistake is known as 'double.thrice'",
        ),
        (
            EXPECTED.replace("graded, loses: []", "ok, loses: []"),
            "right.py.status: expected one of graded, unreadable, ungraded, got 'ok'",
        ),
        (EXPECTED.replace("loses: []", "loses: [], zero: [shift]"), "shift has no point left"),
        (EXPECTED.replace("loses: [],", ""), "`loses` is missing"),
        ("right.py: [", "is not valid YAML"),
    ],
)
def test_a_wrong_file_is_one_sentence(examples, expected, said):
    result = examples(expected)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert "Traceback" not in result.output
