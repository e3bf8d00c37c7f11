"""What was seen of a submission's calls: for the diagnosis, and of forbidden shortcuts."""

from collections.abc import Iterable, Sequence
from typing import Any

from grader.errors import CallFailed, NotSettledHere
from grader.harness.shortcut_rules import Evidence
from grader.observed_calls import Observation, StageCall, TooLarge, copied, is_larger
from grader.remembered import content_bytes
from grader.sandbox.contract import Returned, Use

MOST_KEPT = 1 << 18  # entries of one answer: the diagnosis makes eight bytes of each, many times
_MOST_BYTES = 64 << 20  # of all answers of a submission


class SeenCalls:
    """All calls of one submission, with whether a hidden check made them."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.observations: list[Observation] = []
        self.check = ""  # the one that runs
        self.in_hidden_check = False
        self._bytes_left = _MOST_BYTES

    def add_uses(self, uses: Iterable[Use]) -> None:
        """Uses of watched names while the last call ran."""
        self.evidence.add(uses, hidden=self.in_hidden_check)

    def observe(
        self,
        stage: str,
        arguments: Sequence[Any],
        *,
        makes: str,
        came: Returned | type[CallFailed | NotSettledHere],
        stopped: bool,
        calls: Sequence[StageCall],
    ) -> None:
        """Keep what a call came to, for the diagnosis. A check may change its arrays later."""
        returned = came if isinstance(came, Returned) else None
        given = tuple(map(copied, arguments))
        after: tuple[Any, ...] | None = None
        if returned and returned.arguments is None:
            after = given
        elif returned and returned.arguments:
            after = tuple(map(self._kept, returned.arguments))
        failure = came if isinstance(came, type) and issubclass(came, CallFailed) else None
        self.observations.append(
            Observation(
                stage=stage,
                check=self.check,
                makes=makes,
                arguments=given,
                value=self._kept(returned.value) if returned else None,
                failure=failure,
                is_unsettled=came is NotSettledHere,
                stopped=stopped,
                after=after,
                calls=tuple(calls),
                hidden=self.in_hidden_check,
            )
        )

    def _kept(self, value: Any) -> Any:
        """A copy of an answer, as far as answers are kept; nothing is named for one that is not."""
        size = content_bytes(value)
        if size > MOST_KEPT and is_larger(value, MOST_KEPT):
            return TooLarge("a large value")
        self._bytes_left -= size
        return copied(value) if self._bytes_left >= 0 else TooLarge(f"{size} bytes")
