"""Calls that the checks make on every submission, made in one go before the checks run.

The inputs of checks do not depend on the submission, so the calls that the first submissions
got are the calls that the next one will get. Sent together they cost one exchange with the
child instead of a hundred. A check that then makes such a call finds its answer waiting;
whatever is not waiting is called as ever. What is waiting is dropped where it could make a
difference: where the submission printed something that a student may see, because it belongs
to one check, and where an inner stage turned out wrong, because then the reference answers for
it.
"""

from collections import Counter, deque
from dataclasses import dataclass, field, replace

from grader.errors import CallFailed
from grader.observed_calls import copied
from grader.remembered import Digests, content_bytes
from grader.sandbox.contract import CallsAhead, Returned, Sandbox, StudentCall, StudentSession

Outcome = Returned | CallFailed
_MOST_CALLS = 500
_MOST_BYTES = 16 << 20  # of their arguments: a message takes up to 64 MB


@dataclass(slots=True)
class CallPlan:
    """The calls of a run, in the order of the checks; it grows while submissions show new ones."""

    sandbox: Sandbox
    _calls: dict[tuple[bytes, int], tuple[int, StudentCall]] = field(default_factory=dict)
    _n_bytes: int = 0
    _ready: CallsAhead | None = None
    _keys: list[bytes] = field(default_factory=list)
    _digests: Digests = field(default_factory=Digests)

    def key(self, call: StudentCall) -> bytes:
        """Equal for calls that are equal."""
        return self._digests.of([call.function, call.makes, call.want_arguments, call.arguments])

    def learn(self, call: StudentCall, *, key: bytes, occurrence: int, check: int) -> None:
        """A call was made that needs no answer of ours.

        Its arguments are copied: a check may change its arrays and hand them in again.

        Args:
            key: what it is (see `key`).
            occurrence: how often the same submission got it before.
            check: the number of the check that made it.
        """
        size = content_bytes(call.arguments)
        there_is_room = len(self._calls) < _MOST_CALLS and self._n_bytes + size <= _MOST_BYTES
        if (key, occurrence) not in self._calls and there_is_room:
            self._n_bytes += size
            own = replace(call, arguments=copied(list(call.arguments)))
            self._calls[key, occurrence] = (check, own)
            self._ready = None

    def make(
        self, session: StudentSession, *, seconds: float, total_seconds: float
    ) -> dict[bytes, deque[Outcome]]:
        """Make all known calls: the outcomes by key, in the order in which they were made."""
        if not self._calls:
            return {}
        if self._ready is None:
            # Sorting is stable: within a check the order holds in which the calls were learnt.
            ordered = sorted(self._calls.items(), key=lambda item: item[1][0])
            self._keys = [key for (key, _), _ in ordered]
            self._ready = self.sandbox.ahead([call for _, (_, call) in ordered])
        outcomes: dict[bytes, deque[Outcome]] = {}
        made = session.call_ahead(self._ready, seconds=seconds, total_seconds=total_seconds)
        for key, outcome in zip(self._keys, made, strict=False):
            if outcome is not None:
                outcomes.setdefault(key, deque()).append(outcome)
        return outcomes


class PlannedAnswers:
    """The outcomes that wait for one submission's checks, of one kind: visible or hidden.

    Args:
        call_seconds: how long each call may take.
    """

    def __init__(self, plan: CallPlan, *, call_seconds: float) -> None:
        self._plan = plan
        self._call_seconds = call_seconds
        self._outcomes: dict[bytes, deque[Outcome]] = {}
        self._seen: Counter[bytes] = Counter()
        self._to_learn: tuple[bytes, int, StudentCall]
        self.are_made = False
        self.check = 0  # the number of the check that runs now

    def of_other_checks(self, plan: CallPlan) -> "PlannedAnswers":
        """The answers for checks of the other kind, yet to be made."""
        return PlannedAnswers(plan, call_seconds=self._call_seconds)

    def make(self, session: StudentSession, *, total_seconds: float, may_print: bool) -> None:
        """Make the planned calls.

        Args:
            total_seconds: how long all of them may take.
            may_print: whether outcomes wait although the submission printed meanwhile.
        """
        self.are_made = True
        self._outcomes = self._plan.make(
            session, seconds=self._call_seconds, total_seconds=total_seconds
        )
        if session.take_output() and not may_print:
            self._outcomes = {}
            session.close()

    def take(self, call: StudentCall) -> Outcome | None:
        """The outcome of a call if it waits; if not, it is to be made, and may be learnt then."""
        key = self._plan.key(call)
        occurrence = self._seen[key]
        self._seen[key] += 1
        if waiting := self._outcomes.get(key):
            return waiting.popleft()
        self._to_learn = (key, occurrence, call)
        return None

    def learn(self) -> None:
        """The call that did not wait has been made; the next submission's is made ahead."""
        key, occurrence, call = self._to_learn
        self._plan.learn(call, key=key, occurrence=occurrence, check=self.check)
