"""What an audit found: figures that must be right, and the matrix behind them."""

from dataclasses import dataclass

# An error of a right submission stays this far below what a check accepts, and a mistake is at
# least this far above it in one of its checks.
ROUNDING_MARGIN = 20
MISTAKE_MARGIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """How many of how many are as they must be."""

    name: str
    claim: str
    good: int
    of: int
    percent_needed: int
    exceptions: tuple[str, ...]  # one sentence about each that is not

    @property
    def percent(self) -> float:
        return 100 * self.good / self.of if self.of else 100.0

    @property
    def is_right(self) -> bool:
        return 100 * self.good >= self.percent_needed * self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class MisconceptionRow:
    """One misconception as a submission."""

    id: str
    stage: str
    caught: bool  # it loses points in its own stage and nowhere else
    lost: tuple[str, ...]  # the stages that lost points
    checks: tuple[str, ...]  # the checks that saw it
    named_first: bool
    names: tuple[str, ...]  # all that were named, in their order
    strain: float | None  # its error as a part of what is accepted; None: not a matter of size


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One check over all misconceptions and right submissions."""

    check: str
    points: int
    hidden: bool
    sees: int  # misconceptions of its stage that it fails
    sees_alone: int  # those of them that no other check of the stage fails
    rounding: float | None  # the largest strain of a right submission; None: compares no floats
    nearest: float | None  # the smallest strain of a misconception that fails it by size alone


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One stage, added up."""

    stage: str
    misconceptions: int
    caught: int
    named_first: int
    rounding: float | None  # the largest strain of a right submission
    nearest: float | None  # the smallest strain of a misconception; None: none is near
    nearest_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The whole result."""

    assignment: str
    submissions: int
    seconds: float
    figures: tuple[Figure, ...]
    stages: tuple[StageRow, ...]
    misconceptions: tuple[MisconceptionRow, ...]
    checks: tuple[CheckRow, ...]
    twins: tuple[tuple[str, str], ...]  # checks of one stage and kind that always fail together
    not_audited: tuple[str, ...]  # stages about which no misconception is known

    @property
    def is_right(self) -> bool:
        return all(figure.is_right for figure in self.figures)
