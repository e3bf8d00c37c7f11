"""What a store knows of quizzes, and what becomes of attempts that earlier versions began."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.courses.attempts import WantedAttempt, begin, opened, settled
from grader.courses.identities import entered, left_alone, recognised
from grader.errors import CourseError
from grader.quiz.attempt.quiz import Quiz, practice
from grader.quiz.bank.topics import load_topic
from grader.settings import Course
from grader.store.quiz_store import open_store
from tests.grader.store.test_tables import PLAIN, make, tables_of

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
TOPIC = load_topic(Path(__file__).parents[1] / "quiz" / "sample_bank", "sample")
ITEMS = {item.id.removeprefix("sample."): item for item in TOPIC.items}
PRACTICE = practice(TOPIC)


def week(in_course="", *names, **changes):
    quiz = Quiz(
        name="week-3.yaml",
        title=f"Week 3 of {in_course}",
        path=Path(f"/x{in_course}/week-3.yaml"),
        items=tuple(ITEMS[name] for name in names or ("shape", "loss")),
        bank=(TOPIC,),
        course=Course(name=in_course),
    )
    return replace(quiz, **changes)


A, B = week("A", "shape", "loss"), week("B", "why", "greedy")


def start(store, quiz, *, student="ada", number=1):
    wish = WantedAttempt(student=student)
    return begin(store, quiz, wish, number=number, seed=5, at=AT).stored


@pytest.fixture
def store(database):
    with open_store(database) as opened_store:
        yield opened_store


def test_attempts_and_their_numbers_belong_to_a_quiz_of_a_course(store):
    begun = [start(store, quiz) for quiz in (A, B, PRACTICE)]
    assert [attempt.number for attempt in begun] == [1, 1, 1]
    for quiz, attempt in zip((A, B, PRACTICE), begun, strict=True):
        assert [a.id for a in settled(store, quiz, at=AT, student="ada")] == [attempt.id]


def test_a_topic_and_a_quiz_with_its_name_as_id_do_not_meet(store):
    named = week("", name="sample", has_id=True)
    start(store, PRACTICE)
    assert recognised(store, named) is None
    assert start(store, named).quiz != recognised(store, PRACTICE)


def test_marks_name_the_course_beside_the_quiz(store):
    assert opened(store, A, start(store, A)).session.topic.name == "A: week-3.yaml"


@pytest.mark.parametrize(
    "two", [(A, replace(B, course=Course(name="A"))), (week(), week("", "why"))]
)
def test_two_quizzes_that_claim_one_identity_are_refused_and_nothing_changes(store, two):
    first, second = two
    second = replace(second, title="Other", path=Path("/other/week-3.yaml"))
    known = entered(store, first)
    for use in (recognised, entered, start):
        with pytest.raises(CourseError) as caught:
            use(store, second)
        said = str(caught.value)
        assert repr(first.title) in said
        assert f"from {first.path}" in said
        assert "`id" in said
    assert recognised(store, first) == known
    assert store.attempts() == ()


def test_the_store_keeps_what_a_quiz_was_when_an_attempt_last_began(store):
    """So a quiz may change step by step into one that has nothing of the first."""
    for step, names in enumerate((("shape", "loss"), ("loss", "why"), ("why", "greedy"))):
        start(store, week("A", *names, title=f"Week {step}"), number=step + 1)
    assert recognised(store, A := week("A", "greedy", "flow")).title == "Week 2"
    assert len(settled(store, A, at=AT, student="ada")) == 3


def test_whoever_begins_a_quiz_at_once_begins_one(database):
    open_store(database).close()
    together = threading.Barrier(6)

    def take(number):
        with open_store(database) as store:
            together.wait()
            return start(store, (A, B)[number % 2], student="ada").id

    with ThreadPoolExecutor(6) as pool:
        ids = list(pool.map(take, range(6)))
    assert len(set(ids)) == 2
    assert len(set(ids[::2])) == len(set(ids[1::2])) == 1


@pytest.mark.parametrize(
    "then",
    [
        week("", name="third", has_id=True),
        replace(week(), course=Course(name="A")),
        replace(week(), course=Course(id="a", name="A"), name="third", has_id=True),
    ],
)
def test_an_identity_that_is_given_later_takes_the_attempts_along(store, then):
    begun = start(store, week())
    assert [a.id for a in settled(store, then, at=AT, student="ada")] == [begun.id]
    assert (recognised(store, then).course, recognised(store, then).name) == (
        then.course.key,
        then.name,
    )
    assert start(store, then, number=2).quiz.id == begun.quiz.id


def test_a_course_with_another_name_is_asked_for_its_id(store):
    begun = start(store, A)
    renamed = replace(A, course=Course(name="Decoders"))
    with pytest.raises(CourseError, match="in the course 'A', and now it is in the course 'Dec"):
        settled(store, renamed, at=AT)
    with pytest.raises(CourseError, match="and now it is in no course"):
        settled(store, replace(A, course=Course()), at=AT)
    assert [a.id for a in settled(store, replace(A, course=Course(id="A")), at=AT)] == [begun.id]
    assert settled(store, replace(A, course=Course(id="2027")), at=AT) == []


@pytest.fixture(params=[1, 2])
def old(request, database):
    """Makes a store of an earlier version with these attempts: student, topic, digest, items."""

    def old(*attempts):
        version = request.param
        rows = [
            {"student": student, "topic": topic, "topic_digest": digest, "seed": 1}
            | {"settings": {"feedback": "end"} | ({"items": items} if items else {})}
            | {"started_at": PLAIN, "finished_at": None, "marks": None}
            | ({"number": n} if version > 1 else {})
            for n, (student, topic, digest, items) in enumerate(attempts)
        ]
        make(database, tables_of(version), rows, version=version)
        return database

    return old


def test_old_attempts_are_claimed_by_the_quiz_whose_questions_they_have(old):
    a, b = ["sample.shape", "sample.loss"], ["sample.why", "sample.greedy"]
    where = old(
        ("ada", "week-3.yaml", "", a),
        ("ada", "week-3.yaml", B.paper(b).digest, b),
        ("ada", "week-3.yaml", "", b),
        ("bob", "week-3.yaml", "", a),
        ("ada", "week-3.yaml", "", ["gone.one"]),
        ("ada", "other.yaml", "", a),
    )
    with open_store(where) as store:
        assert [(x.id, x.number) for x in settled(store, B, at=AT, student="ada")] == [
            (2, 1),
            (3, 2),
        ]
        assert "3 earlier attempts at a quiz 'week-3.yaml'" in left_alone(store, B)
        assert [(x.id, x.number) for x in settled(store, A, at=AT)] == [(1, 1), (4, 1)]
        assert "1 earlier attempt at a quiz 'week-3.yaml'" in left_alone(store, A, "ada")
        assert left_alone(store, A, "bob") == ""
        assert [attempt.id for attempt in store.unclaimed()] == [5, 6]
        assert start(store, A, number=2).number == 2


def test_old_practice_goes_on_where_its_questions_are(old):
    own, other = [item.id for item in TOPIC.items], ["other.one"]
    where = old(
        ("ada", "sample", "", own),
        ("ada", "sample", "", other),
        ("bob", "sample", "", None),
        ("ada", "sample", "", None),  # the only answer is to a question `x`
    )
    with open_store(where) as store:
        assert [a.id for a in settled(store, PRACTICE, at=AT)] == [1, 3]
        assert "2 earlier attempts" in left_alone(store, PRACTICE, "ada")
        assert [a.id for a in store.unclaimed()] == [2, 4]


def test_programs_that_claim_at_once_claim_each_attempt_once(old):
    where = old(*[("ada", "sample", TOPIC.digest, [ITEMS["shape"].id])] * 4)
    together = threading.Barrier(4)

    def use(_):
        with open_store(where) as store:
            together.wait()
            return [(a.id, a.number) for a in settled(store, PRACTICE, at=AT, student="ada")]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(use, range(4)))
    assert found == [[(1, 1), (2, 2), (3, 3), (4, 4)]] * 4
