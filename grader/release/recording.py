"""Recording a subject on the inputs of the visible checks, for a release.

The visible checks are run on right functions in this process, once for each version of a loop.
What they hand to a stage, and what they ask of the reference, is all that is ever recorded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from msgspec.structs import astuple

from grader.diagnosis.versions import VersionOutcome, Versions
from grader.errors import CourseError, Crashed
from grader.harness.functions_here import FunctionsHere
from grader.harness.grading import grade
from grader.observed_calls import AskStudent, Observation, StageCall, copied
from grader.records import Report, Submission
from grader.release.recorded_runs import recorded_run
from grader.remembered import content_digest, remembered
from grader.sandbox import contract
from grader.settings import Assignment
from grader.subject.recorded_answers import (
    KnownMistake,
    RecordedAnswers,
    RecordedOutcome,
    RecordedRun,
    run_key,
)
from grader.subject.steady_inputs import assert_steady
from grader.subject.subject import Subject, parameters
from grader.subject.values import identical, plain

_RIGHT, _AGAIN = "reference", "reference, again"


@dataclass(slots=True)
class _Heard:
    """What the visible checks did with right functions, and with each wrong loop among them."""

    reports: dict[str, Report] = field(default_factory=dict)  # by the version of a loop
    observations: dict[str, Sequence[Observation]] = field(default_factory=dict)
    answers: dict[str, dict[bytes, Any]] = field(default_factory=dict)  # of the reference


def recorded(assignment: Assignment, subject: Subject) -> RecordedAnswers:
    """The answers of a subject to all inputs of the visible checks.

    Raises:
        CourseError: the checks are wrong, ask something else each time, or the right functions do
            not pass them.
    """
    heard = _heard(assignment, subject)
    _assert_right(heard.reports[_RIGHT], assignment)
    assert_steady(heard.observations[_RIGHT], heard.observations[_AGAIN], folder=assignment.folder)
    return RecordedAnswers(
        subject=subject.name,
        parameters={name: parameters(function) for name, function in subject.functions.items()},
        mistakes=tuple(
            KnownMistake(
                id=entry.id,
                says=entry.says,
                hint=entry.hint,
                questions=entry.questions,
                concept=entry.concept,
                differs_only=entry.differs_only,
            )
            for entry in subject.misconceptions
        ),
        axes={name: tuple(axes) for name, axes in subject.axes.items()},
        causal=tuple(sorted(subject.causal)),
        loops=tuple(subject.loops),
        answers=heard.answers,
        outcomes=_outcomes(subject, heard.observations[_RIGHT]),
        runs=_runs(assignment, subject, heard),
    )


def _outcomes(
    subject: Subject, observations: Sequence[Observation]
) -> dict[str, dict[bytes, tuple[RecordedOutcome, RecordedOutcome]]]:
    versions = Versions(subject)
    found: dict[str, dict[bytes, tuple[RecordedOutcome, RecordedOutcome]]] = {}
    for seen in observations:
        stage = seen.stage
        if stage not in subject.functions or stage in subject.loops:
            continue
        digest = content_digest(list(seen.arguments))
        for version in (stage, *(entry.id for entry in subject.of_stage(stage))):
            double = versions.outcome(version, seen.arguments, "float64")
            single = versions.outcome(version, seen.arguments, "float32")
            found.setdefault(version, {})[digest] = (
                _outcome(double, is_exact=version == stage),
                _outcome(single, is_exact=False),
            )
    return found


def _outcome(outcome: VersionOutcome, *, is_exact: bool) -> RecordedOutcome:
    stored: Any = outcome.value
    value = outcome.value
    if value is not None and value.ndim and not is_exact:
        with np.errstate(over="ignore"):
            small = value.astype(np.float32)
        # Its rounding is far below what tells two versions apart, unless it leaves the range.
        is_near = np.allclose(small, value, rtol=1e-6, atol=1e-30, equal_nan=True)
        stored = small if is_near else value
    after = None if outcome.after is None else plain(list(outcome.after))
    return RecordedOutcome(value=stored, is_whole=outcome.is_whole, after=after, form=outcome.form)


def _runs(
    assignment: Assignment, subject: Subject, heard: _Heard
) -> dict[str, dict[bytes, RecordedRun]]:
    """What each version of each loop does on the inputs of the visible checks."""
    found: dict[str, dict[bytes, RecordedRun]] = {}
    for loop in subject.loops:
        for version in (loop, *(entry.id for entry in subject.of_stage(loop))):
            runs = found.setdefault(version, {})
            for seen in heard.observations[_RIGHT if version == loop else version]:
                if seen.stage == loop:
                    _add(runs, seen, assignment)
    return found


def _add(runs: dict[bytes, RecordedRun], seen: Observation, assignment: Assignment) -> None:
    key, run = run_key(seen.arguments), recorded_run(seen)
    if not identical(_content(runs.setdefault(key, run)), _content(run)):
        raise CourseError(
            f"two calls of {seen.stage} have the same arguments, and their stages answer otherwise",
            at=str(assignment.folder),
            fix="Give each run of a loop a prompt of its own.",
        )


def _content(run: RecordedRun) -> Any:
    return [*map(astuple, run.calls), run.value]


def _heard(assignment: Assignment, subject: Subject) -> _Heard:
    """Run the visible checks on the right functions, then on each wrong loop among them."""
    heard, playing = _Heard(), [_RIGHT]
    wrong = [entry.id for loop in subject.loops for entry in subject.of_stage(loop)]

    def submissions() -> Iterator[Submission]:
        for version in (_RIGHT, _AGAIN, *wrong):
            playing[:] = [version]
            yield Submission(name=version, cells=((version, ""),), modules={}, digest=version)

    def keep(report: Report, seen: Sequence[Observation], ask: AskStudent) -> Report:
        heard.observations[report.submission] = list(seen)
        return report

    def add(report: Report) -> None:
        heard.reports[report.submission] = report

    def listening(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            digest = content_digest(list(arguments))
            value = function(*arguments)
            heard.answers.setdefault(name, {})[digest] = copied(value)
            return value

        return call

    grade(
        submissions(),
        assignment=assignment,
        sandbox=FunctionsHere(_answering(subject, playing)),
        with_hidden=False,
        secret="",
        emit=add,
        reference={n: listening(n, function) for n, function in subject.over_arrays().items()},
        explain=keep,
    )
    return heard


def _answering(
    subject: Subject, playing: Sequence[str]
) -> Callable[[contract.StudentCall, contract.Answerer], contract.Returned]:
    """What answers with right functions, and with the version that is played now."""
    functions = {n: remembered(function) for n, function in subject.over_arrays().items()}

    def answer(call: contract.StudentCall, ask: contract.Answerer) -> contract.Returned:
        stage = call.function
        if stage not in functions:
            raise Crashed(f"the subject has no {stage}")
        if stage not in subject.loops:
            value = functions[stage](*call.arguments)
            return contract.Returned(value=value, arguments=list(call.arguments))
        is_wrong = playing[0].partition(".")[0] == stage
        return _looped(subject, playing[0] if is_wrong else stage, call, ask)

    return answer


def _looped(
    subject: Subject, version: str, call: contract.StudentCall, answer: contract.Answerer
) -> contract.Returned:
    """Run a version of a loop on the stages that a check hands it."""
    loop = subject.loops[call.function]
    assert loop is not None

    def ask(stage: str, received: Any) -> Any:
        handed_on = plain(received)
        returned = answer(stage, loop.sent(stage, handed_on))
        return loop.answer(StageCall(stage, handed_on, returned), received)

    seen = Observation(stage=call.function, arguments=tuple(copied(list(call.arguments))))
    arguments = loop.arguments(seen, ask)
    try:
        value = plain(subject.function_of(version)(*arguments))
    except contract.Stop:
        raise
    except Exception as error:  # a refused call, or a version that fails on what stages return
        raise Crashed(f"{version} raised {error}") from error
    after = [
        plain(a) if isinstance(a, list | np.ndarray) else sent
        for a, sent in zip(arguments, call.arguments, strict=True)
    ]
    return contract.Returned(value=value, arguments=after)


def _assert_right(report: Report, assignment: Assignment) -> None:
    for stage in report.stages:
        if stage.first_failure is not None:
            raise CourseError(
                f"the right functions do not pass {stage.first_failure.check}: "
                f"{stage.first_failure.message or stage.first_failure.verdict.value}",
                at=str(assignment.folder),
                fix="Mend the check, or the function: `grader audit` shows more.",
            )
