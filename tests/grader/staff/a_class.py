"""Reports of a made-up class, for tests of what its staff see."""

from datetime import UTC, datetime

from grader.records import CheckResult, Report, StageResult, Status, Verdict

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
DUE = datetime(2026, 1, 4, 22, 0, tzinfo=UTC)


def check(stage, points, *, most=5, **more):
    verdict = Verdict.PASSED if points == most else Verdict.FAILED
    return CheckResult(
        check=f"{stage}.values",
        stage=stage,
        claim="It gives the right values.",
        verdict=verdict,
        points=points,
        max_points=most,
        **more,
    )


def report(name, shift=5, double=5, **changes):
    stages = tuple(
        StageResult(stage=stage, title=stage, checks=(check(stage, points),))
        for stage, points in (("shift", shift), ("double", double))
    )
    values = {
        "status": Status.GRADED,
        "stages": stages,
        "key": f"key {shift} {double}",
        "submission_digest": f"files of {name}",
        "handed_in_at": datetime(2026, 1, 4, 12, tzinfo=UTC),
    }
    about = {"assignment": "a", "grader_version": "1"}
    return Report(submission=name, **about | values | changes)


def unreadable(name):
    why = {"status": Status.UNREADABLE, "stages": (), "key": "", "reason": "it holds no code"}
    return report(name, **why)


def ungraded(name):
    why = {"status": Status.UNGRADED, "stages": (), "key": "", "reason": "the machine failed"}
    return report(name, **why)
