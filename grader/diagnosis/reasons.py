"""Why one stage is wrong, and which of its checks that concerns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.diagnosis import arrays, loops
from grader.diagnosis.patterns import pattern
from grader.diagnosis.plain_answers import constant_answers, plain_answers
from grader.diagnosis.played_loops import Played
from grader.diagnosis.repeated_calls import differs_when_repeated
from grader.diagnosis.seen_calls import SeenCall, calls_of
from grader.diagnosis.versions import Versions
from grader.observed_calls import AskStudent, Observation
from grader.records import Finding, StageResult
from grader.subject.misconception import Misconception

_CHANGES = "An argument is changed in place; the caller still needs it as it was."


@dataclass(frozen=True, slots=True)
class Reason:
    """A finding, and the checks whose own calls show nothing of it."""

    finding: Finding
    not_in: frozenset[str] = frozenset()


def reasons_of(
    versions: Versions, stage: StageResult, seen: Sequence[Observation], *, ask: AskStudent | None
) -> list[Reason]:
    """What is known of one stage; nothing if it is right, not written or not of the subject.

    Args:
        seen: the calls of this stage.
        ask: makes one more call, to see whether it gives the same.
    """
    subject, name = versions.subject, stage.stage
    if not seen or stage.first_failure is None or name not in subject.functions:
        return []
    if any(o.is_missing or o.is_unsettled for o in seen):
        return []
    if name in subject.loops:
        return list(_of_loop(versions, name, seen))
    calls = calls_of(versions, name, seen)
    named = arrays.explaining(versions, name, calls)
    # A process that was asked a hidden call again could tell of it when it is asked something else.
    if (
        ask
        and not (named and _rules_out_chance(calls))
        and (said := differs_when_repeated(versions, name, _visible(calls), ask=ask))
    ):
        return [Reason(Finding(stage=name, pattern=said))]
    # What explains the values and what is left of the arguments leaves nothing for another idea.
    changing = {entry.id for entry in arrays.changing(versions, name, calls)}
    named = [entry for entry in named if entry.id in changing] or named
    values = list(_of_values(versions, name, calls, named=named))
    return _merged([*values, *_of_changes(versions, name, calls)])


def _merged(reasons: Sequence[Reason]) -> list[Reason]:
    """The same finding once, for the checks of both: a change in place may spoil values as well."""
    merged: dict[tuple[object, ...], Reason] = {}
    for reason in reasons:
        found = reason.finding.misconceptions, reason.finding.pattern
        before = merged.get(found, reason)
        merged[found] = Reason(reason.finding, before.not_in & reason.not_in)
    return list(merged.values())


def _of_loop(versions: Versions, name: str, seen: Sequence[Observation]) -> Iterator[Reason]:
    right = {id(o) for o in seen if versions.play(name, name, seen=o) is Played.SAME}
    not_in = _checks([o.check for o in seen], [o.check for o in seen if id(o) not in right])
    if found := loops.explaining(versions, name, seen):
        yield Reason(_finding(name, found), not_in)
    elif pairs := loops.explaining_pairs(versions, name, seen):
        yield Reason(_finding_of_pairs(name, pairs), not_in)


def _rules_out_chance(calls: Sequence[SeenCall]) -> bool:
    """Whether drawn numbers cannot give what a known mistake gives in all calls.

    Several answers of whole numbers are soon the same by chance, answers of floats are not.
    """
    returned = [call.came for call in calls if call.came is not None and call.wrongness > 1]
    return not any(came.are_whole for came in returned)


def _of_values(
    versions: Versions,
    name: str,
    calls: Sequence[SeenCall],
    *,
    named: Sequence[Misconception],
) -> Iterator[Reason]:
    """The mistake, or two of them, or what the errors have in common.

    A name comes from a fixed list, so hidden calls may show it. What else is said follows from the
    answers themselves: it is what visible calls show, whatever the others do.

    Args:
        named: the mistakes that explain all calls.
    """
    visible = _visible(calls)
    wrong = [c.check for c in calls if not arrays.is_explained_by_right(versions, name, c)]
    not_in = _checks([c.check for c in calls], wrong)
    if said := plain_answers(versions, name, visible):
        yield Reason(Finding(stage=name, pattern=said))
    elif plain_answers(versions, name, calls):
        return  # in hidden calls alone; and answers without information have no name
    elif named:
        yield Reason(_finding(name, named), not_in)
    elif said := constant_answers(visible):
        yield Reason(Finding(stage=name, pattern=said))
    elif constant_answers(calls):
        return
    elif pairs := arrays.explaining_pairs(versions, name, calls):
        yield Reason(_finding_of_pairs(name, pairs), not_in)
    elif said := pattern(versions, name, visible):
        yield Reason(Finding(stage=name, pattern=said))


def _visible(calls: Sequence[SeenCall]) -> list[SeenCall]:
    return [call for call in calls if not call.hidden]


def _of_changes(versions: Versions, name: str, calls: Sequence[SeenCall]) -> Iterator[Reason]:
    """Arguments changed in place, which is a mistake of its own beside those in the values."""
    changed = [call.check for call in calls if call.changed]
    if not changed:
        return
    not_in = _checks([call.check for call in calls], changed)
    if found := arrays.changing(versions, name, calls):
        yield Reason(_finding(name, found), not_in)
    else:
        yield Reason(Finding(stage=name, pattern=_CHANGES))


def _checks(known: Sequence[str], concerned: Sequence[str]) -> frozenset[str]:
    """The checks of whose calls none is concerned. A check without calls shares another's."""
    return frozenset(known) - frozenset(concerned)


def _finding(stage: str, found: Sequence[Misconception]) -> Finding:
    questions = dict.fromkeys(question for entry in found for question in entry.questions)
    return Finding(
        stage=stage,
        misconceptions=tuple(entry.id for entry in found),
        says=tuple(entry.says for entry in found),
        hints=tuple(dict.fromkeys(entry.hint for entry in found)),
        questions=tuple(questions),
    )


def _finding_of_pairs(stage: str, pairs: Sequence[tuple[Misconception, ...]]) -> Finding:
    """One finding for all pairs that fit."""
    halves = {entry.id: entry for pair in pairs for entry in pair}
    ids = tuple(tuple(entry.id for entry in pair) for pair in pairs)
    return replace(_finding(stage, list(halves.values())), pairs=ids)
