"""Why a stage is wrong, as a student reads it."""

from grader.records import Finding
from grader.reports.findings import finding_lines


def text(**finding):
    return "\n".join(line.plain for line in finding_lines(Finding(stage="softmax", **finding)))


def test_one_mistake_comes_with_its_hint_and_practice():
    shown = text(
        misconceptions=("softmax.a",),
        says=("Rows need no sum.",),
        hints=("Which sum is 1?",),
        questions=("ablations.one", "ablations.two", "softmax.three", "softmax.four"),
    )
    assert shown.splitlines() == [
        'Your answers fit this idea: "Rows need no sum."',
        "Ask yourself: Which sum is 1?",
        "Practise: grader quiz take ablations (one, two); grader quiz take softmax (three)",
    ]


def test_several_mistakes_are_all_listed_up_to_four():
    says = tuple(f"Idea {i}." for i in range(6))
    shown = text(misconceptions=says, says=says, hints=("Why?",)).splitlines()
    assert shown[0] == "Your answers fit several ideas alike:"
    assert shown[1:6] == [*(f'  - "Idea {i}."' for i in range(4)), "  - and 2 more"]


def test_a_pattern_stands_alone():
    assert text(pattern="It is -1 times right.") == (
        "What your errors have in common: It is -1 times right."
    )
