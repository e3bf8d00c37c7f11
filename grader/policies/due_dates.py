"""When something is due: a day and a time with a zone, as one moment.

A time that clocks show twice, when they are set back, is the later of the two, so that nobody loses
an hour. One that they leave out does not exist, and is refused.
"""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FORM = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:[ T]+(?P<time>\d{1,2}:\d{2}(?::\d{2})?))?\s*"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2}|[A-Za-z][\w/+-]*)?"
)
_HALF = ("am", "pm")  # of a day, as some clocks show it
_OFFSET = re.compile(r"[+-](?:[01]\d|2[0-3]):?[0-5]\d")
_EXAMPLE = "2026-11-30 23:59 Europe/Zurich"


def zone_named(name: str) -> ZoneInfo:
    """A zone by its name in the IANA database.

    Raises:
        ValueError: there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"there is no time zone {name!r}; write one such as `Europe/Zurich` or `UTC`"
        ) from error


def moment(written: object, *, zone: str) -> datetime:
    """The moment that somebody wrote, in UTC.

    Args:
        written: a day and a time, with or without a zone of its own; YAML may have read it as a
            date already.
        zone: the zone where none is written; empty if there is none.

    Raises:
        ValueError: that is no time, it has no zone, or clocks there never show it.
    """
    try:
        return _moment(written, zone)
    except OverflowError as error:
        raise ValueError(f"{written!r} is out of range; write e.g. `{_EXAMPLE}`") from error


def in_words(at: datetime, zone: str) -> str:
    """A moment as it is read in a zone, to the minute; in UTC if none is named."""
    name = zone or "UTC"
    return f"{at.astimezone(zone_named(name)):%Y-%m-%d %H:%M} {name}"


def zone_of(written: object, *, zone: str) -> str:
    """The name of the zone that stands behind a time; else the one given."""
    found = _FORM.fullmatch(written.strip()) if isinstance(written, str) else None
    own = (found["zone"] if found else None) or ""
    return own if own[:1].isalpha() and own != "Z" else zone


def _moment(written: object, zone: str) -> datetime:
    if isinstance(written, datetime):
        return _in_zone(written, zone) if written.tzinfo is None else written.astimezone(UTC)
    if isinstance(written, date):
        raise ValueError(f"{written} has no time of day; write e.g. `{written} 23:59`")
    if not isinstance(written, str) or not (found := _FORM.fullmatch(written.strip())):
        raise ValueError(f"{written!r} is no time; write e.g. `{_EXAMPLE}`")
    if found["time"] is None:
        raise ValueError(f"{written!r} has no time of day; write e.g. `{_EXAMPLE}`")
    own = found["zone"] or ""
    _check_zone(own, written)
    try:
        hours, _, rest = found["time"].partition(":")
        clock = time.fromisoformat(f"{hours:0>2}:{rest}")
        naive = datetime.combine(date.fromisoformat(found["day"]), clock)
        if own == "Z" or own[:1] in ("+", "-"):
            return datetime.fromisoformat(f"{naive.isoformat()}{own}").astimezone(UTC)
    except ValueError as error:
        raise ValueError(f"{written!r} is no time ({error}); write e.g. `{_EXAMPLE}`") from error
    return _in_zone(naive, own or zone)


def _check_zone(zone: str, written: str) -> None:
    if zone.lower() in _HALF:
        raise ValueError(f"{written!r} is by a clock of 12 hours; write e.g. `{_EXAMPLE}`")
    if zone[:1] in ("+", "-") and not _OFFSET.fullmatch(zone):
        raise ValueError(f"{written!r}: no zone is at {zone}; write e.g. `{_EXAMPLE}`")


def _in_zone(naive: datetime, zone: str) -> datetime:
    """The moment at which clocks of a zone show this; the later one of two."""
    if not zone:
        raise ValueError(
            f"{naive:%Y-%m-%d %H:%M} has no time zone; write it behind the time, as in "
            f"`{_EXAMPLE}`, or `zone: Europe/Zurich` for the whole course"
        )
    there = zone_named(zone)
    at = naive.replace(tzinfo=there, fold=1).astimezone(UTC)
    if at.astimezone(there).replace(tzinfo=None) == naive:
        return at
    # in a gap `fold=0` reads the clock as if it had not been set forward
    after = naive.replace(tzinfo=there, fold=0).astimezone(UTC).astimezone(there)
    before = at.astimezone(there)
    raise ValueError(
        f"{naive:%Y-%m-%d %H:%M} does not exist in {zone}, where clocks are set forward then; "
        f"write `{before:%Y-%m-%d %H:%M}` or `{after:%Y-%m-%d %H:%M}`"
    )
