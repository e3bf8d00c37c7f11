"""The values that cross module, process and machine boundaries.

Frozen, comparable, and JSON on the wire: nothing here holds a tensor, a path handle or
an exception, so a record can come from a worker, another machine or last year's database.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from grader.evidence import FailureEvidence

_REASON = 150  # characters of a check's sentence that a gradebook shows
_UNDEFINED = " is not defined. "  # after it a message tells what kept the function from being made


class Verdict(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"  # the student's answer is wrong
    CRASHED = "crashed"  # the student's code raised, or its process ended
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    NOT_IMPLEMENTED = "not implemented"
    BLOCKED = "blocked"  # not run: something it needs did not pass
    UNGRADED = "ungraded"  # our fault; never counted as zero


class Status(StrEnum):
    """Whether a submission has a grade."""

    GRADED = "graded"
    UNREADABLE = "unreadable"  # the submission cannot be read: the reason says why
    UNGRADED = "ungraded"  # not the student's fault: to be run again


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What one student handed in, as text: never compiled or parsed on our side."""

    name: str
    cells: tuple[tuple[str, str], ...]  # parts of the main module: (name shown, source)
    modules: dict[str, str]  # further modules: path -> source
    digest: str
    notes: tuple[str, ...] = ()  # what a person should know of how it was read
    handed_in_at: datetime | None = None  # with its zone; None where nobody says
    marked_late: bool = False  # by the system it was handed in to, which may give no time

    @property
    def mentions_torch(self) -> bool:
        """Whether its process should import torch before it is needed; a wrong guess costs time."""
        return any("torch" in source for _, source in self.cells) or any(
            "torch" in source for source in self.modules.values()
        )

    @property
    def content_digest(self) -> str:
        """Of the code alone, whatever the main file is called."""
        main = "\n".join(source for _, source in self.cells)
        parts = (main, *(text for pair in sorted(self.modules.items()) for text in pair))
        return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who hands in, as far as the roster or the download says who it is."""

    name: str = ""
    id: str = ""  # what the course knows the person by, such as a student number
    email: str = ""
    username: str = ""
    section: str = ""
    ids: dict[str, str] = field(default_factory=dict)  # by system: {"canvas": "4711"}

    @property
    def known_as(self) -> frozenset[str]:
        """All that a policy or a command may call them."""
        return frozenset({self.id, self.username, self.email, *self.ids.values()} - {""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """What kept the student's code away from the grader, as reached and not as wished."""

    level: str
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSketch:
    """What one answer to a check was like: equal mistakes give equal sketches but for rounding."""

    kind: str  # of value, with its shape, or why there is none
    numbers: tuple[str, ...] = ()  # some of its entries, with six digits


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check on one submission."""

    check: str
    stage: str
    claim: str  # the sentence that the check's docstring opens with
    verdict: Verdict
    points: int
    max_points: int
    hidden: bool = False
    message: str = ""
    misconceptions: tuple[str, ...] = ()
    # Wrong stages inside of this one that explain what was wrong in its answers. A check that
    # passed was not charged for them; of one that did not, it is not certain.
    inner_causes: tuple[str, ...] = ()
    output: str = ""  # what the submission printed for it, capped; nothing for a hidden one
    evidence: FailureEvidence | None = None  # of a visible check that did not pass
    staff_note: str = ""  # for the instructor only: our traceback, or a hidden check's message
    # For the instructor only: the message in words that are the same whatever was computed.
    brief: str = ""
    # For the instructor only: the largest error of a comparison, as a part of what it accepts.
    strain: float | None = field(default=None, compare=False)
    # For the instructor only: the answers to a check that failed.
    answers: tuple[AnswerSketch, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.points <= self.max_points:
            raise ValueError(f"{self.check}: {self.points} points out of {self.max_points}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """The checks of one stage, in the order in which they ran."""

    stage: str
    title: str
    checks: tuple[CheckResult, ...]

    @property
    def points(self) -> int:
        return sum(check.points for check in self.checks)

    @property
    def max_points(self) -> int:
        return sum(check.max_points for check in self.checks)

    @property
    def first_failure(self) -> CheckResult | None:
        return next((check for check in self.checks if check.verdict != Verdict.PASSED), None)

    @property
    def why_zero(self) -> str:
        """In one line, why the stage has no points."""
        if (first := self.first_failure) is None:
            return "it calls a forbidden shortcut"
        said = " ".join(first.message.split()) or first.claim
        shown = f"{said[:_REASON]}..." if len(said) > _REASON else said
        return f"{first.verdict.value}: {shown}" if shown else first.verdict.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is known about why a stage is wrong. It holds nothing of the inputs of a check.

    One misconception is a name for what was seen; several fit equally well, or two fit together
    where none does alone. Without any, the pattern says what the error looks like.
    """

    stage: str
    misconceptions: tuple[str, ...] = ()
    pairs: tuple[tuple[str, ...], ...] = ()  # of them, where two fit only together
    says: tuple[str, ...] = ()  # what each of them does, in one sentence
    hints: tuple[str, ...] = ()  # a tutor's question for each of them
    questions: tuple[str, ...] = ()  # quiz questions to practise with
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A line of a submission."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A ready-made function that the assignment forbids, and what was seen of it.

    It is what the student's own process tells: evidence, not proof.
    """

    name: str  # as the assignment lists it
    stage: str = ""  # whose function was running; empty: none, the submission was being read
    places: tuple[SourceLine, ...] = ()  # the lines that called it, or that only name it
    times: int = 0  # how often it was called; 0: it is named there, and no check saw it called
    hidden: bool = False  # seen while hidden checks ran
    costs_points: bool = False  # the stage has no points because of it


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPackage:
    """A package that a submission imports and that is neither its own nor Python's.

    NumPy, PyTorch, and what something harmless stands in for, are left out.
    """

    name: str
    is_here: bool
    is_promised: bool  # by the assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a generation computes."""

    passes: int
    positions: int  # of all passes
    recomputed_keys: int  # of one layer and one head
    multiply_adds: int  # in the layers of a model of a fixed size


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """What a visible run of a generation loop costs, beside the same run by the reference."""

    stage: str
    tokens: int  # that were generated
    own: Spent
    reference: Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is known about one graded submission."""

    submission: str
    status: Status
    assignment: str
    key: str  # digest of the submitted files, the assignment, the course secret and our version
    grader_version: str
    submission_digest: str = ""  # of the submitted code: another one is another attempt
    handed_in_at: datetime | None = None
    marked_late: bool = False  # see `Submission`
    isolation: Isolation | None = None
    reason: str = ""  # why there is no grade
    stages: tuple[StageResult, ...] = ()
    findings: tuple[Finding, ...] = ()  # for stages that are wrong, in their order
    shortcuts: tuple[Shortcut, ...] = ()  # forbidden ones that the submission calls or names
    chain: str = ""  # what the submission's own stages come to when they are put together
    costs: tuple[RunCost, ...] = ()  # where the course shows them; they change no points
    hidden_checks_left: int = 0  # hidden checks that were not run, as on a student's own machine
    hidden_points_left: int = 0
    packages: tuple[ImportedPackage, ...] = ()
    notes: tuple[str, ...] = ()  # what a person should know, such as a notebook cell that raised
    output: str = ""  # what it printed while it was read, capped; see `CheckResult.output`
    # For the instructor only, 0 in what students get: sleeping tells what a hidden check saw.
    seconds: float = field(default=0.0, compare=False)

    @property
    def points(self) -> int:
        return sum(stage.points for stage in self.stages)

    @property
    def max_points(self) -> int:
        return sum(stage.max_points for stage in self.stages)

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        return tuple(check for stage in self.stages for check in stage.checks)

    @property
    def noted_reason(self) -> str:
        """The note that says why nothing passed; of others, such as a file's name, it is none."""
        if any(check.verdict == Verdict.PASSED for check in self.checks):
            return ""
        messages = (check.message for check in self.checks)
        said = tuple(m.partition(_UNDEFINED)[2] or m for m in messages if m)
        return next((note for note in self.notes if note.startswith(said)), "")

    @property
    def says_one_thing(self) -> bool:
        """Whether what is noted says all that the checks say, as where the code cannot be read."""
        said = self.noted_reason
        return bool(said) and all(
            check.message == said or check.verdict == Verdict.BLOCKED for check in self.checks
        )

    @property
    def why_zero(self) -> str:
        """Why there is no grade, or no point for the whole or for a stage; empty if there are."""
        if self.status != Status.GRADED:
            return self.reason
        if not self.points and self.noted_reason:
            return self.noted_reason
        verdicts = {check.verdict for check in self.checks} - {Verdict.BLOCKED}
        if not self.points and len(verdicts) == 1 and Verdict.NOT_IMPLEMENTED in verdicts:
            return "every check: not implemented"
        lost = [stage for stage in self.stages if stage.max_points and not stage.points]
        return "; ".join(f"{stage.stage} 0: {stage.why_zero}" for stage in lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPoints:
    """What the gradebook says of a report: after late days, and what people decided."""

    status: str  # such as "graded" or "excused"
    points: str  # as a decimal; empty where there are none
    max_points: int
    explained: str  # how they came of the report's points, in sentences; empty if nothing is to say


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVersion:
    """One grading of a submission: the newest counts, earlier ones are there to be read."""

    report: Report  # for staff
    for_student: Report
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingRun:
    """What is to be known of the last run on a class."""

    assignment: str
    assignment_digest: str
    counts: dict[str, int]  # by status
    isolation: tuple[Isolation, ...]  # what was reached
    versions: dict[str, str]  # of what computed
    workers: int
    stages: tuple[str, ...] = ()
    submissions: tuple[str, ...] = ()  # that have a row in the gradebook
    folder: str = ""  # where the submissions lie; unknown of runs of earlier versions
    layout: str = ""  # what it is, see `grader.intake.layouts`; unknown of runs of earlier versions
    secret_of_course: bool | None = None  # or that of the results; None: unknown
    people: dict[str, tuple[Person, ...]] = field(default_factory=dict)  # by submission; a group
    missing: tuple[Person, ...] = ()  # who is on the roster and handed nothing in
    assignment_folder: str | None = None  # empty: it comes with the grader; None: unknown


def is_new_version(before: Report | None, report: Report) -> bool:
    """Whether a report is another version beside the one before, and does not take its place.

    The same outcome without a grade is met at every run that tries again, and is told once.
    """
    return before is not None and (report.status == Status.GRADED or report != before)


def to_json(record: object) -> bytes:
    """The record as indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def run_from_json(text: bytes) -> GradingRun:
    """The inverse of `to_json` for a run; raises `msgspec.ValidationError` on anything else."""
    return msgspec.json.decode(text, type=GradingRun)


def report_from_json(text: bytes) -> Report:
    """The inverse of `to_json` for a report; raises `msgspec.ValidationError` on anything else."""
    return msgspec.json.decode(text, type=Report)
