"""A class whose submissions are graded already, for the pages of its staff."""

from datetime import UTC, datetime

import pytest

from grader.batch.applied_policy import apply_policy
from grader.courses.attempts import WantedAttempt, begin
from grader.policies.policy_settings import policy_of
from grader.quiz.attempt.session import Answered, Finished
from grader.staff import class_comparison, key_check
from grader.staff.computing import ComputingSlot
from grader.store.audit_store import AuditWish
from grader.web.quizzes.places import shelf_of
from tests.grader.staff.a_class import report
from tests.grader.web.conftest import START

IN_TIME = datetime(2026, 11, 7, 12, tzinfo=UTC)
LATE = datetime(2026, 11, 9, 12, tzinfo=UTC)  # the first day after the due date


@pytest.fixture
def keeper(site):
    """The reports of the class: ada has all points, bob lost some and was late."""
    made = site.store.reports("arithmetic")
    policy = policy_of(site.course, "arithmetic")
    apply_policy(made, policy, reason="course.yaml", by="course.yaml", at=START)
    for one in (
        report("ada", handed_in_at=IN_TIME, assignment="arithmetic"),
        report("bob", shift=2, handed_in_at=LATE, assignment="arithmetic"),
    ):
        made.keep(one, one, at=LATE)
    return made


@pytest.fixture
def number(site):
    """The number of a person, by name."""
    return lambda person: site.accounts.by_person(person).id


@pytest.fixture
def log(site):
    """The audit log, the newest first."""
    return lambda: [entry for _, entry in site.store.audit.entries(AuditWish())]


@pytest.fixture
def computing(site):
    """The thread of a worker that computes what staff ask for; `step` does one thing."""
    assignments = {one.name: one for one in site.assignments}
    return ComputingSlot(
        jobs=site.store.jobs,
        computations={
            class_comparison.KIND: class_comparison.comparing(site.store, assignments, site.clock),
            key_check.KIND: key_check.verifying(site.folder),
        },
        clock=site.clock,
        name="worker",
    )


TEXT = """\
topic: words
title: In words
questions:
  - id: words.which
    kind: text
    concept: 6
    difficulty: 3
    points: 2
    stem: Which sub-layer does a decoder-only model leave out, and why? $x^2$
    explanation: Without a second sequence there is nothing to attend to.
    model_answer: Cross-attention, for there is no encoder output.
    rubric:
      - {id: which, points: 1, text: Names cross-attention.}
      - {id: why, points: 1, text: Says that no second sequence exists.}
    misconceptions: [cross_attention.needed]
  - id: words.how
    kind: text
    concept: 6
    difficulty: 3
    points: 1
    stem: How many layers are there?
    explanation: Twelve.
    model_answer: Twelve.
    rubric:
      - {id: twelve, points: 1, text: Says twelve.}
"""
QUIZ = "title: In words\nid: week-3\nquestions: [words]\nfeedback: end\n"


@pytest.fixture
def quiz(site, course_folder):
    """A quiz with answers in words, as the site has it."""
    for name, text in (
        ("questions/words.yaml", TEXT),
        ("questions/misconceptions.yaml", "misconceptions: {cross_attention.needed: It needs it.}"),
        ("quizzes/week-3.yaml", QUIZ),
    ):
        (course_folder / name).parent.mkdir(exist_ok=True)
        (course_folder / name).write_text(text)
    return shelf_of(site).quiz("week-3")


@pytest.fixture
def take(site, quiz):
    """Takes the quiz as a student and hands it in."""

    def taken(person, which, how="Twelve."):
        wish = WantedAttempt(student=person)
        at = site.clock()
        attempt = begin(site.store.quizzes, quiz, wish, number=1, seed=1, at=at)
        session = attempt.session
        given = {"words.which": which, "words.how": how}
        events = [Answered(item=name, response=text, at=at) for name, text in given.items()]
        for event in [*events, Finished(at)]:
            session = attempt.save(event, session.apply(event))

    return taken
