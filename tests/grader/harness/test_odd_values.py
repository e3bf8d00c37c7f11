"""Whatever a submission answers or hands to inner stages ends as a verdict, never as our fault."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings

from grader.diagnosis.explanation import Explainer
from grader.errors import Crashed
from grader.harness import comparison
from grader.harness.comparison import Mismatch
from grader.harness.grading import grade
from grader.harness.stand_ins import stand_in
from grader.records import Status, Submission, Verdict
from grader.sandbox.child import wire
from grader.sandbox.contract import NoAnswer, Refused, Returned
from grader.settings import find_assignment
from reference.decoder.subject import SUBJECT
from tests.grader.in_this_process import InThisProcess
from tests.grader.odd_values import VALUES, crossed, odd_value

SUBMISSIONS = 30
EXPLAINED = 4  # which takes longer: known mistakes are looked for in all stages
ASSIGNMENT = find_assignment("decoder-generation")


class OddAnswers(InThisProcess):
    """A sandbox whose submissions answer with odd values, by the seed that is their code.

    Each call first asks what it may ask with odd values, catches what is refused, and goes on.
    Arguments come back changed. Some submissions answer with right shapes and odd numbers.
    """

    def open(self, code, limits):
        self._rng = random.Random(code.cells[0][1])
        return self

    def call(self, call, *, answer, **_):
        rng = self._rng
        last = None
        names = [*call.stand_ins, *(["stages." + n for n in _STAGES] if call.tables else [])]
        for _ in range(rng.randrange(9) if names else 0):
            name = rng.choice(names)
            given = [self._argument(call, last) for _ in call.stand_ins.get(name, [1])]
            try:
                last = answer(name, [crossed(value) for value in given])
                wire.encode(wire.Answer(id=1, value=last))
            except (Refused, NoAnswer):
                continue
        if rng.random() < 0.05:
            raise Crashed(f"{call.function} raised", discreet="It raised.")
        after = [self._argument(call, odd_value(rng)) for _ in call.arguments]
        after = [None if i in call.tables else value for i, value in enumerate(after)]
        wanted = [crossed(value) for value in after] if call.want_arguments else []
        return Returned(value=crossed(self._argument(call, last)), arguments=wanted)

    def _argument(self, call, last):
        """Something odd, what came last, or an argument of the outer call."""
        rng = self._rng
        plain = [a for i, a in enumerate(call.arguments) if i not in call.tables]
        near = [last, *plain] if last is not None else plain
        if rng.random() < 0.5 or not near:
            return odd_value(rng)
        chosen = rng.choice(near)
        is_array = isinstance(chosen, np.ndarray)
        return np.asarray(chosen * odd_number(rng)) if is_array else chosen


_STAGES = ("embed", "layers[0]", "layers[1]", "layers[2]", "output", "softmax", "select")


def odd_number(rng):
    return np.float32(rng.choice([1, 1, 0, -1, 1e30, float("nan"), float("inf")]))


@pytest.fixture(scope="module")
def reports():
    submissions = [
        Submission(name=str(seed), cells=(("submission.py", str(seed)),), modules={}, digest="")
        for seed in range(SUBMISSIONS)
    ]
    found = []
    explainer = Explainer(SUBJECT)

    def explain(report, observations, ask):
        if int(report.submission) >= EXPLAINED:
            return report
        return explainer(report, observations, ask)

    with np.errstate(all="ignore"):
        grade(
            submissions,
            assignment=ASSIGNMENT,
            sandbox=OddAnswers(),
            with_hidden=True,
            secret="what the hidden checks draw from",
            emit=found.append,
            reference=SUBJECT.over_arrays(),
            explain=explain,
        )
    return found


def test_each_submission_is_graded(reports):
    ungraded = {
        check.check: check.staff_note[-1500:]
        for report in reports
        for check in report.checks
        if check.verdict == Verdict.UNGRADED
    }
    assert ungraded == {}
    assert Counter(report.status for report in reports) == {Status.GRADED: SUBMISSIONS}


def test_reasons_could_be_looked_for_in_each(reports):
    assert [report.notes for report in reports if report.notes] == []


def test_no_stage_is_right_by_chance(reports):
    full = Counter(s.stage for r in reports for s in r.stages if s.points == s.max_points)
    assert not full


ASSERTIONS = {
    "close": lambda value: comparison.assert_close(value, np.ones((2, 3)), name="x"),
    "close to a number": lambda value: comparison.assert_close(value, 1.0, name="x"),
    "close to nothing": lambda value: comparison.assert_close(value, np.ones((0, 3)), name="x"),
    "same": lambda value: comparison.assert_same(value, value, claim="x"),
    "same as another": lambda value: comparison.assert_same(value, np.ones(3), claim="x"),
    "unchanged": lambda value: comparison.assert_unchanged([value], [{"a": np.ones(2)}]),
    "unchanged list": lambda value: comparison.assert_unchanged([value], [[np.ones(2), 1, "a"]]),
    "number": lambda value: comparison.as_number(value, name="x"),
    "token": lambda value: comparison.as_token(value, name="x"),
    "tokens": lambda value: comparison.as_tokens(value, name="x"),
    "floats": lambda value: comparison.as_floats(value, name="x"),
}


@pytest.mark.parametrize("name", ASSERTIONS)
@settings(max_examples=80, deadline=None)
@given(value=VALUES)
def test_any_answer_is_right_or_a_mismatch(name, value):
    try:
        ASSERTIONS[name](crossed(value))
    except Mismatch as mismatch:
        assert mismatch.discreet  # noqa: PT017 - it need not be raised


@pytest.mark.parametrize("name", sorted({o for s in ASSIGNMENT.stages for o in s.uses}))
@settings(max_examples=60, deadline=None)
@given(values=VALUES, more=VALUES)
def test_any_arguments_of_an_inner_stage_are_answered_or_left(name, values, more):
    reference = SUBJECT.over_arrays()
    parameters = ASSIGNMENT.stage(name).parameters
    given_values = [crossed(values), *[crossed(more)] * (len(parameters) - 1)]
    try:
        with np.errstate(all="ignore"):
            value = stand_in(_Functions(reference), name, given_values)
    except NoAnswer:
        return
    wire.encode(wire.Answer(id=1, value=value))


class _Functions:
    def __init__(self, functions):
        self.__dict__.update(functions)
