"""From mistakes named in reports to questions: which ideas, in which order, met where."""

from grader.courses.practising import GradedAttempt, Place, met_ideas
from grader.records import Finding, Report, Status


def attempt(number, *ideas, assignment="flow", stage="softmax"):
    finding = Finding(
        stage=stage,
        misconceptions=ideas,
        says=tuple(f"It is {name}." for name in ideas),
        hints=tuple(f"Is it {name}?" for name in ideas),
        questions=("topic.one",),
    )
    report = Report(
        submission="ada",
        status=Status.GRADED,
        assignment=assignment,
        key="",
        grader_version="1",
        findings=(finding,) if ideas else (),
    )
    return GradedAttempt(assignment=assignment, number=number, report=report)


def test_an_idea_is_told_once_with_all_its_places():
    [idea] = met_ideas([attempt(2, "a", stage="generate"), attempt(1, "a")])
    assert (idea.misconception, idea.says, idea.hint) == ("a", "It is a.", "Is it a?")
    assert idea.places == (
        Place(assignment="flow", number=1, stage="softmax"),
        Place(assignment="flow", number=2, stage="generate"),
    )


def test_ideas_of_last_attempts_come_first_and_others_are_past():
    found = met_ideas([attempt(1, "a"), attempt(2, "b"), attempt(1, "c", assignment="other")])
    assert [(idea.misconception, idea.is_current) for idea in found] == [
        ("c", True),
        ("b", True),
        ("a", False),
    ]


def test_an_idea_that_comes_back_is_current():
    [idea] = met_ideas([attempt(1, "a"), attempt(2), attempt(3, "a")])
    assert idea.is_current


def test_without_a_finding_there_is_no_idea():
    assert met_ideas([attempt(1)]) == ()
