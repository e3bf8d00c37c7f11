"""What a class came to: counts, quartiles, ideas, and what stands out."""

from hypothesis import given
from hypothesis import strategies as st

from grader.code_figures.class_figures import class_figures
from grader.records import CheckResult, Finding, Report, StageResult, Status, Verdict


def check(name, verdict=Verdict.PASSED, **more):
    stage = name.partition(".")[0]
    points = 2 if verdict == Verdict.PASSED else 0
    return CheckResult(
        check=name, stage=stage, claim="", verdict=verdict, points=points, max_points=2, **more
    )


def report(name, *checks, status=Status.GRADED, **more):
    stages = {}
    for one in checks:
        stages.setdefault(one.stage, []).append(one)
    return Report(
        submission=name,
        status=status,
        assignment="a",
        key="k",
        grader_version="0",
        stages=tuple(
            StageResult(stage=stage, title=stage, checks=tuple(found))
            for stage, found in stages.items()
        ),
        **more,
    )


def figures(*reports):
    return class_figures(reports, assignment="a")


def two_stages(name, points, **more):
    verdicts = [Verdict.PASSED] * points + [Verdict.FAILED] * (4 - points)
    names = ("one.a", "one.b", "two.a", "two.b")
    return report(name, *map(check, names, verdicts), **more)


def test_a_submission_without_a_grade_has_no_points_and_counts_in_no_figure():
    found = figures(
        two_stages("ada", 4),
        report("bo", status=Status.UNREADABLE, reason="no code"),
        report("cy", status=Status.UNGRADED, reason="our fault"),
    )
    assert found.points == {"ada": 8}
    assert found.n == 3
    assert found.median == 8
    assert [stage.n for stage in found.stages] == [1, 1]
    assert found.without_grade == (
        ("bo", Status.UNREADABLE, "no code"),
        ("cy", Status.UNGRADED, "our fault"),
    )


def test_a_class_without_a_grade_has_no_median():
    found = figures(report("bo", status=Status.UNREADABLE))
    assert (found.median, found.quartiles, found.bars, found.stages) == (None, None, (), ())


def test_a_stage_is_whole_in_part_empty_or_not_written():
    not_written = [check(n, Verdict.NOT_IMPLEMENTED) for n in ("one.a", "one.b")]
    blocked = [check("one.a", Verdict.NOT_IMPLEMENTED), check("one.b", Verdict.BLOCKED)]
    ways = [
        report("ada", check("one.a"), check("one.b")),
        report("bo", check("one.a"), check("one.b", Verdict.FAILED)),
        report("cy", check("one.a", Verdict.CRASHED), check("one.b", Verdict.BLOCKED)),
        report("di", *not_written),
        report("ed", *blocked),
    ]
    (stage,) = figures(*ways).stages
    assert (stage.whole, stage.part, stage.nothing, stage.not_written) == (1, 1, 1, 2)
    assert stage.share == 6 / 20


@given(st.lists(st.integers(0, 4), min_size=1))
def test_the_bars_hold_everybody_with_a_grade_once_and_in_their_range(points):
    found = figures(*(two_stages(f"s{n}", p) for n, p in enumerate(points)))
    assert sum(count for _, count in found.bars) == len(points)
    for label, count in found.bars:
        low, _, high = label.partition(chr(0x2013))
        inside = [p for p in found.points.values() if int(low) <= p <= int(high or low)]
        assert len(inside) == count


def finding(*ids, pairs=()):
    return Finding(
        stage="one", misconceptions=ids, says=tuple(f"I do {i}." for i in ids), pairs=pairs
    )


def test_ideas_are_ranked_by_students_and_what_fits_equally_well_is_not_counted():
    found = figures(
        two_stages("ada", 1, findings=(finding("one.x"),)),
        two_stages("bo", 1, findings=(finding("one.y"),)),
        two_stages("cy", 1, findings=(finding("one.y"),)),
        two_stages("di", 1, findings=(finding("one.x", "one.z"),)),
        two_stages("ed", 1, findings=(finding("one.x", "one.z", pairs=(("one.x", "one.z"),)),)),
    )
    assert [(idea.id, idea.students) for idea in found.ideas] == [
        ("one.x", ("ada", "ed")),
        ("one.y", ("bo", "cy")),
        ("one.z", ("ed",)),
    ]


def test_equal_files_are_told_and_unknown_digests_are_not():
    found = figures(
        two_stages("ada", 4, submission_digest="d"),
        two_stages("bo", 4, submission_digest="d"),
        two_stages("cy", 4),
        two_stages("di", 4),
    )
    assert found.identical == (("ada", "bo"),)


def test_a_run_is_slow_against_the_others():
    quick = [two_stages(f"s{n}", 4, seconds=0.1) for n in range(5)]
    found = figures(*quick, two_stages("cy", 4, seconds=9.0), two_stages("di", 4, seconds=6.0))
    assert found.slow == (("cy", 9.0), ("di", 6.0))
    assert figures(*quick, two_stages("cy", 4, seconds=4.0)).slow == ()


def test_a_check_that_tells_nothing_is_remarked_and_one_that_tells_the_wrong_way():
    strong = [
        report(f"s{n}", check("one.a"), check("one.b", Verdict.FAILED), check("two.a"))
        for n in range(3)
    ]
    weak = [
        report(f"w{n}", check("one.a"), check("one.b"), check("two.a", Verdict.FAILED))
        for n in range(3)
    ]
    found = figures(*strong, *weak)
    assert found.remarks == {
        "passed by everybody": ("one.a",),
        "passed less often by those with more points elsewhere": ("one.b", "two.a"),
    }
    by_name = {one.check: one for one in found.checks}
    assert by_name["one.b"].discrimination == -1


def test_few_submissions_say_nothing_of_a_check():
    assert figures(*(report(f"s{n}", check("one.a")) for n in range(4))).remarks == {}


def test_checks_that_always_agree_are_told_within_a_stage():
    ways = [Verdict.PASSED, Verdict.FAILED, Verdict.FAILED, Verdict.PASSED, Verdict.PASSED]
    found = figures(
        *(
            report(f"s{n}", check("one.a", way), check("one.b", way), check("two.a", way))
            for n, way in enumerate(ways)
        )
    )
    assert found.equal_checks == (("one.a", "one.b"),)


def test_a_check_that_did_not_run_for_some_is_not_said_to_be_passed_or_failed_by_all():
    def ways(last):
        verdicts = [Verdict.PASSED] * 5 + [last]
        rest = [Verdict.FAILED] * 5 + [last]
        return [
            report(f"s{n}", check("one.a", a), check("one.b", b), check("two.a"))
            for n, (a, b) in enumerate(zip(verdicts, rest, strict=True))
        ]

    for not_run in (Verdict.BLOCKED, Verdict.NOT_IMPLEMENTED):
        assert figures(*ways(not_run)).remarks == {
            "passed by everybody for whom it ran": ("one.a",),
            "passed by nobody for whom it ran": ("one.b",),
            "passed by everybody": ("two.a",),
        }


def test_the_middle_of_a_class_is_counted_and_a_tiny_class_has_none():
    def of(*points):
        return figures(*(two_stages(f"s{n}", p) for n, p in enumerate(points)))

    assert of(0, 4).quartiles is None
    assert (of(0, 1, 2, 3, 4).quartiles, of(0, 1, 2, 3, 4).in_the_middle) == ((2, 6), 3)
    assert of(0, 0, 4, 4, 4).in_the_middle == 5
