"""A session that outlasts its children: opened when it is needed, and again where one has ended."""

from collections.abc import Callable

from grader.errors import CallFailed
from grader.harness.retries import unless_killed
from grader.harness.shortcut_rules import Evidence
from grader.sandbox.contract import StudentSession


class LastingSession:
    """The session of one submission over all checks.

    Args:
        open_child: a child that has read the submission; see `Sandbox.open`.
        evidence: hears what is seen of shortcuts while the submission is read.
    """

    def __init__(self, open_child: Callable[[], StudentSession], evidence: Evidence) -> None:
        self._open_child = open_child
        self._evidence = evidence
        self._child: StudentSession | None = None
        self._was_read = False
        self._unreadable: CallFailed | None = None
        self._printed = ""  # by children that have ended
        self.printed_first = ""  # while the submission was read
        self.notes: tuple[str, ...] = ()
        self.packages: tuple[tuple[str, bool], ...] = ()  # see `StudentSession.packages`

    def child(self) -> StudentSession:
        """A child that can be called.

        Raises:
            CallFailed: the submission cannot be read; from the second time on, at once.
            GraderFault: no child can be made.
        """
        if self._unreadable is not None:
            raise self._again(self._unreadable)
        if (living := self.living) is None:
            living = self._child = self._opened()
        return living

    @property
    def living(self) -> StudentSession | None:
        """The child, if there is one that can be called."""
        return self._child if self._child is not None and self._child.alive else None

    def take_output(self) -> str:
        """What the submission printed since the last time."""
        self._keep_output()
        text, self._printed = self._printed, ""
        return text

    def close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def _opened(self) -> StudentSession:
        self._keep_output()
        try:
            child = unless_killed(self._open_child)
        except CallFailed as failure:
            self._unreadable = failure
            self.notes = (failure.problem,)
            raise self._again(failure) from failure
        printed = child.take_output()
        if not self._was_read:
            self._was_read = True
            self.printed_first = printed  # what it prints when it is read is kept once
            self.notes = tuple(child.notes)
            self.packages = tuple(child.packages)
            self._evidence.add(child.uses, hidden=False)
        return child

    def _keep_output(self) -> None:
        if self._child is not None:
            self._printed += self._child.take_output()

    def _again(self, failure: CallFailed) -> CallFailed:
        """The same as an exception of its own, for each check that meets it.

        As long as nothing was read, no process has seen a hidden input, and all may be told.
        """
        discreet = failure.discreet if self._was_read else failure.problem
        return type(failure)(failure.problem, discreet=discreet)
