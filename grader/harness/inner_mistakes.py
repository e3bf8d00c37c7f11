"""Mistakes that are written once and made in several stages: they are paid in one.

Where a stage calls a wrong inner one by its name, a stand-in answers. Where the student's code
reaches it in another way, such as a class that both use, the answer is wrong, and it is the answer
of a right stage with the student's inner one inside. A check then gets the right answer in its
place, as if a stand-in had been there.
"""

from collections.abc import Sequence
from typing import Any

from grader.errors import GraderFault, NotSettledHere
from grader.harness.apart import ApartProcess
from grader.harness.seen_calls import MOST_KEPT
from grader.observed_calls import FindInnerCause, copied, is_larger
from grader.sandbox.contract import StudentCall

_MOST_CALLS = 12  # of one stage that are compared


class InnerMistakes:
    """What is known of one submission's stages that are right but for wrong ones inside them.

    Args:
        find: finds the cause of a wrong answer; None finds none.
        apart: the process that `find` asks.
    """

    def __init__(self, find: FindInnerCause | None, apart: ApartProcess) -> None:
        self._find = find
        self._apart = apart
        self._calls: dict[str, list[tuple[Sequence[Any], Any]]] = {}
        self._wrong: set[str] = set()  # with a mistake of their own
        self._causes: dict[bool, dict[str, None]] = {True: {}, False: {}}  # in the running check
        self.carrying: set[str] = set()  # stages whose own answers are wrong by inner ones alone

    def begin_check(self) -> None:
        """Causes from now on belong to this check."""
        self._causes = {True: {}, False: {}}

    def causes(self, *, passed: bool) -> tuple[str, ...]:
        """The inner stages that explain what was wrong in the running check.

        Args:
            passed: whether it passed, and so for sure they explain all of it.
        """
        return tuple(self._causes[passed])

    def mended(self, call: StudentCall, value: Any) -> Any:
        """The answer of a stage, or the right one where a wrong inner stage is all of its error."""
        stage = call.function
        # Classes of a subject cannot be exchanged inside of each other.
        if not call.stand_ins or call.tables or call.makes or stage in self._wrong:
            return value
        if self._find is None or is_larger(value, MOST_KEPT):
            return value
        calls = self._calls.setdefault(stage, [])
        calls.append((copied(list(call.arguments)), copied(value)))
        del calls[:-_MOST_CALLS]
        try:
            cause = self._find(stage, calls, list(call.stand_ins))
        except (GraderFault, NotSettledHere):
            raise
        except Exception:  # noqa: BLE001 - a grade must not depend on what explains it
            cause = None
        if cause is None:
            return value
        if not cause.stages or not self._apart.confirmed():
            self._wrong.add(stage)
            return value
        self._causes[cause.is_certain] |= dict.fromkeys(cause.stages)
        if not cause.is_certain:
            return value
        self.carrying.add(stage)
        return cause.right
