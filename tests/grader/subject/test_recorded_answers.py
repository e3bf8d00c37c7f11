"""Recorded answers: what was written is read, and what was not recorded has no answer."""

import zlib

import numpy as np
import pytest

from grader.errors import CourseError, NotSettledHere
from grader.remembered import content_digest
from grader.subject import recorded_answers
from grader.subject.recorded_answers import (
    RecordedAnswers,
    RecordedFunction,
    RecordedOutcome,
    read,
    run_key,
    written,
)

ROW = np.arange(3, dtype=np.float32)
KEY = content_digest([ROW])


def answers(**changes):
    content = {
        "subject": "means",
        "parameters": {"mean": ("x",)},
        "mistakes": (),
        "axes": {},
        "causal": (),
        "loops": (),
        "answers": {"mean": {KEY: [np.float64(1.5) * ROW, 2, 0.1, None]}},
        "outcomes": {
            "mean": {KEY: (RecordedOutcome(ROW * 2.0), RecordedOutcome(ROW, True, [ROW]))}
        },
        "runs": {},
    }
    return RecordedAnswers(**content | changes)


@pytest.fixture
def again(tmp_path):
    path = tmp_path / "answers.recorded"
    path.write_bytes(written(answers()))
    return read(path)


def test_what_was_written_is_read(again):
    array, whole, number, nothing = RecordedFunction("mean", ("x",), again.answers["mean"])(ROW)
    assert np.array_equal(array, 1.5 * ROW)
    assert array.dtype == np.float64
    assert (whole, number, nothing) == (2, 0.1, None)
    exact, single = (again.outcome("mean", KEY, kind) for kind in ("float64", "float32"))
    assert np.array_equal(exact.value, ROW * 2.0)
    assert not exact.is_whole
    assert single.is_whole
    assert np.array_equal(single.after[0], ROW)


def test_a_caller_may_change_what_it_gets(again):
    function = RecordedFunction("mean", ("x",), again.answers["mean"])
    function(ROW)[0][:] = 7
    assert np.array_equal(function(ROW)[0], 1.5 * ROW)


@pytest.mark.parametrize("other", [ROW + 1, ROW.astype(np.float64), ROW[:2], [0.0, 1.0, 2.0]])
def test_other_arguments_have_no_answer(again, other):
    with pytest.raises(NotSettledHere, match="It is settled when the course grades"):
        RecordedFunction("mean", ("x",), again.answers["mean"])(other)
    with pytest.raises(NotSettledHere):
        again.outcome("mean", content_digest([other]), "float64")
    with pytest.raises(NotSettledHere):
        again.run("mean", [other])


def test_an_equal_array_is_kept_once():
    many = {f"version {n}": {KEY: (RecordedOutcome(ROW), RecordedOutcome(ROW))} for n in range(99)}
    assert len(written(answers(outcomes=many))) < 2000


def test_a_run_is_known_by_its_arguments_and_not_by_the_functions_in_them():
    class Handed:
        pass

    first, second = ([[1, 2], {"embed": Handed(), "layers": [Handed()]}, 5] for _ in range(2))
    assert run_key(first) == run_key(second)
    assert run_key(first) != run_key([[1, 3], *first[1:]])


@pytest.mark.parametrize("content", [b"", b"no zip", zlib.compress(b"\x80"), zlib.compress(b"abc")])
def test_another_file_is_refused_with_a_sentence(tmp_path, content):
    path = tmp_path / "answers.recorded"
    path.write_bytes(content)
    with pytest.raises(CourseError, match="these are no recorded answers") as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_more_than_a_release_may_hold_is_refused(monkeypatch):
    monkeypatch.setattr(recorded_answers, "LARGEST_FILE", 100)
    with pytest.raises(CourseError, match="Give the visible checks smaller inputs"):
        written(answers())
