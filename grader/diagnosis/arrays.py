"""Which known mistakes explain all answers of a stage that computes numbers."""

from collections.abc import Sequence
from time import thread_time

from grader.diagnosis.closeness import misfit, misfits
from grader.diagnosis.seen_calls import SeenCall
from grader.diagnosis.versions import Versions
from grader.subject.misconception import Misconception
from grader.subject.subject import both
from grader.subject.values import alike

# A right answer with somewhat more rounding than is allowed is no misconception.
CLEARLY_WRONG = 3.0
# Of computing time, so that a busy machine names what an idle one does. The first submission of a
# class takes 0.3 on a stage of `decoder-generation`, the next ones a tenth of that.
SECONDS_FOR_PAIRS = 2.0


def explaining(versions: Versions, stage: str, calls: Sequence[SeenCall]) -> list[Misconception]:
    """The misconceptions that compute what the student's code did, in every call that returned.

    Code raises for many reasons, so an exception names nothing and rules nothing out. It only
    chooses: of several that fit, those are taken that explain the most of the exceptions.
    Neither is anything named that only the right answer explains as well.
    """
    if not _is_clear(versions, stage, calls):
        return []
    found = [
        entry
        for entry in versions.subject.of_stage(stage)
        if _explains(versions, entry.id, calls)
        and not any(_changes_more(versions, entry.id, call) for call in calls)
    ]
    raised = [call for call in calls if call.raised]
    silent = {
        entry.id: sum(not _raises_too(versions, entry.id, call) for call in raised)
        for entry in found
    }
    fewest = min(silent.values(), default=0)
    return sorted((entry for entry in found if silent[entry.id] == fewest), key=_is_special)


def explaining_pairs(
    versions: Versions, stage: str, calls: Sequence[SeenCall]
) -> list[tuple[Misconception, ...]]:
    """The pairs of misconceptions that compute it together, where no single one does.

    They are held to the same: every call must be explained, and neither of the two alone may
    come near. Nothing is named when the time is up, for a pair not tried might fit as well.
    """
    if not _is_clear(versions, stage, calls):
        return []
    find = versions.subject.find
    found: list[tuple[Misconception, ...]] = []
    end = thread_time() + SECONDS_FOR_PAIRS
    for pair in versions.subject.pairs_of(stage):
        if thread_time() > end:
            return []
        if _explain_together(versions, pair, calls):
            found.append(tuple(sorted(map(find, pair), key=_is_special)))
    return sorted(found, key=lambda pair: sum(map(_is_special, pair)))


def changing(versions: Versions, stage: str, calls: Sequence[SeenCall]) -> list[Misconception]:
    """The misconceptions that leave the arguments as the student's code does, in every call."""
    seen = [call for call in calls if call.after is not None]
    if not any(call.changed for call in seen):
        return []
    return [
        entry
        for entry in versions.subject.of_stage(stage)
        if all(_leaves_the_same(versions, entry.id, call) for call in seen)
    ]


def is_explained_by_right(versions: Versions, stage: str, call: SeenCall) -> bool:
    """Whether a call came to what the right code comes to."""
    return not call.raised and misfit(versions, stage, call.arguments, came=call.came) <= 1


def _leaves_the_same(versions: Versions, version: str, call: SeenCall) -> bool:
    after = versions.outcome(version, call.arguments, "float32").after
    if after is None or not call.changed:
        return after is None and not call.changed
    return alike(call.after, after)


def _changes_more(versions: Versions, version: str, call: SeenCall) -> bool:
    """Whether it changes arguments where the student's code is known to change none."""
    if call.after is None or call.changed:
        return False
    return versions.outcome(version, call.arguments, "float32").after is not None


def _is_clear(versions: Versions, version: str, calls: Sequence[SeenCall]) -> bool:
    """Whether some answer is clearly not that of this version."""
    return any(
        misfit(versions, version, call.arguments, came=call.came) >= CLEARLY_WRONG
        for call in calls
        if call.came is not None
    )


def _is_special(entry: Misconception) -> bool:
    return entry.differs_only != ""


def _explain_together(versions: Versions, pair: tuple[str, str], calls: Sequence[SeenCall]) -> bool:
    version = both(pair)
    return _explains(versions, version, calls) and all(
        _is_clear(versions, alone, calls) for alone in pair
    )


def _explains(versions: Versions, version: str, calls: Sequence[SeenCall]) -> bool:
    """Whether one precision of a version explains all calls that did not raise."""
    fits = [True, True]
    for call in calls:
        if not call.raised:
            found = misfits(versions, version, call.arguments, came=call.came)
            fits = [fit and far <= 1 for fit, far in zip(fits, found, strict=True)]
            if not any(fits):
                return False
    return True


def _raises_too(versions: Versions, version: str, call: SeenCall) -> bool:
    return versions.outcome(version, call.arguments, "float32").value is None
