"""The versions of the stages of a release: what they make of the recorded inputs, and no other."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.diagnosis.closeness import misfit
from grader.diagnosis.played_loops import Played, same_numbers, shows_why
from grader.diagnosis.versions import VersionOutcome, Versions
from grader.errors import NotSettledHere
from grader.observed_calls import FindInnerCause, InnerCause, Observation, StageCall
from grader.subject.recorded_answers import RecordedAnswers, RecordedCall, RecordedRun
from grader.subject.subject import Subject
from grader.subject.values import Floats, answer_numbers, identical

# What a loop hands on may have been cast to float32 and back.
_CAST = 1e-6


class RecordedVersions(Versions):
    """The recorded versions of one subject.

    Args:
        recorded: those of the subject.
    """

    def __init__(self, subject: Subject, recorded: RecordedAnswers) -> None:
        super().__init__(subject)
        self._recorded = recorded

    def outcome(self, version: str, arguments: Sequence[Any], precision: str) -> VersionOutcome:
        """What a version of a stage came to.

        Raises:
            NotSettledHere: it was not recorded.
        """
        found = self._recorded.outcome(version, self._digest(arguments), precision)
        return VersionOutcome(
            value=None if found.value is None else found.value.astype(np.float64),
            is_whole=found.is_whole,
            form=found.form,
            after=None if found.after is None else tuple(found.after),
        )

    def play(self, stage: str, version: str, *, seen: Observation) -> Played:
        """Compare what a version of a loop did with what a student's loop did.

        Raises:
            NotSettledHere: the inputs are not among the recorded ones.
        """
        self._recorded.run(stage, seen.arguments)
        try:
            run = self._recorded.run(version, seen.arguments)
        except NotSettledHere:
            # The check of this version ended before it made this call; so another loop made it.
            return Played.OTHER
        return _compared(run, seen)


def unsettled_causes(versions: Versions) -> FindInnerCause:
    """What stops at a wrong answer: whether inner stages explain it, only right code can tell."""

    def find(
        stage: str, calls: Sequence[tuple[Sequence[Any], Any]], wrong: Sequence[str]
    ) -> InnerCause | None:
        arguments, value = calls[-1]
        if not wrong or stage not in versions.subject.functions:
            return None
        if misfit(versions, stage, arguments, came=answer_numbers(value)) <= 1:
            return None
        raise NotSettledHere

    return find


def _compared(run: RecordedRun, seen: Observation) -> Played:
    failed = seen.failure is not None
    for place, call in enumerate(seen.calls):
        if place == len(run.calls):
            return Played.OTHER
        if not _is_same_call(run.calls[place], call, seen.calls):
            return Played.OTHER
        if call.returned is None:  # the version gets no answer either
            return _ended(seen) if failed and place + 1 == len(seen.calls) else Played.OTHER
    if len(run.calls) > len(seen.calls) or run.ended == "cut":
        return _ended(seen) if failed else Played.OTHER
    if run.ended == "raised":
        return Played.UNKNOWN if failed else Played.OTHER
    same = not failed and same_numbers(run.value, seen.value) and _left_alone(run, seen)
    return Played.SAME if same else Played.OTHER


def _ended(seen: Observation) -> Played:
    return Played.SAME if shows_why(seen) else Played.UNKNOWN


def _is_same_call(recorded: RecordedCall, call: StageCall, calls: Sequence[StageCall]) -> bool:
    """Whether a student's loop handed on what the version did: the same ids, or what came back."""
    if recorded.stage != call.stage:
        return False
    came = answer_numbers(call.received)
    made = answer_numbers(_handed_on(recorded, calls))
    if came is None or made is None or came.are_whole != made.are_whole:
        return False
    if came.form != made.form:
        return False
    theirs, ours = np.squeeze(came.array), np.squeeze(made.array)
    if not came.are_whole:  # all rows of the logits in the place of the last one are the same
        theirs, ours = _last_rows(theirs, ours.ndim), _last_rows(ours, theirs.ndim)
    if theirs.shape != ours.shape:
        return False
    return np.allclose(theirs, ours, rtol=_CAST, atol=_CAST)


def _last_rows(array: Floats, axes: int) -> Floats:
    while array.ndim > axes:
        array = array[-1]
    return array


def _handed_on(recorded: RecordedCall, calls: Sequence[StageCall]) -> Any:
    if recorded.origin is None:
        return recorded.received
    returned = calls[recorded.origin].returned
    if recorded.row is None or returned is None:
        return returned
    rows = np.asarray(returned)
    rows = rows.reshape(-1, rows.shape[-1])
    return rows[recorded.row] if recorded.row < len(rows) else None


def _left_alone(run: RecordedRun, seen: Observation) -> bool:
    """Whether lists and arrays among the arguments are afterwards what the version leaves."""
    return seen.after is None or all(
        identical(after, left)
        for after, left in zip(seen.after, run.after or (), strict=False)
        if isinstance(left, list | np.ndarray)
    )
