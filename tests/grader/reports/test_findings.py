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
        "Practise: grader quiz take ablations.one ablations.two softmax.three",
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


def test_two_mistakes_at_once_are_told_from_either_of_two():
    ids, says = ("softmax.a", "softmax.b"), ("Idea A.", "Idea B.")
    shown = text(misconceptions=ids, pairs=(ids,), says=says, hints=("Why A?", "Why B?"))
    assert shown.splitlines() == [
        'Your answers fit two ideas at once: "Idea A." and "Idea B."',
        "Ask yourself: Why A?",
        "Ask yourself: Why B?",
    ]


def test_several_pairs_that_fit_are_all_listed():
    ids, says = ("softmax.a", "softmax.b", "softmax.c"), ("Idea A.", "Idea B.", "Idea C.")
    pairs = (("softmax.a", "softmax.c"), ("softmax.b", "softmax.c"))
    assert text(misconceptions=ids, pairs=pairs, says=says).splitlines() == [
        "Your answers fit two ideas at once, these or those:",
        '  - "Idea A." and "Idea C."',
        '  - "Idea B." and "Idea C."',
    ]
