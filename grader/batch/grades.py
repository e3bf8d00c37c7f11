"""The grade of a submission: what a report says, what people decided, and what the policy says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from grader.batch.grade_decisions import ClassDecisions, SubmissionDecisions
from grader.policies.explaining import attempt_sentence, late_sentences, length
from grader.policies.lateness import Lateness, TakenOff, given_time, lateness, taken_off
from grader.policies.policy import Policy
from grader.records import CountedPoints, Report, StageResult, Status
from grader.text import counted, decimal

_NOTHING_DECIDED = SubmissionDecisions()
_NOTHING_OF_CLASS = ClassDecisions()


@dataclass(frozen=True, slots=True)
class CodeGrade:
    """The grade of one submission, by the attempt that counts.

    Points are raw: those of the checks, or decided for a stage. `final` are those of the gradebook.
    """

    report: Report
    decided: SubmissionDecisions = _NOTHING_DECIDED
    of_class: ClassDecisions = _NOTHING_OF_CLASS
    known_as: frozenset[str] = frozenset()  # what a policy may call those who handed it in
    attempt: int = 1
    n_attempts: int = 1
    marks_late: bool = False  # whether its download marks what is late, without a time
    class_maximum: int = 0  # of a submission without stages, whose final points were set

    @property
    def policy(self) -> Policy:
        return self.of_class.policy

    @property
    def status(self) -> str:
        if self.excuse is not None:
            return "excused"
        if self.decided.final is not None:
            return Status.GRADED.value
        if self.report.status == Status.GRADED and not self.taken_off.is_taken:
            return "not taken"
        return self.report.status.value

    @property
    def counts(self) -> bool:
        """Whether there are points."""
        return self.status == Status.GRADED.value

    @property
    def excuse(self) -> str | None:
        """Why it counts for nothing; None if it does count."""
        if self.decided.excuse is not None:
            return self.decided.excuse.reason
        own = (e.reason for e in self.policy.excused if e.student in self.known_as)
        return next(own, None)

    @property
    def points(self) -> int:
        return sum(map(self.points_of, self.report.stages))

    @property
    def max_points(self) -> int:
        stages = self.report.stages
        return sum(map(self.most_of, stages)) if stages else self.class_maximum

    @property
    def handed_in_at(self) -> datetime | None:
        """By the files, or as somebody stated; None if nobody knows."""
        stated = self.decided.times.get(self.report.submission_digest)
        return stated.handed_in_at if stated else self.report.handed_in_at

    @property
    def late(self) -> Lateness | None:
        """How late it was handed in; None if nothing is due."""
        extension, extra_time = given_time(self.policy, self.known_as)
        own = self.decided.extensions
        return lateness(
            self.policy,
            self.handed_in_at,
            extension=max([extension, *(e.seconds for e in own if not e.is_extra)]),
            extra_time=max([extra_time, *(e.seconds for e in own if e.is_extra)]),
        )

    @property
    def taken_off(self) -> TakenOff:
        """What lateness costs."""
        earned, most = Fraction(self.points), Fraction(self.max_points)
        return taken_off(self.policy.late, self.late, earned=earned, maximum=most)

    @property
    def final(self) -> Fraction:
        """What the gradebook takes, where it counts."""
        if self.decided.final is not None:
            return Fraction(self.decided.final.points)
        return self.points - self.taken_off.points

    @property
    def explained(self) -> str:
        """How the final points came of the raw ones, in sentences; empty if nothing is to say."""
        if self.excuse is not None:
            return "Excused: it does not count."
        return " ".join(self._explanations())

    @property
    def counted_points(self) -> CountedPoints:
        """What its student is told of all that."""
        return CountedPoints(
            status=self.status,
            points=decimal(self.final) if self.counts else "",
            max_points=self.max_points,
            explained=self.explained,
        )

    def points_of(self, stage: StageResult) -> int:
        """The decided points, which are never more than the stage gives now."""
        award = self.decided.awards.get(stage.stage)
        dropped = sum(c.points for c in stage.checks if c.check in self.of_class.dropped)
        return min(award.points, self.most_of(stage)) if award else stage.points - dropped

    def most_of(self, stage: StageResult) -> int:
        """The points that a stage gives now, without the checks that count for nobody."""
        dropped = sum(c.max_points for c in stage.checks if c.check in self.of_class.dropped)
        return stage.max_points - dropped

    def said(self) -> Iterator[str]:
        """What was decided, a phrase each."""
        if self.excuse is not None:
            yield f"excused: {self.excuse}"
        if (final := self.decided.final) is not None:
            yield f"final points {_points(final.points)}: {final.reason}"
        for more in self.decided.extensions:
            what = "extra time" if more.is_extra else "extension"
            yield f"{what} {length(more.seconds)}: {more.reason}"
        if stated := self.decided.times.get(self.report.submission_digest):
            yield f"handed in {stated.handed_in_at:%Y-%m-%d %H:%M}Z: {stated.reason}"
        stages = {stage.stage: stage for stage in self.report.stages}
        for name, award in self.decided.awards.items():
            if not self.counts or name not in stages:
                yield f"{name} {award.points} (does not count now): {award.reason}"
                continue
            stage = stages[name]
            earlier = "" if award.report == self.report.key else ", decided on an earlier report"
            points = f"{self.points_of(stage)} in place of {stage.points}"
            yield f"{name} {points}{earlier}: {award.reason}"

    def _explanations(self) -> Iterator[str]:
        if rule := self.policy.attempts:
            sentence = attempt_sentence(
                rule,
                self.attempt,
                self.n_attempts,
                is_taken=self.status != "not taken",
                has_grade=self.counts,
            )
            yield from filter(None, [sentence])
        if gone := [c for c in self.report.checks if c.check in self.of_class.dropped]:
            points = counted(sum(check.max_points for check in gone), "point")
            reasons = dict.fromkeys(self.of_class.dropped[check.check] for check in gone)
            does = "does not count" if len(gone) == 1 else "do not count"
            yield f"{counted(len(gone), 'check')} {does} for anybody: {'; '.join(reasons)}."
            yield f"The maximum is {points} less."
        if self.decided.final is None:
            yield from self._awards()
        if (final := self.decided.final) is not None:
            why = final.reason.rstrip(".")
            yield f"Set to {_points(final.points)} points by {final.by}: {why}."
        elif self.report.status == Status.GRADED:
            earned = Fraction(self.points)
            yield from late_sentences(
                self.policy.late,
                self.late,
                self.taken_off,
                earned=earned,
                is_marked=self.report.marked_late,
                marks_late=self.marks_late,
            )

    def _awards(self) -> Iterator[str]:
        """The stages to which a person gave other points than their checks did."""
        for stage in self.report.stages:
            award = self.decided.awards.get(stage.stage)
            if award and self.points_of(stage) != stage.points:
                points = counted(self.points_of(stage), "point")
                why = award.reason.rstrip(".")
                yield f"{stage.stage} has {points} in place of {stage.points}: {why}."


def _points(exact: str) -> str:
    return decimal(Fraction(exact))
