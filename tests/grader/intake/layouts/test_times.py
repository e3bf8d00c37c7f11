"""Times as systems write them, with the zone they mean."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from grader.intake.layouts.times import in_zone, stamped, written

WEST = timezone(timedelta(hours=-8))
LOCATED = in_zone(WEST)
LOS_ANGELES = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-01 22:59:07.123456789 Z", datetime(2026, 3, 1, 22, 59, 7, 123456, tzinfo=UTC)),
        ("2026-03-01T22:59:07Z", datetime(2026, 3, 1, 22, 59, 7, tzinfo=UTC)),
        ("2026-03-01 22:59:07 -0600", datetime(2026, 3, 2, 4, 59, 7, tzinfo=UTC)),
        ("2026-03-01T22:59:07.5+02:00", datetime(2026, 3, 1, 20, 59, 7, 500000, tzinfo=UTC)),
        ("2026-03-01 22:59:07", datetime(2026, 3, 1, 22, 59, 7, tzinfo=WEST)),
        ("2026-07-01 01:02:03 America/Los_Angeles", datetime(2026, 7, 1, 8, 2, 3, tzinfo=UTC)),
        ("2026-03-01 22:59:07 No/Where", None),
        ("2026-03-01 22:59:07 ../../etc/passwd", None),
        ("2026-13-01 22:59:07", None),
        ("9999-12-31 23:59:59 -0800", datetime(9999, 12, 31, 23, 59, 59, tzinfo=WEST)),
        ("soon", None),
        ("", None),
    ],
)
def test_stamps(text, meant):
    assert stamped(text, LOCATED) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Oct 10, 2025 1022 PM",
        "October 10, 2025 10:22 PM",
        "10 Oct 2025 2222",
        "10. Okt. 2025 2222",
        "10 oct. 2025 2222",
        "10 octobre 2025 22 22",
        "10 de outubro de 2025 2222",
        "10 ott 2025 2222",
        "10 okt 2025 22.22",
        "10 Ekim 2025 2222",
        "10 październik 2025 2222",
        "2025-10-10 2222",
        "2025年10月10日 下午1022",
        "oct 10, 2025 1022 p. m.",
    ],
)
def test_dates_of_several_languages(text):
    assert written(text, LOCATED) == datetime(2025, 10, 10, 22, 22, tzinfo=WEST)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("3 févr. 2026 100", 2),
        ("3 März 2026 100", 3),
        ("3 mai 2026 100", 5),
        ("3 août 2026 100", 8),
        ("3 juil. 2026 100", 7),
        ("3 juin 2026 100", 6),
        ("3 dic 2026 100", 12),
        ("3 Dez 2026 100", 12),
        ("3 sty 2026 100", 1),
        ("3 gen 2026 100", 1),
    ],
)
def test_months(text, month):
    assert written(text, LOCATED) == datetime(2026, month, 3, 1, 0, tzinfo=WEST)


@pytest.mark.parametrize(
    "text", ["", "Oct 2025", "3 jui 2026 100", "3 Hydref 2026 100", "Oct 40, 2025 1022 AM", "5 5 5"]
)
def test_what_is_not_clear_is_not_guessed(text):
    assert written(text, LOCATED) is None


def test_noon_and_midnight():
    assert written("Oct 10, 2025 1205 AM", LOCATED).hour == 0
    assert written("Oct 10, 2025 1205 PM", LOCATED).hour == 12


def test_a_bare_time_follows_the_zones_own_rules():
    located = in_zone(LOS_ANGELES)
    assert stamped("2026-07-01 12:00:00", located).utcoffset() == timedelta(hours=-7)
    assert stamped("2026-01-01 12:00:00", located).utcoffset() == timedelta(hours=-8)
    assert stamped("2026-01-01 12:00:00", in_zone(None)).tzinfo is not None
