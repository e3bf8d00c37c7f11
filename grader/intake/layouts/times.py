"""Times as layouts write them: with a zone, with the name of one, or with none.

A time without a zone is that of whoever's clock the system showed it by. It is taken in the zone of
the course, or else in that of this machine.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

Located = Callable[[datetime], datetime]  # a time without a zone gets one

_PARTS = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)[T ](\d\d?):(\d\d):(\d\d)(?:\.(\d{1,9}))?\s*(.*)", re.DOTALL
)
_OFFSET = re.compile(r"[+-]\d\d:?\d\d")
_MONTHS = (
    "january januar janvier enero janeiro gennaio januari ocak styczen",
    "february februar fevrier febrero fevereiro febbraio februari subat luty",
    "march marz mars marzo marco maart mart marzec",
    "april avril abril aprile nisan kwiecien",
    "may mai mayo maio maggio mei maj mayis",
    "june juni juin junio junho giugno haziran czerwiec",
    "july juli juillet julio julho luglio temmuz lipiec",
    "august aout agosto augustus augusti agustos sierpien",
    "september septembre septiembre setembro settembre eylul wrzesien",
    "october oktober octobre octubre outubro ottobre ekim pazdziernik",
    "november novembre noviembre novembro kasim listopad",
    "december dezember decembre diciembre dezembro dicembre desember aralik grudzien",
)
_AFTERNOON = {"pm", "p m", "م", "下午", "오후", "午後", "nachm", "μμ"}
_MORNING = {"am", "a m", "ص", "上午", "오전", "午前", "vorm", "πμ"}


def in_zone(zone: tzinfo | None) -> Located:
    """Takes times without a zone in this one; None is that of this machine."""
    return lambda time: time.astimezone() if zone is None else time.replace(tzinfo=zone)


def zone_note(times: Iterable[datetime | None]) -> Iterator[str]:
    """What a person should know of times that had no zone."""
    if names := sorted({str(time.tzname()) for time in times if time is not None}):
        yield f"The times have no zone in this download, and were taken as {' and '.join(names)}."


def stamped(text: str, located: Located) -> datetime | None:
    """A time such as `2026-03-01 23:59:07.5 America/Los_Angeles`, or with an offset, or bare."""
    if (match := _PARTS.fullmatch(text.strip())) is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    micro = int((match[7] or "0").ljust(6, "0")[:6])
    try:
        bare = datetime(year, month, day, hour, minute, second, micro)
        return _with_zone(bare, match[8], located)
    except (ValueError, OverflowError, OSError, KeyError):  # KeyError: there is no such zone
        return None


def _with_zone(bare: datetime, zone: str, located: Located) -> datetime:
    if not zone:
        return located(bare)
    if zone in ("Z", "UTC", "GMT"):
        return bare.replace(tzinfo=UTC)
    if _OFFSET.fullmatch(zone):
        return datetime.fromisoformat(f"{bare.isoformat()}{zone[:3]}:{zone[-2:]}")
    return bare.replace(tzinfo=ZoneInfo(zone))


def written(text: str, located: Located) -> datetime | None:
    """A date for people, as in `Oct 10, 2025 1022 AM` or `10 octobre 2025 2207`, if it is clear.

    A time has no colon there, and months may stand in one of several languages.
    """
    found = _with_number(text) or _with_name(text)
    if found is None:
        return None
    year, month, day, hour, minute, after = found
    try:
        return located(datetime(year, month, day, _hour(hour, after), minute))
    except (ValueError, OverflowError, OSError):
        return None


def _with_number(text: str) -> tuple[int, int, int, int, int, str] | None:
    """Year, month, day, hour, minute and the rest, where the year comes first."""
    match = re.match(r"\s*(\d{4})\D+(\d\d?)\D+(\d\d?)(\D+)(\d\d?)[.: ]?(\d\d)(?!\d)(.*)", text)
    if match is None:
        return None
    year, month, day, hour, minute = (int(match[n]) for n in (1, 2, 3, 5, 6))
    return year, month, day, hour, minute, match[4] + match[7]


def _with_name(text: str) -> tuple[int, int, int, int, int, str] | None:
    """The same, where the month has a name and the year comes after it."""
    year = re.search(r"(?<!\d)\d{4}(?!\d)", text)
    if year is None:
        return None
    before, after = text[: year.start()], text[year.end() :]
    clock = re.search(r"(?<!\d)(\d{1,2})[.: ]?(\d\d)(?!\d)", after)
    month = _month(before)
    day = re.search(r"(?<!\d)\d{1,2}(?!\d)", before)
    if month is None or clock is None or day is None:
        return None
    return int(year[0]), month, int(day[0]), int(clock[1]), int(clock[2]), after


def _month(text: str) -> int | None:
    """The month that a text names, in full or by the beginning of its name."""
    found = set()
    for word in re.findall(r"[^\W\d_]+", _plain(text)):
        numbers = {
            number
            for number, names in enumerate(_MONTHS, start=1)
            if len(word) >= 3 and any(name.startswith(word) for name in names.split())
        }
        if len(numbers) == 1:
            found |= numbers
    return found.pop() if len(found) == 1 else None


def _hour(hour: int, text: str) -> int:
    words = re.findall(r"[^\W\d_]+", _plain(text))
    said = {*words, " ".join(words)}
    if said & _AFTERNOON and hour < 12:
        return hour + 12
    return 0 if said & _MORNING and hour == 12 else hour


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
