"""`grader quiz draw`: a figure shows what the reference did, in lines and in words."""

import re
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from grader.cli.quiz.draw import FIGURES
from grader.cli.quiz.group import quiz
from reference.decoder.answers.pictures import DRAWINGS, attention_matrix


@pytest.fixture
def draw(tmp_path):
    def draw(figure, *options):
        path = tmp_path / "figure.svg"
        ran = CliRunner().invoke(quiz, ["draw", figure, "-o", str(path), *options])
        assert ran.exit_code == 0, ran.output
        return ElementTree.fromstring(path.read_text()), ran.output  # noqa: S314 - our own text

    return draw


def test_the_command_offers_the_figures_that_there_are():
    assert set(FIGURES) == set(DRAWINGS)


@pytest.mark.parametrize("figure", FIGURES)
def test_what_is_drawn_is_said_in_words(draw, figure):
    picture, said = draw(figure)
    words = picture.findtext("{http://www.w3.org/2000/svg}desc")
    assert len(words) > 50
    assert words in said


def test_the_forward_pass_is_in_the_order_of_the_run(draw):
    _, said = draw("forward-pass")
    places = [said.index(name) for name in ("embedding", "layer 1", "layer 2", "Softmax")]
    assert places == sorted(places)
    assert "6 x 12 hidden states" in said


def test_each_step_reads_the_tokens_before_it(draw):
    _, said = draw("generation-flow", "--seed", "2")
    inputs = [ids.split(", ") for ids in re.findall(r"reads \[([\d, ]+)\]", said)]
    tokens = re.findall(r"token (\d+) at the end", said)
    assert inputs[1] == [*inputs[0], tokens[0]]
    assert inputs[2] == [*inputs[1], tokens[1]]


def test_decode_runs_one_new_position_a_pass(draw):
    _, said = draw("decoding-phase")
    assert re.findall(r"Decode \d: (\d+) new", said) == ["1", "1"]


def test_no_query_sees_a_later_key():
    rows = attention_matrix(0).weights
    assert all(weight == 0 for t, row in enumerate(rows) for weight in row[t + 1 :])
    assert all(sum(row) == pytest.approx(1) for row in rows)
