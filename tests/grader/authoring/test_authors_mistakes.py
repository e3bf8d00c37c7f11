"""What an author gets wrong in a new assignment is said with its place and its reason."""

import pytest
from click.testing import CliRunner

from grader.cli import main

CHECKS, HIDDEN = "test_root_mean_square.py", "hidden/test_hidden_root_mean_square.py"
WRONG, RIGHT = "misconceptions.py", "audit/right/plain-loop.py"
OTHER_EACH_TIME = (
    "the check root_mean_square.each_vector_for_itself hands root_mean_square other inputs each "
    "time it is run\n  Draw them from the fixture `rng`"
)
NO_SEED = ('beside it."""\n', 'beside it."""\n    rng = np.random.default_rng()\n')


def typed(*words):
    return CliRunner().invoke(main, list(map(str, words)))


def audited(folder):
    ran = typed("audit", folder, "--samples", 1, "-j", 1, "--require-level", "none")
    return ran, " ".join(ran.stdout.split())


@pytest.fixture
def change(tmp_path):
    """A new assignment with one change in one of its files."""
    folder = tmp_path / "rates"
    assert typed("new", folder).exit_code == 0

    def run(file, *replaced):
        text = (folder / file).read_text()
        assert text.count(replaced[0]) == 1
        (folder / file).write_text(text.replace(*replaced))
        return folder

    return run


def test_inputs_that_are_other_ones_each_time_are_refused(change, tmp_path):
    folder = change(CHECKS, *NO_SEED)
    for ran in (audited(folder)[0], typed("release", folder, "-o", tmp_path / "out")):
        assert ran.exit_code == 2
        assert OTHER_EACH_TIME in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_generator_of_the_whole_file_is_refused_in_a_hidden_check_too(change):
    folder = change(
        HIDDEN, "import numpy as np\n", "import numpy as np\nRNG = np.random.RandomState(0)\n"
    )
    text = (folder / HIDDEN).read_text().replace("rng.normal(", "RNG.normal(")
    (folder / HIDDEN).write_text(text)
    ran, _ = audited(folder)
    assert ran.exit_code == 2
    assert "the check root_mean_square.random_vectors hands root_mean_square" in ran.stderr


def test_a_mistake_that_only_raises_is_told_with_what_it_raises(change):
    _, said = audited(change(WRONG, "return (x * x).mean(-1)", "return re.sub(x)"))
    assert "root_mean_square.no_root is named as nothing. It only raises:" in said
    assert "NameError: name 're' is not defined" in said


def test_right_code_that_loses_points_is_told_with_why(change):
    _, said = audited(change(RIGHT, "/ x.shape[-1]", "/ x.shape[0]"))
    why = "The only entry of the root mean square is wrong: got 7.07107, expected 5."
    assert f"loses points in root_mean_square. root_mean_square.one_vector: {why}" in said


def test_a_reference_that_raises_is_told_with_its_line(change):
    ran, _ = audited(change("reference.py", "return np", "return 1 / 0 * np"))
    assert ran.exit_code == 2
    assert "the check root_mean_square.random_vectors could not be run on" in ran.stderr
    assert ": reference.py:7: ZeroDivisionError: division by zero\n" in ran.stderr


def test_a_name_that_the_reference_lacks_is_told_with_those_that_it_has(change):
    body = 'is 5."""\n    reference.mean(1)\n'
    change(CHECKS, 'is 5."""\n', body)
    folder = change(CHECKS, "test_one_vector(student)", "test_one_vector(student, reference)")
    ran = typed("check", folder / RIGHT, "--assignment", folder, "--require-level", "none")
    assert "the reference has no stage 'mean'; it has root_mean_square" in ran.stderr


TEXTS = {
    "assignment.yaml": """
title: Byte pairs
total: 4
stages:
  - {name: merge, title: Merge, points: 4, parameters: [word, pair], expects: All are joined.}
""",
    "reference.py": """
def merge(word, pair):
    merged = []
    for symbol in word:
        if merged and [merged[-1], symbol] == list(pair):
            merged[-1] += symbol
        else:
            merged.append(symbol)
    return {"symbols": merged, "joined": len(word) - len(merged)}
""",
    "misconceptions.py": """
from grader.checks import misconception

from .reference import merge


@misconception(replaces=merge, says="I join the first alone.", hint="How many are there?")
def first_alone(word, pair):
    for i in range(len(word) - 1):
        if word[i : i + 2] == list(pair):
            return {"symbols": [*word[:i], "".join(pair), *word[i + 2 :]], "joined": 1}
    return {"symbols": word, "joined": 0}


@misconception(replaces=merge, says="I put a blank between.", hint="What is the new symbol?")
def with_blank(word, pair):
    found = merge(word, pair)
    blank = [" ".join(pair) if s == "".join(pair) else s for s in found["symbols"]]
    return {**found, "symbols": blank}
""",
    "test_merge.py": """
from grader.checks import points, stage


@stage("merge")
@points(4)
def test_all(student, reference):
    '''Every occurrence is joined, from left to right.'''
    word = list("aabaabab")
    assert student.merge(word, ["a", "b"]) == reference.merge(word, ["a", "b"])
""",
}


def test_mistakes_about_texts_have_their_names(tmp_path):
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    ran, said = audited(tmp_path)
    assert ran.exit_code == 0, ran.output
    assert "merge 2 2 2" in said


def test_a_dict_with_keys_that_are_no_texts_is_told(tmp_path):
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text.replace('"joined": len', "1: len"))
    _, said = audited(tmp_path)
    assert "merge returned a dict with a key of type int; the keys of a dict must be texts." in said
