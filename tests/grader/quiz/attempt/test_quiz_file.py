import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.errors import CourseError
from grader.quiz.attempt.quiz import practice
from grader.quiz.attempt.quiz_file import identity, is_quiz_file, load_quiz
from grader.quiz.attempt.rules import Counts, Feedback, Rules
from grader.quiz.bank.topics import load, load_topic
from grader.settings import Course, shipped

QUIZ = """\
title: Week 3
questions: [sample.shape, sample.loss]
pools:
  - {pick: 2, of: [sample.greedy, sample.flow, sample.chain]}
  - {pick: 1, of: [sample.why, sample.encoder]}
time_zone: Europe/Berlin
opens: 2026-03-02 09:00
closes: 2026-07-09T23:59:00
minutes: 45
attempts: 2
counts: last
shuffle: false
feedback: after-closing
"""


@pytest.fixture
def read(bank_folder, tmp_path):
    bank = load(bank_folder)

    def read(text=QUIZ):
        path = tmp_path / "week-3.yaml"
        path.write_text(text)
        return load_quiz(path, bank)

    return read


@pytest.fixture
def refused(read, tmp_path):
    """The sentence about a file in which one line is replaced, or which has another line more."""

    def refused(line):
        key = line.partition(":")[0]
        kept = [entry for entry in QUIZ.splitlines() if not entry.startswith(f"{key}:")]
        if key == "pools":
            kept = [entry for entry in kept if not entry.startswith("  ")]
        with pytest.raises(CourseError) as caught:
            read("\n".join([*kept, line]))
        assert caught.value.at.startswith(str(tmp_path / "week-3.yaml"))
        assert caught.value.fix
        return re.sub(r".*week-3\.yaml(:\d+)?: ", "", str(caught.value), count=1)

    return refused


def test_a_file_gives_questions_and_rules(read):
    quiz = read()
    assert (quiz.name, quiz.title) == ("week-3.yaml", "Week 3")
    assert [item.id for item in quiz.items] == ["sample.shape", "sample.loss"]
    assert [(pool.pick, len(pool.items)) for pool in quiz.pools] == [(2, 3), (1, 2)]
    assert quiz.rules.opens == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert quiz.rules.closes == datetime(2026, 7, 9, 21, 59, tzinfo=UTC)
    assert quiz.rules.limit == timedelta(minutes=45)
    assert (quiz.rules.attempts, quiz.rules.counts) == (2, Counts.LAST)
    assert (quiz.rules.feedback, quiz.rules.shuffle) == (Feedback.CLOSED, False)


def test_a_topic_stands_for_all_its_questions(read):
    quiz = read("title: All\nquestions: [sample]\n")
    assert len(quiz.items) == 7
    assert quiz.rules == Rules()


@pytest.mark.parametrize(
    "opens",
    [
        "2026-03-02 09:00+01:00",
        "2026-03-02 09:00 +01:00",
        "2026-03-02 09:00:00 +01:00",
        "2026-03-02T08:00:00Z",
        "'2026-03-02 09:00+01:00'",
    ],
)
def test_a_time_with_its_own_zone_needs_no_other(read, opens):
    quiz = read(f"title: T\nquestions: [sample]\nopens: {opens}\n")
    assert quiz.rules.opens == datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("minute: 45", "there is no key 'minute' here\n  Did you mean 'minutes'?"),
        ("minutes: soon", "minutes: expected a number, got 'soon'\n  Write a number."),
        ("minutes: 0", "minutes: expected a number > 0.0, got 0\n"),
        ("attempts: many", "attempts: expected an integer, got 'many'\n  Write an integer."),
        ("counts: worst", "counts: expected one of best, last, first, got 'worst'\n"),
        ("feedback: later", "feedback: expected one of now, end, after-closing, never, got"),
        ("shuffle: maybe", "shuffle: expected true or false, got 'maybe'\n"),
        ("title: 3", "title: expected a text, got 3\n"),
        ("opens: 2026-03-02", "opens: expected a date with a time, got '2026-03-02'\n  Write"),
        ("opens: Monday", "opens: expected a date with a time, got 'Monday'\n  Write e.g. `op"),
        ("opens: 2026-03-29 02:30", "opens: the time 2026-03-29 02:30:00 does not exist in Eur"),
        ("closes: 2026-10-25 02:30", "closes: the time 2026-10-25 02:30:00 comes twice in Euro"),
        ("closes: 2026-03-01 09:00", "closes: the quiz closes before it opens\n  Write a time"),
        ("time_zone: Europe/Belin", "time_zone: there is no zone 'Europe/Belin'\n  Did you mean"),
        ("time_zone: ../../etc/passwd", "time_zone: there is no zone '../../etc/passwd'\n  Wri"),
        ("questions: [sampel]", "questions[0]: there is no topic or question 'sampel'\n  Did y"),
        ("questions: [sample.lost]", "questions[0]: there is no topic or question 'sample.lost"),
        ("questions: [sample]", "pools[0].of[0]: the question 'sample.greedy' stands twice\n "),
        ("questions: sample", "questions: expected a list, got 'sample'\n  Write a list."),
        ("pools: [{pick: 2, of: [sample.why]}]", "pools[0].pick: 2 cannot be drawn from 1\n "),
        (
            "pools: [{pick: 2, from: [sample.why]}]",
            "pools[0]: there is no key 'from' here\n  There is: of",
        ),
        ("pools: [{pick: 0, of: [sample.why]}]", "pools[0].pick: expected an integer >= 1, got"),
    ],
)
def test_what_is_wrong_is_told_with_file_key_and_remedy(refused, line, says):
    said = refused(line)
    assert said.startswith(says), said


