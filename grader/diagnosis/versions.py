"""What a right or a wrong version of a stage makes of the inputs that a student's code got."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from grader.diagnosis.played_loops import Played, play
from grader.observed_calls import Observation
from grader.remembered import content_digest, remembered
from grader.subject.subject import Subject
from grader.subject.values import Floats, answer_numbers, given, identical

_CALLS = 200  # whose arguments are kept, those of one submission or two


@dataclass(frozen=True, slots=True, eq=False)
class VersionOutcome:
    """What came of one call."""

    value: Floats | None  # None: nothing that is numbers
    is_whole: bool = False  # whether the numbers are integers
    form: str = ""  # of several arrays; see `Numbers`
    after: tuple[Any, ...] | None = None  # the arguments, if one of them was changed in place


class Versions:
    """The versions of the stages of one subject; what they computed before is kept.

    A version is the name of a stage for the right one, the id of a misconception, or `both` of two.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._single = remembered(self._outcome)
        # Pairs are many and most are looked at once: they shall not crowd out single ones.
        self._paired = remembered(self._outcome)
        # Each call is compared with dozens of versions: its arguments are looked through once.
        self._digests: dict[int, tuple[Sequence[Any], bytes]] = {}
        self._arguments: Sequence[Any] = ()  # of the version that is computed now

    def outcome(self, version: str, arguments: Sequence[Any], precision: str) -> VersionOutcome:
        """What a version of a stage computes.

        Args:
            arguments: as they were sent to the student; they must not change any more.
            precision: "float64" or "float32".
        """
        self._arguments = arguments
        is_known = version in self.subject.functions or self.subject.has(version)
        compute = self._single if is_known else self._paired
        found: VersionOutcome = compute(version, self._digest(arguments), precision)
        return found

    def play(self, stage: str, version: str, *, seen: Observation) -> Played:
        """Play a version of a loop against what a student's loop did; see `played_loops`."""
        return play(self.subject, stage, version, seen=seen)

    def _digest(self, arguments: Sequence[Any]) -> bytes:
        known = self._digests.get(id(arguments))
        if known is None:
            if len(self._digests) >= _CALLS:
                self._digests.clear()
            known = self._digests[id(arguments)] = arguments, content_digest(list(arguments))
        return known[1]

    def _outcome(self, version: str, digest: bytes, precision: str) -> VersionOutcome:
        framework, arguments = self.subject.framework, list(self._arguments)
        received = given(arguments, framework=framework, precision=precision)
        before = given(arguments, framework=framework, precision=precision)
        function: Callable[..., Any] = self.subject.function_of(version)
        try:
            came = answer_numbers(function(*received))
        except Exception:  # noqa: BLE001 - whatever a wrong version raises is its outcome
            came = None
        return VersionOutcome(
            value=came.array if came else None,
            is_whole=came is not None and came.are_whole,
            form=came.form if came else "",
            after=None if identical(received, before) else tuple(received),
        )
