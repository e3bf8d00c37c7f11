"""A due date is one moment: zones, clocks that are set forward and back, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.policies.due_dates import in_words, moment, zone_of

ZURICH = "Europe/Zurich"


@pytest.mark.parametrize(
    ("written", "zone", "at"),
    [
        ("2026-11-30 23:59", ZURICH, "2026-11-30T22:59"),
        ("2026-07-30 23:59", ZURICH, "2026-07-30T21:59"),
        ("2026-11-30T23:59:30", ZURICH, "2026-11-30T22:59:30"),
        ("2026-11-30 9:05 America/New_York", ZURICH, "2026-11-30T14:05"),
        ("2026-11-30 23:59 UTC", "", "2026-11-30T23:59"),
        ("2026-11-30 23:59Z", "", "2026-11-30T23:59"),
        ("2026-11-30 23:59 +05:30", "", "2026-11-30T18:29"),
        (datetime(2026, 11, 30, 23, 59), ZURICH, "2026-11-30T22:59"),
        (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), ZURICH, "2026-11-30T23:59"),
        # clocks show 02:30 twice; the later one counts
        ("2026-10-25 02:30", ZURICH, "2026-10-25T01:30"),
        ("2026-10-25 01:59", ZURICH, "2026-10-24T23:59"),
        ("2026-10-25 03:00", ZURICH, "2026-10-25T02:00"),
        # clocks are set forward from 02:00 to 03:00
        ("2026-03-29 01:59", ZURICH, "2026-03-29T00:59"),
        ("2026-03-29 03:00", ZURICH, "2026-03-29T01:00"),
    ],
)
def test_a_time_in_a_zone_is_one_moment(written, zone, at):
    assert moment(written, zone=zone) == datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "zone", "sentence"),
    [
        ("2026-03-29 02:30", ZURICH, "does not exist in Europe/Zurich.*01:30` or `2026-03-29 03:3"),
        ("2026-11-30 23:59", "", "has no time zone; write it behind the time"),
        ("2026-11-30", ZURICH, "has no time of day; write e.g."),
        (date(2026, 11, 30), ZURICH, "has no time of day; write e.g. `2026-11-30 23:59`"),
        ("2026-13-30 23:59", ZURICH, "is no time"),
        ("2026-11-31 23:59", ZURICH, "is no time"),
        ("2026-11-30 24:30", ZURICH, "is no time"),
        ("30.11.2026 23:59", ZURICH, "is no time; write e.g."),
        ("tomorrow", ZURICH, "is no time; write e.g. `2026-11-30 23:59 Europe/Zurich`"),
        (7, ZURICH, "is no time; write e.g."),
        ("2026-11-30 23:59 Europe/Zurick", "", "no time zone 'Europe/Zurick'; write one such as"),
        ("2026-11-30 23:59", "../../etc/passwd", "there is no time zone"),
        ("2026-11-30 23:59 Europe", "", "there is no time zone"),
        ("2026-11-30 23:59 +99:00", "", "no zone is at .99:00; write e.g."),
        ("2026-11-30 23:59 +24:00", "", "no zone is at"),
        ("2026-11-30 11:59 PM", ZURICH, "is by a clock of 12 hours; write e.g."),
        ("0001-01-01 00:00", "Asia/Tokyo", "is out of range"),
    ],
)
def test_what_is_no_moment_is_one_sentence_that_says_what_to_write(written, zone, sentence):
    with pytest.raises(ValueError, match=f"(?s){sentence}"):
        moment(written, zone=zone)


@settings(deadline=None)
@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2036, 1, 1)),
    st.sampled_from([ZURICH, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_clocks_of_the_zone_show_what_was_written_or_it_is_refused(naive, zone):
    naive = naive.replace(microsecond=0)
    there = ZoneInfo(zone)
    shown_at = {
        (naive - shift).replace(tzinfo=UTC)
        for fold in (0, 1)
        if (shift := naive.replace(tzinfo=there, fold=fold).utcoffset()) is not None
    }
    real = {at for at in shown_at if at.astimezone(there).replace(tzinfo=None) == naive}
    if real:
        assert moment(f"{naive} {zone}", zone="") == max(real)
    else:
        with pytest.raises(ValueError, match="does not exist"):
            moment(f"{naive}", zone=zone)


def test_a_moment_is_told_in_the_zone_in_which_it_was_written():
    at = moment("2026-10-25 02:30", zone=ZURICH)
    assert in_words(at, ZURICH) == "2026-10-25 02:30 Europe/Zurich"
    assert in_words(at - timedelta(hours=1), ZURICH) == "2026-10-25 02:30 Europe/Zurich"
    assert in_words(at, "") == "2026-10-25 01:30 UTC"
    assert zone_of("2026-10-25 02:30 Asia/Tokyo", zone=ZURICH) == "Asia/Tokyo"
    assert zone_of("2026-10-25 02:30Z", zone=ZURICH) == ZURICH
    assert zone_of(None, zone=ZURICH) == ZURICH
