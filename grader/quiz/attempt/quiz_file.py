"""A quiz of a course as a YAML file: which questions, when, how long, how often.

title: Week 3
id: week-3                    # unique in the course; without one, the name of the file
questions: [kv-cache, generation-loop.input-length]   # whole topics, or single questions
pools:
  - {pick: 3, of: [ablations, diagnosis]}
time_zone: Europe/Berlin
opens: 2026-03-02 09:00
closes: 2026-03-09 23:59
minutes: 45
attempts: 2
counts: best
feedback: after-closing
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec

from grader import strict_yaml
from grader.errors import CourseError, did_you_mean
from grader.quiz.attempt.quiz import Pool, Quiz
from grader.quiz.attempt.rules import Counts, Feedback, Rules
from grader.quiz.bank.topics import Bank
from grader.quiz.items.item import Item
from grader.settings import Positive, course_around

ENDINGS = (".yaml", ".yml")
_LONGEST_NAME = 200  # as the store keeps it
_A_TIME = "Write e.g. `{key}: 2026-03-02 09:00+01:00`, or leave out the zone and add `time_zone`."

Minutes = Annotated[float, msgspec.Meta(gt=0, le=366 * 24 * 60)]


class _PoolEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    pick: Positive
    of: tuple[str, ...]


class _QuizFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    title: str
    id: str | None = None
    questions: tuple[str, ...] = ()
    pools: tuple[_PoolEntry, ...] = ()
    time_zone: str | None = None
    opens: Any = None
    closes: Any = None
    minutes: Minutes | None = None
    attempts: Positive | None = None
    counts: Counts = Counts.BEST
    shuffle: bool = True
    feedback: Feedback = Feedback.NOW


def is_quiz_file(word: str) -> bool:
    """Whether a word on the command line names a file rather than a topic."""
    return word.endswith(ENDINGS) or "/" in word


def load_quiz(path: Path, bank: Bank) -> Quiz:
    """Read a quiz and find its questions in the bank.

    Raises:
        CourseError: a key is wrong, or names a question that is not there.
    """
    file = strict_yaml.read(path, _QuizFile)
    finder = _QuestionFinder(bank, str(path))
    items = tuple(finder.find(file.questions, key="questions"))
    pools = tuple(_pool(entry, number, finder) for number, entry in enumerate(file.pools))
    if not items and not pools:
        raise CourseError(
            "there are no questions",
            at=str(path),
            fix="Add `questions: [...]` with topics or ids of questions, or `pools`.",
        )
    return Quiz(
        name=_name(file, path),
        title=file.title,
        path=path,
        items=items,
        pools=pools,
        rules=_rules(file, str(path)),
        bank=bank.topics,
        course=course_around(path.resolve().parent),
        has_id=file.id is not None,
    )


def identity(path: Path) -> tuple[str, str]:
    """What attempts at the quiz of a file are kept under: the key of its course, and its name.

    Raises:
        CourseError: a key is wrong.
    """
    name = _name(strict_yaml.read(path, _QuizFile), path)
    return course_around(path.resolve().parent).key, name


def _name(file: _QuizFile, path: Path) -> str:
    name = path.name if file.id is None else file.id.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise CourseError(
            f"id: expected 1 to {_LONGEST_NAME} letters, digits or signs, got {file.id!r}"
            if file.id is not None
            else "the name is too long",
            at=str(path),
            fix="Write e.g. `id: week-3`.",
        )
    return name


class _QuestionFinder:
    """Finds questions by the names of topics or by their ids, each only once."""

    def __init__(self, bank: Bank, at: str) -> None:
        self._topics = {topic.name: topic.items for topic in bank.topics}
        self._items = {item.id: item for topic in bank.topics for item in topic.items}
        self._at = at
        self._seen: dict[str, str] = {}  # the key under which each question stands

    def find(self, names: Iterable[str], *, key: str) -> Iterator[Item]:
        for place, name in enumerate(names):
            for item in self._named(name, f"{key}[{place}]"):
                if item.id in self._seen:
                    raise CourseError(
                        f"{key}[{place}]: the question {item.id!r} stands twice",
                        at=self._at,
                        fix=f"It stands in {self._seen[item.id]}, too. Keep one of them.",
                    )
                self._seen[item.id] = f"{key}[{place}]"
                yield item

    def _named(self, name: str, where: str) -> tuple[Item, ...]:
        if name in self._topics:
            return self._topics[name]
        if name in self._items:
            return (self._items[name],)
        near = did_you_mean(name, self._items if "." in name else self._topics)
        fix = near if "mean" in near else "Write a topic or an id; `grader quiz list` shows topics."
        raise CourseError(f"{where}: there is no topic or question {name!r}", at=self._at, fix=fix)


def _pool(entry: _PoolEntry, number: int, finder: _QuestionFinder) -> Pool:
    key = f"pools[{number}]"
    items = tuple(finder.find(entry.of, key=f"{key}.of"))
    if entry.pick > len(items):
        raise CourseError(
            f"{key}.pick: {entry.pick} cannot be drawn from {len(items)}",
            at=finder._at,
            fix=f"Write at most {len(items)}, or add questions to `of`.",
        )
    return Pool(entry.pick, items)


def _rules(file: _QuizFile, at: str) -> Rules:
    zone = _zone(file.time_zone, at)
    opens, closes = (
        None if value is None else _time(value, key, zone=zone, at=at)
        for key, value in (("opens", file.opens), ("closes", file.closes))
    )
    if opens and closes and closes <= opens:
        raise CourseError(
            "closes: the quiz closes before it opens", at=at, fix="Write a time after `opens`."
        )
    if file.feedback == Feedback.CLOSED and closes is None:
        raise CourseError(
            "feedback: after-closing, but the quiz never closes",
            at=at,
            fix="Add `closes: ...`, or write `feedback: end`.",
        )
    return Rules(
        opens=opens,
        closes=closes,
        limit=None if file.minutes is None else timedelta(minutes=file.minutes),
        attempts=file.attempts,
        counts=file.counts,
        shuffle=file.shuffle,
        feedback=file.feedback,
    )


def _zone(name: str | None, at: str) -> tzinfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = did_you_mean(name, available_timezones())
        fix = near if "mean" in near else "Write e.g. `time_zone: Europe/Berlin`."
        raise CourseError(f"time_zone: there is no zone {name!r}", at=at, fix=fix) from error


def _time(value: Any, key: str, *, zone: tzinfo | None, at: str) -> datetime:
    """A moment. A time without a zone gets the quiz's, and one that is not unique is refused."""
    found = _as_datetime(value)
    fix = _A_TIME.format(key=key)
    if found is None:
        shown = value.isoformat() if isinstance(value, date) else value
        raise CourseError(f"{key}: expected a date with a time, got {shown!r}", at=at, fix=fix)
    if found.tzinfo is not None:
        return found
    if zone is None:
        raise CourseError(f"{key}: the time {found} has no time zone", at=at, fix=fix)
    local = found.replace(tzinfo=zone)
    offset, later_offset = local.utcoffset(), local.replace(fold=1).utcoffset()
    if offset != later_offset:
        times = "does not exist" if later_offset > offset else "comes twice"  # type: ignore[operator]
        raise CourseError(
            f"{key}: the time {found} {times} in {zone}, where clocks are changed then",
            at=at,
            fix=_A_TIME.format(key=key).partition(",")[0] + ", with the zone.",
        )
    return local


def _as_datetime(value: Any) -> datetime | None:
    """YAML reads some spellings of a time as one, and others as text."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or ":" not in value:
        return None
    try:
        return datetime.fromisoformat(value.strip().replace(" +", "+").replace(" -", "-"))
    except ValueError:
        return None