def test_what_does_not_fit_is_told_with_its_line(read):
    with pytest.raises(CourseError, match=r"week-3\.yaml:9: minutes: expected"):
        read(QUIZ.replace("minutes: 45", "minutes: soon"))


def test_a_time_without_a_zone_is_refused(read):
    with pytest.raises(CourseError, match=r"closes: the time 2026-03-02 09:00:00 has no time zone"):
        read("title: T\nquestions: [sample]\ncloses: 2026-03-02 09:00\n")


def test_feedback_after_closing_needs_a_close(read):
    with pytest.raises(CourseError, match=r"the quiz never closes\n  Add `closes"):
        read("title: T\nquestions: [sample]\nfeedback: after-closing\n")


def test_a_quiz_without_questions_is_refused(read):
    with pytest.raises(CourseError, match="there are no questions"):
        read("title: T\n")


@pytest.mark.parametrize("word", ["week-3.yaml", "quizzes/week-3", "./x", "w.yml"])
def test_a_file_is_told_from_a_topic(word):
    assert is_quiz_file(word)
    assert not is_quiz_file("kv-cache")


def test_each_student_draws_from_the_pools(read):
    quiz = read()
    drawn = {quiz.draw(seed) for seed in range(60)}
    assert len(drawn) == 3 * 2, "every choice comes up"
    for ids in drawn:
        assert ids[:2] == ("sample.shape", "sample.loss")
        assert len(set(ids)) == 5
        assert {"sample.greedy", "sample.flow", "sample.chain"} >= set(ids[2:4])
    assert quiz.draw(5) == quiz.draw(5)


def test_the_seed_is_the_students_own_and_that_of_the_attempt(read):
    quiz = read()
    given = [("s", "ada", 1), ("s", "ada", 2), ("s", "bob", 1), ("t", "ada", 1), ("s", "ada1", 1)]
    seeds = [
        replace(quiz, course=Course(secret=secret)).seed(student=name, number=n)
        for secret, name, n in given
    ]
    assert len(set(seeds)) == len(given)
    assert all(0 <= seed < 2**31 for seed in seeds)
    again = replace(read(), course=Course(secret="s"))
    assert seeds[0] == again.seed(student="ada", number=1)


def test_a_paper_holds_what_was_drawn_and_is_still_there(read):
    quiz = read()
    paper = quiz.paper(("sample.why", "sample.gone", "sample.loss"))
    assert [item.id for item in paper.items] == ["sample.why", "sample.loss"]
    assert (paper.name, paper.title, paper.concepts) == ("week-3.yaml", "Week 3", (6, 15))
    assert paper.digest != quiz.paper(("sample.why",)).digest


def test_practice_asks_the_whole_topic(bank_folder):
    topic = load_topic(bank_folder, "sample")
    quiz = practice(topic)
    assert quiz.paper(quiz.draw(1)) is topic
    assert quiz.rules == Rules()


def test_the_quiz_that_the_documentation_shows_can_be_taken(tmp_path):
    page = (Path(__file__).parents[4] / "docs" / "quizzes.md").read_text()
    [text] = re.findall(r"^`week-3\.yaml`:\n\n```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    path = tmp_path / "week-3.yaml"
    path.write_text(text)
    quiz = load_quiz(path, load(shipped("questions")))
    assert quiz.rules.attempts == 2
    assert len(quiz.draw(1)) > 3


def test_the_name_is_the_id_or_else_that_of_the_file(read, tmp_path):
    assert (read().name, read().has_id, read().is_named) == ("week-3.yaml", False, False)
    named = read(QUIZ + "id: ' third '")
    assert (named.name, named.has_id, named.is_named) == ("third", True, True)
    assert identity(tmp_path / "week-3.yaml") == ("", "third")
    (tmp_path / "course.yaml").write_text("name: Autumn")
    assert identity(tmp_path / "week-3.yaml") == ("Autumn", "third")
    assert (read().course.name, read().is_named, read().label) == (
        "Autumn",
        True,
        "Autumn: week-3.yaml",
    )


def test_a_link_to_a_file_has_the_course_of_the_file(read, tmp_path, bank_folder):
    read()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "course.yaml").write_text("{name: Own, secret: known}")
    link = tmp_path / "own" / "week-3.yaml"
    link.symlink_to(tmp_path / "week-3.yaml")
    assert load_quiz(link, load(bank_folder)).course == Course()


@pytest.mark.parametrize("name", ["''", "' '", '"a\\nb"', "x" * 201, "3"])
def test_an_id_that_no_store_can_keep_is_refused(refused, name):
    assert refused(f"id: {name}").startswith("id: expected ")
