"""The state of a stage: a sign, a word and a shape, wherever stages are drawn."""

from enum import Enum

from grader.records import StageResult, Verdict


class StageState(Enum):
    """A state with its sign and its word; its name in small letters is its shape in the style."""

    PASSED = ("✓", "passed")
    LOST = ("✗", "lost points")
    BLOCKED = ("‖", "blocked")
    UNWRITTEN = ("○", "not written")
    WAITING = ("…", "waiting")
    OURS = ("!", "not graded, our fault")

    @property
    def sign(self) -> str:
        return self.value[0]

    @property
    def word(self) -> str:
        return self.value[1]

    @property
    def shape(self) -> str:
        return self.name.lower()


def state_of(stage: StageResult | None) -> StageState:
    """The state of a stage by its checks; without any it waits."""
    if stage is None or not stage.checks:
        return StageState.WAITING
    verdicts = {check.verdict for check in stage.checks} - {Verdict.PASSED}
    if Verdict.UNGRADED in verdicts:
        return StageState.OURS
    if not verdicts:
        return StageState.PASSED if stage.points == stage.max_points else StageState.LOST
    if verdicts <= {Verdict.NOT_IMPLEMENTED, Verdict.BLOCKED} and stage.points == 0:
        unwritten = Verdict.NOT_IMPLEMENTED in verdicts
        return StageState.UNWRITTEN if unwritten else StageState.BLOCKED
    return StageState.LOST
