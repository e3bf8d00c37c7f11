"""What platforms are sent is what students may see, after lateness, excuses and decisions."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from grader.courses.attempts import WantedAttempt, begin
from grader.courses.code_marks import CodeMarks
from grader.store.audit_store import AuditEntry
from grader.web.lti.parts import lti_parts
from grader.web.lti.published import published_grades, return_grades
from grader.web.lti.targets import targets
from grader.web.quizzes.places import shelf_of
from tests.grader.staff.a_class import report, ungraded, unreadable
from tests.grader.web.lti.conftest import registration_of
from tests.grader.web.quizzes.conftest import example, write_bank, write_quiz

ADA = {"sub": "sub-ada", "email": "ada@example.org"}
BOB = {"sub": "sub-bob", "email": "bob@example.org"}


@pytest.fixture
def code(site, clock):
    """Keeps a report on somebody's code."""

    def kept(report):
        site.store.reports("arithmetic").keep(report, report, at=clock())

    return kept


@pytest.fixture
def decide(site, clock):
    """Decides something about somebody's code, as staff do."""

    def decided(what, *words, **more):
        marks = CodeMarks(site.store.reports("arithmetic"))
        getattr(marks, what)(*words, reason="a reason", by="prof", at=clock(), **more)

    return decided


@pytest.fixture
def show(site, clock):
    def shown(name, *, is_shown, kind="code"):
        entry = AuditEntry(at=clock(), who="prof", what="release", about=name)
        site.store.releases.show(kind, name, is_shown=is_shown, entry=entry)

    return shown


def published(site, name="code/arithmetic"):
    [target] = published_grades(site, {name})
    return {grade.person: grade for grade in target.grades}


def test_each_who_has_a_grade_is_there_and_zero_is_one(site, code):
    for one in (report("ada", 0, 0), report("bob", 5, 3), report("prof"), report("stranger")):
        code(one)
    found = published(site)
    assert {name: grade.points for name, grade in found.items()} == {"ada": 0, "bob": 8}
    assert found["bob"].maximum == 10
    assert found["bob"].handed_in_at == datetime(2026, 1, 4, 12, tzinfo=UTC)


def test_what_could_not_be_graded_or_never_came_is_left_out(site, code):
    code(ungraded("ada"))
    code(unreadable("bob"))
    assert published(site) == {}


def test_hidden_grades_and_excused_students_have_no_score(site, code, decide, show):
    code(report("ada", 5, 3))
    code(report("bob", 5, 5))
    decide("excuse", "bob")
    assert {n: g.points for n, g in published(site).items()} == {"ada": 8, "bob": None}
    show("arithmetic", is_shown=False)
    found = published(site)
    assert {n: g.points for n, g in found.items()} == {"ada": None, "bob": None}
    assert {grade.comment for grade in found.values()} == {""}


def test_decided_points_are_sent_with_their_reason(site, code, decide):
    code(report("ada", 5, 3))
    decide("set_final", "ada", Fraction(13, 2))
    found = published(site)["ada"]
    assert found.points == Fraction(13, 2)
    assert "a reason" in found.comment


def test_nothing_is_looked_up_that_no_platform_shows(site, code):
    assert list(published_grades(site, frozenset())) == []


def test_a_grade_travels_from_a_launch_to_the_gradebook(
    lti_site, platform, launches, let_in, code, decide, show
):
    parts = lti_parts(lti_site)
    launches(**ADA)
    launches(**BOB)
    code(report("ada", 5, 3))
    assert return_grades(lti_site, parts) == (1, 0)
    assert platform.score_of("sub-ada") == 8
    code(report("bob", 5, 5))
    show("arithmetic", is_shown=False)
    assert return_grades(lti_site, parts) == (1, 0)
    assert platform.score_of("sub-ada") is None
    assert "sub-bob" not in {user for _, user in platform.scores}
    show("arithmetic", is_shown=True)
    assert return_grades(lti_site, parts) == (2, 0)
    decide("excuse", "bob")
    assert return_grades(lti_site, parts) == (1, 0)
    assert (platform.score_of("sub-ada"), platform.score_of("sub-bob")) == (8, None)
    assert return_grades(lti_site, parts) == (0, 0)
    [item] = platform.line_items
    assert (item["label"], item["resourceId"]) == ("Arithmetic on arrays", "code/arithmetic")


def test_a_grade_goes_to_the_platform_it_belongs_to(
    lti_site, platform, store, launches, let_in, code
):
    store.register(registration_of(platform, client_id="other", issuer="https://other.example"))
    launches(**ADA)
    code(report("ada"))
    code(report("bob"))  # whom no platform knows
    assert return_grades(lti_site, lti_parts(lti_site)) == (1, 0)
    assert {user for _, user in platform.scores} == {"sub-ada"}


@pytest.fixture
def quiz(site, clock):
    """Makes a quiz of the course, at which somebody begins an attempt of an hour."""

    def made(*, feedback="end", kind="numeric", student="ada"):
        write_bank(site.folder, [example(kind)])
        write_quiz(site.folder, feedback=feedback, minutes=60, closes="2026-11-09 12:00Z")
        found = shelf_of(site).quiz("week-3")
        wanted = WantedAttempt(student=student)
        begin(site.store.quizzes, found, wanted, number=1, seed=1, at=clock())
        return found

    return made


def test_quizzes_can_be_picked_with_their_points(site, quiz):
    made = quiz()
    target = targets(site)["quizzes/week-3"]
    assert (target.path, target.title) == ("/quizzes/week-3/", "Week 3")
    assert target.maximum == sum(item.points for item in made.items)


def test_a_quiz_has_a_score_once_its_time_is_up_and_zero_is_one(site, quiz, clock):
    quiz()
    assert published(site, "quizzes/week-3") == {}
    clock.forward(hours=2)
    [grade] = published(site, "quizzes/week-3").values()
    assert (grade.person, grade.points) == ("ada", 0)


def test_marks_that_a_quiz_keeps_back_are_not_sent_before(site, quiz, show, clock):
    quiz(feedback="after-closing")
    clock.forward(hours=2)
    assert published(site, "quizzes/week-3")["ada"].points is None
    clock.forward(days=8)
    assert published(site, "quizzes/week-3")["ada"].points == 0
    show("week-3", is_shown=False, kind="quiz")
    assert published(site, "quizzes/week-3")["ada"].points is None


def test_staff_who_try_a_quiz_get_no_score(site, quiz, clock):
    quiz(student="tara")
    clock.forward(hours=2)
    assert published(site, "quizzes/week-3") == {}
