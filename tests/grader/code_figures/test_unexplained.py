"""Equal wrong answers make a group, and a name dissolves it."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.code_figures.unexplained import AnswerGroups
from grader.records import AnswerSketch, CheckResult, Finding, Report, StageResult, Status, Verdict

ANSWERS = (
    AnswerSketch(kind="numbers 2x3", numbers=("1", "-20.5", "0.25")),
    AnswerSketch(kind="numbers 4", numbers=("nan", "3e-05", "inf")),
)


def report(name, answers=ANSWERS, stage="softmax", findings=()):
    wrong = CheckResult(
        check=f"{stage}.values",
        stage=stage,
        claim="Rows sum to one.",
        verdict=Verdict.FAILED,
        points=0,
        max_points=2,
        answers=answers,
    )
    return Report(
        submission=name,
        status=Status.GRADED,
        assignment="a",
        key="k",
        grader_version="0",
        stages=(StageResult(stage=stage, title=stage, checks=(wrong,)),),
        findings=findings,
    )


def changed(place, number):
    numbers = list(ANSWERS[0].numbers)
    numbers[place] = number
    return (replace(ANSWERS[0], numbers=tuple(numbers)), ANSWERS[1])


def answer_groups(reports):
    groups = AnswerGroups()
    for one in reports:
        groups.add(one)
    return groups.found()


def students(*reports):
    return [group.students for group in answer_groups(reports)]


def test_equal_answers_are_one_group_and_the_largest_comes_first():
    others = changed(1, "7")
    found = students(
        report("ada", others), report("bo"), report("cy"), report("di", others), report("ed")
    )
    assert found == [("bo", "cy", "ed"), ("ada", "di")]


def test_rounding_does_not_part_a_group():
    assert students(report("ada"), report("bo", changed(1, "-20.5001"))) == [("ada", "bo")]


@pytest.mark.parametrize(
    "others",
    [
        changed(1, "-20.4"),
        changed(0, "nan"),
        (ANSWERS[0], replace(ANSWERS[1], numbers=("nan", "3e-05", "-inf"))),
        (ANSWERS[0], replace(ANSWERS[1], kind="numbers 4x1")),
        ANSWERS[:1],
        (),
    ],
)
def test_other_answers_are_no_group(others):
    assert students(report("ada"), report("bo", others)) == []


def test_another_stage_is_no_group():
    assert students(report("ada"), report("bo", stage="layer_norm")) == []


def test_what_has_a_name_is_explained_and_what_has_a_pattern_is_not():
    named = Finding(stage="softmax", misconceptions=("softmax.x",), says=("I do x.",))
    assert students(report("ada", findings=(named,)), report("bo", findings=(named,))) == []
    pattern = Finding(stage="softmax", pattern="Every entry is negative.")
    (group,) = answer_groups([report("ada", findings=(pattern,)), report("bo")])
    assert group.pattern == "Every entry is negative."
    assert group.representative == "ada"
    assert (group.check, group.claim) == ("softmax.values", "Rows sum to one.")


def test_the_id_of_a_group_follows_from_its_answers():
    first, again = (answer_groups([report("ada"), report("bo")])[0].id for _ in range(2))
    others = changed(1, "7")
    other = answer_groups([report("ada", others), report("bo", others)])[0].id
    assert first == again != other
    assert first.startswith("softmax-")


NUMBERS = st.sampled_from(["1", "1.00005", "1.0002", "-1", "0", "nan", "inf", "3e-05", "2e5"])
OWN = st.lists(st.lists(NUMBERS, min_size=2, max_size=3), min_size=1, max_size=2)


def are_close(one, other):
    return all(
        x == y or (math.isnan(x) and math.isnan(y)) or abs(x - y) <= 1e-4 * largest
        for a, b in zip(one, other, strict=True)
        for largest in [max((abs(n) for n in map(float, a) if math.isfinite(n)), default=0)]
        for x, y in zip(map(float, a), map(float, b), strict=True)
    )


@given(st.lists(OWN, max_size=12))
def test_groups_are_those_that_comparing_with_every_earlier_one_gives(answers):
    expected = []
    for number, own in enumerate(answers):
        shape = [len(numbers) for numbers in own]
        alike = (
            names
            for known, names in expected
            if [len(numbers) for numbers in known] == shape and are_close(known, own)
        )
        if (names := next(alike, None)) is None:
            expected.append((own, names := []))
        names.append(f"s{number}")
    reports = [
        report(f"s{number}", tuple(AnswerSketch(kind="numbers", numbers=tuple(one)) for one in own))
        for number, own in enumerate(answers)
    ]
    found = {names for names in students(*reports)}
    assert found == {tuple(names) for _, names in expected if len(names) > 1}
