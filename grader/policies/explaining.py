"""The sentence that says how final points came of raw ones."""

from collections.abc import Iterator
from fractions import Fraction

from grader.policies.lateness import Lateness, TakenOff, begun, step_of
from grader.policies.policy import AttemptRule, LatePenalty, exactly
from grader.text import counted, decimal

_MOST_HOURS = 72  # a longer time is told in days


def length(seconds: Fraction | int) -> str:
    """A length of time in its two largest units: `26 h 10 min`."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    days = hours // 24 if hours > _MOST_HOURS else 0
    parts = [
        (days, counted(days, "day")),
        (hours - 24 * days, f"{hours - 24 * days} h"),
        (rest // 60, f"{rest // 60} min"),
        (rest % 60, f"{rest % 60} s"),
    ]
    said = [words for number, words in parts if number]
    return " ".join(said[:2]) or "less than a second"


def attempt_sentence(
    rule: AttemptRule, number: int, of: int, *, is_taken: bool = True, has_grade: bool = True
) -> str:
    """Which attempt counts, and why; empty of a single one.

    Args:
        is_taken: whether it is; if not, none is, and the last one is told of.
        has_grade: whether it has points.
    """
    if of < 2:
        return ""
    looked_at = min(of, rule.at_most or of)
    if looked_at == 1:
        what = "counts" if is_taken else "is not taken"
        return f"Attempt 1 of {of} {what}; the others are not looked at."
    first = f"the first {looked_at}" if looked_at < of else ""
    if not is_taken or (rule.counts == "best" and not has_grade):
        what = "has a grade" if is_taken else "is taken"
        return f"None of {first or f'the {of}'} attempts {what}; this is number {number}."
    among = f" of {first}" if first else ""
    end = {"first": 1, "last": looked_at}.get(rule.counts, number)
    taken = "" if number == end else " that is taken"
    return f"Attempt {number} of {of} counts, the {rule.counts}{among}{taken}."


def late_sentences(
    rule: LatePenalty | None,
    late: Lateness | None,
    off: TakenOff,
    *,
    earned: Fraction,
    is_marked: bool = False,
    marks_late: bool = False,
) -> Iterator[str]:
    """How late an attempt was, what was given, and what it costs; nothing if it was in time.

    Args:
        is_marked: whether it was marked as late where it was handed in.
        marks_late: whether it would be marked there if it was.
    """
    if late is None:
        return
    if late.after_due is None:
        if is_marked or rule is not None:
            yield _said_without_time(is_marked=is_marked, marks_late=marks_late)
        return
    if late.after_due <= 0:
        return
    yield _said_of_time(late)
    if late.within_grace and rule is not None:
        grace = length(exactly(rule.grace_minutes) * 60)
        yield f"Up to {grace} late costs nobody anything."
    elif rule is not None and late.counted:
        yield _cost(rule, late, off, earned)


def _said_without_time(*, is_marked: bool, marks_late: bool) -> str:
    if is_marked:
        return "It is marked as late, and nobody said how late, so nothing is taken off yet."
    if marks_late:
        return "It is not marked as late."
    return "It is not known when it was handed in, so nothing is taken off for lateness."


def _said_of_time(late: Lateness) -> str:
    assert late.after_due is not None
    given = []
    if late.extension:
        given.append(f"an extension of {length(late.extension)}")
    if late.extra_time:
        given.append(f"{length(late.extra_time)} of extra time")
    if not given:
        return f"Handed in {length(late.after_due)} late."
    gift = " and ".join(given)
    was = f"Handed in {length(late.after_due)} late. {gift[0].upper()}{gift[1:]} "
    was += "were given" if len(given) == 2 or not late.extension else "was given"
    left = late.after_due - late.extension - late.extra_time
    return f"{was}: {length(left)} late remain." if left > 0 else f"{was}, so it is in time."


def _cost(rule: LatePenalty, late: Lateness, off: TakenOff, earned: Fraction) -> str:
    if late.is_cut_off:
        limit = length(rule.cut_off_seconds or 0)
        what = "is worth nothing" if off.is_taken else "is not taken"
        return f"What is more than {limit} late {what}."
    if not off.points:
        return "Nothing is taken off."
    why = _in_words(rule, late)
    return f"\N{MINUS SIGN}{decimal(off.points)} of {decimal(earned)} ({why})."


def _in_words(rule: LatePenalty, late: Lateness) -> str:
    whole = "maximum" if rule.of == "maximum" else "earned points"
    if rule.steps:
        return f"{decimal(step_of(rule, late.counted))} % of the {whole} for so late"
    times = begun(rule, late.counted)
    number = f", {counted(times, rule.per)} begun"
    if rule.points is not None:
        points = exactly(rule.points)
        noun = "point" if points == 1 else "points"
        return f"{decimal(points)} {noun} {_a(rule.per)}{number}"
    return f"{decimal(exactly(rule.percent or 0))} % of the {whole} {_a(rule.per)}{number}"


def _a(period: str) -> str:
    return "an hour" if period == "hour" else "a day"
