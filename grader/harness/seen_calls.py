"""What was seen of a submission's calls: for the diagnosis, and of forbidden shortcuts."""

from collections.abc import Iterable, Sequence
from typing import Any

from grader.errors import CallFailed
from grader.harness.shortcut_rules import Evidence
from grader.observed_calls import Observation, StageCall, copied
from grader.sandbox.contract import Returned, Use


class SeenCalls:
    """All calls of one submission, with whether a hidden check made them."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.observations: list[Observation] = []
        self.check = ""  # the one that runs
        self.in_hidden_check = False

    def add_uses(self, uses: Iterable[Use]) -> None:
        """Uses of watched names while the last call ran."""
        self.evidence.add(uses, hidden=self.in_hidden_check)

    def observe(
        self,
        stage: str,
        arguments: Sequence[Any],
        *,
        came: Returned | type[CallFailed],
        stopped: bool,
        calls: Sequence[StageCall],
    ) -> None:
        """Keep what a call came to, for the diagnosis. A check may change its arrays later."""
        returned = came if isinstance(came, Returned) else None
        self.observations.append(
            Observation(
                stage=stage,
                check=self.check,
                arguments=tuple(copied(list(arguments))),
                value=copied(returned.value) if returned else None,
                failure=None if isinstance(came, Returned) else came,
                stopped=stopped,
                after=tuple(returned.arguments) if returned and returned.arguments else None,
                calls=tuple(calls),
                hidden=self.in_hidden_check,
            )
        )
