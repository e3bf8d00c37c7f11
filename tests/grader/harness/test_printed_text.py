"""What a submission printed is kept by check: the ends of long texts, and failed checks first."""

from grader.harness.printed_text import with_ends, with_output
from grader.records import CheckResult, Verdict


def result(name, verdict=Verdict.PASSED):
    return CheckResult(check=name, stage="s", claim="", verdict=verdict, points=0, max_points=0)


def test_of_a_long_text_both_ends_are_kept():
    kept = with_ends("begin" + "x" * 1000 + "end", 100)
    assert kept.startswith("begin")
    assert kept.endswith("end")
    assert "... 908 more characters ..." in kept
    assert with_ends("short", 100) == "short"


def test_what_failed_is_kept_first():
    results = [result(f"a{n}") for n in range(9)] + [result("wrong", Verdict.FAILED)]
    kept = with_output(results, ["noise" * 4000] * 9 + ["look here"])
    assert kept[-1].output == "look here"
    assert sum(len(one.output) for one in kept) < 101_000


def test_printed_text_is_kept_with_its_check(grade_source, right):
    noisy = "print('read')\n" + right.replace("return 2 * x", "print('doubling')\n    return 2 * x")
    report = grade_source(noisy)
    assert report.output == "read\n"
    by_stage = {check.stage for check in report.checks if "doubling" in check.output}
    assert by_stage == {"double", "both"}
    assert not any(check.output for check in report.checks if check.hidden)
