"""Another file is another attempt; a regrade is the same one, and nothing is guessed."""

from datetime import UTC, datetime

from grader.batch.code_attempts import attempts_of
from grader.records import Report, Status


def version(digest, key="", *, hour=None, status=Status.GRADED):
    at = None if hour is None else datetime(2026, 11, 30, hour, tzinfo=UTC)
    return Report(
        submission="ada",
        status=status,
        assignment="a",
        key=key,
        grader_version="1",
        submission_digest=digest,
        handed_in_at=at,
    )


def said(*versions):
    return [(report.submission_digest, report.key) for report in attempts_of(versions)]


def test_a_regrade_takes_the_place_of_its_attempt_alone():
    versions = version("d1", "old"), version("d2", "old"), version("d1", "new")
    assert said(*versions) == [("d2", "old"), ("d1", "new")], "graded last"


def test_attempts_stand_in_the_order_of_their_times_and_else_as_they_were_graded():
    assert said(version("d2", hour=9), version("d1", hour=8)) == [("d1", ""), ("d2", "")]
    assert said(version("d2", hour=9), version("d1")) == [("d2", ""), ("d1", "")]
    assert said(version("d3"), version("d2", hour=9)) == [("d3", ""), ("d2", "")]
    assert said(version("d3"), version("d2")) == [("d3", ""), ("d2", "")]


def test_versions_that_do_not_say_what_was_handed_in_are_one_attempt_or_none():
    assert said(version("", "1"), version("", "2")) == [("", "2")]
    assert said(version("", "1"), version("d", "2")) == [("d", "2")]
    assert said(version("d", "2"), version("", "1")) == [("d", "2")], "one that was graded"


def test_what_could_not_be_read_is_an_attempt_until_something_else_is_handed_in():
    unread = version("", status=Status.UNREADABLE)
    assert said(version("d"), unread) == [("d", ""), ("", "")]
    assert said(version("d"), unread, version("e")) == [("d", ""), ("e", "")]
