"""Policies in a course.yaml: what holds for an assignment, and each mistake a sentence."""

from datetime import UTC, datetime

import msgspec
import pytest

from grader.errors import CourseError
from grader.policies.policy import NO_POLICY, LatePenalty, MoreTime, Policy
from grader.policies.policy_settings import not_listed, policy_of
from grader.settings import course_around, load_course

WHOLE = """
zone: Europe/Zurich
late: {percent: 10, per: day, grace_minutes: 15, cut_off_days: 7}
attempts: {counts: best, at_most: 3}
extra_time:
  - {student: s-3, percent: 25, reason: agreed}
assignments:
  - id: decoder-generation
    opens: 2026-11-16 23:59
    due: 2026-11-30 23:59
    extensions:
      - {student: s-1, hours: 24, reason: ill}
      - {student: s-2, until: 2026-12-02 12:00}
    excused:
      - {student: s-4, reason: exchange}
    dropped:
      - {check: softmax.large, reason: The handout had a typo.}
  - id: kv-cache
    due: 2026-12-14 23:59 America/New_York
    opens: 2026-12-13 23:59 America/New_York
    late: {points: 5}
"""


def course(tmp_path, text):
    path = tmp_path / "course.yaml"
    path.write_text(text)
    return load_course(path)


def test_an_assignment_has_its_own_policy_and_the_rest_of_the_course(tmp_path):
    settings = course(tmp_path, WHOLE)
    policy = policy_of(settings, "decoder-generation")
    assert policy.due == datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    assert policy.late == settings.late
    assert policy.attempts.at_most == 3
    day = 86_400
    assert policy.more_time == (
        MoreTime(student="s-1", seconds=day, reason="ill"),
        MoreTime(student="s-2", seconds=day + 12 * 3600 + 60),
        MoreTime(student="s-3", seconds=14 * day // 4, is_extra=True, reason="agreed"),
    )
    other = policy_of(settings, "kv-cache")
    assert (other.zone, other.late) == ("America/New_York", LatePenalty(points=5))
    assert [(m.student, m.seconds) for m in other.more_time] == [("s-3", day // 4)]
    assert policy_of(settings, "another") == Policy(attempts=settings.attempts)


def test_a_course_without_policies_has_none(tmp_path):
    lonely = course(tmp_path, "zone: Europe/Zurich\nlate: {percent: 10}\n")
    assert policy_of(lonely, "decoder-generation") == NO_POLICY, "nothing is due"
    assert policy_of(course(tmp_path, "name: x\n"), "decoder-generation") == NO_POLICY


def test_a_policy_is_kept_as_it_is(tmp_path):
    policy = policy_of(course(tmp_path, WHOLE), "decoder-generation")
    assert msgspec.json.decode(msgspec.json.encode(policy), type=Policy) == policy


A = "assignments:\n  - id: a\n    "
MISTAKES = {
    "due: 2026-03-29 02:30": "assignments: a: due: 2026-03-29 02:30 does not exist",
    "due: 2026-11-30": "assignments: a: due: 2026-11-30 has no time of day",
    "due: soon": "assignments: a: due: 'soon' is no time\n  Write e.g. `2026-11-30 23:59 Europe",
    "due: [1]": "assignments: a: due: [1] is no time",
    "due: 2026-11-30 23:59 Mars/Base": "no time zone 'Mars/Base'\n  Write one such as",
    "opens: 2026-11-30 23:59\n    due: 2026-11-30 23:59": "opens: it is due before it opens",
    "late: {percent: 10}": "assignments: a: it has `late` and no `due`",
    "late: {per: day}": "a: late: it takes nothing off\n  Write e.g. `percent: 10`",
    "late: {percent: 10, points: 3}": "a: late: it takes off twice",
    "late: {percent: 110}": "late.percent: expected a number <= 100.0, got 110",
    "late: {percent: .nan}": "late.percent: expected a number",
    "late: {percent: -1}": "late.percent: expected a number >= 0.0, got -1",
    "late: {percent: 10, per: week}": "late.per: expected one of hour, day, got 'week'",
    "late: {percents: 10}": "late: there is no key 'percents' here\n  Did you mean 'percent'",
    "late: {percent: 1, cut_off_days: 1, cut_off_hours: 2}": "late: it has two cut-offs",
    "late: {steps: [{after_hours: 2, percent: 1}, {after_hours: 1, percent: 2}]}": "do not rise",
    "late: {steps: [{after_hours: 0, percent: 9}, {after_hours: 1, percent: 2}]}": "do not rise",
    "attempts: {counts: worst}": "attempts.counts: expected one of best, last, first",
    "attempts: best": "attempts: expected a mapping, got 'best'\n  Write a mapping",
    "late: 10%": "late: expected a mapping, got '10%'\n  Write a mapping with keys among percent,",
    "attempts: {at_most: 0}": "attempts.at_most: expected an integer >= 1, got 0",
    "extensions: [{student: s}]": "extensions: s: nothing is due that could be extended",
    "dropped: [{check: a.b}]": "`reason` is missing",
    "excused: [{student: s}]": "`reason` is missing",
}
DUE = "due: 2026-11-30 23:59\n    "
WITH_DUE = {
    "extensions: [{student: s}]": "s: it needs one length\n  Write one of `hours`, `days` and",
    "extensions: [{student: s, hours: 1, days: 1}]": "extensions: s: it needs one length",
    "extensions: [{student: s, hours: -1}]": "hours: expected a number >= 0.0, got -1",
    "extensions: [{student: s, until: 2026-11-29 12:00}]": "s: until: it is before `due`",
    "extensions: [{student: s, until: later}]": "extensions: s: until: 'later' is no time",
}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *((A + line, said) for line, said in MISTAKES.items()),
        *((A + DUE + line, said) for line, said in WITH_DUE.items()),
        ("extra_time: [{student: s, hours: 1, percent: 5}]", "extra_time: s: it needs one length"),
        (
            "late: {percent: 1, grace_minutes: 61, cut_off_hours: 1}",
            "late: the grace is longer than the cut-off",
        ),
        (
            "late: {steps: [{after_hours: 24, percent: 9}], cut_off_days: 1}",
            "late: the step after 24 hours begins when all is cut off",
        ),
        ("late: {per: hour}", "course.yaml: late: it takes nothing off"),
        (A + "due: 2026-11-30 23:59\n  - id: a", "assignments: 'a' stands twice"),
        ("extra_time: [{student: s}]\n" + A + DUE, "extra_time: s: it needs one length"),
        ("extra_time: [{student: s, percent: 25}]\n" + A + DUE, "a: opens: 's' has a percentage"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_key_and_what_to_write(tmp_path, text, sentence):
    path = tmp_path / "course.yaml"
    path.write_text(f"zone: Europe/Zurich\n{text}\n")
    for read in (lambda: load_course(path), lambda: course_around(tmp_path)):
        with pytest.raises(CourseError) as refused:
            read()
        assert str(refused.value).startswith(str(path))
        assert sentence in str(refused.value)
        assert refused.value.fix


def test_a_zone_that_is_none_is_named(tmp_path):
    with pytest.raises(CourseError, match="zone: there is no time zone 'Zurich'"):
        course(tmp_path, "zone: Zurich\n")


def test_an_assignment_that_is_not_among_those_listed_is_told_by_the_near_name(tmp_path):
    settings = course(tmp_path, WHOLE)
    assert not_listed(settings, "kv-cache") == ""
    assert not_listed(settings, "kv-cash") == (
        "`assignments` in course.yaml does not list 'kv-cash', so nothing is due. "
        "Did you mean 'kv-cache'?"
    )
    assert not_listed(course(tmp_path, "name: x"), "kv-cache") == ""
