"""A check that is called directly comes out as pytest would have it; what needs pytest gets it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from grader.errors import GraderFault
from grader.harness import pytest_inside
from grader.harness.check_run import CheckRunner
from grader.harness.collected_checks import CollectedChecks
from grader.harness.grading import grade
from grader.harness.plugin import GradingPlugin
from grader.records import Submission, Verdict
from grader.settings import load_assignment

# Each body stands in the conftest.py or the file of checks of a small assignment. `log` is a
# list of the session; what the checks and fixtures note there shows who ran.
CONFTEST = """
import pytest
from types import SimpleNamespace

LOG = []

@pytest.fixture(scope="session")
def log():
    return LOG

@pytest.fixture(scope="session")
def reference():
    return SimpleNamespace(double=lambda x: 2 * x)
"""
CHECKS = """
import pytest
from grader.checks import points, stage

pytestmark = stage("double")
"""
PLAIN = '''
@pytest.fixture
def number(rng, log):
    log.append("number")
    return rng.normal(size=3)

@points(3)
def test_value(student, reference, number, log):
    """Right."""
    log.append(number.tolist())
    assert (student.double(number) == reference.double(number)).all()
'''
NEED_PYTEST = {
    "a fixture that cleans up": """
@pytest.fixture
def number(log):
    log.append("up")
    yield 1.0
    log.append("down")
""",
    "a fixture that asks for the request": """
@pytest.fixture
def number(request, log):
    log.extend(["up", "down"])
    return float(len(request.node.name))
""",
    "a fixture of the module": """
@pytest.fixture(scope="module")
def number(log):
    log.extend(["up", "down"])
    return 1.0
""",
    "an automatic fixture that cleans up": """
@pytest.fixture
def number():
    return 1.0

@pytest.fixture(autouse=True)
def around(log):
    log.append("up")
    yield
    log.append("down")
""",
    "a set-up function of pytest's": """
@pytest.fixture
def number(log):
    log.append("down")
    return 1.0

def setup_function():
    pass
""",
}
USES_NUMBER = '''
@points(3)
def test_value(student, reference, number):
    """Right."""
    assert student.double(number) == reference.double(number)
'''


@pytest.fixture
def assignment(small):
    """The small assignment with other checks, all of stage `double`."""

    def write(conftest="", checks="", points=3):
        (small / "hidden" / "test_random.py").unlink(missing_ok=True)
        (small / "conftest.py").write_text(CONFTEST + conftest)
        (small / "test_visible.py").write_text(CHECKS + checks)
        (small / "assignment.yaml").write_text(
            f"title: T\ntotal: {points}\nstages:\n"
            f"  - {{name: double, title: D, points: {points}, parameters: [x], expects: E.}}\n"
        )
        return small

    return write


@pytest.fixture
def graded(sandbox, monkeypatch):
    """The reports of three submissions, and which checks pytest ran for which."""

    def run(folder, sources):
        ran = []
        original = pytest_inside.runtestprotocol

        def noted(item, **options):
            ran.append(item.name)
            return original(item, **options)

        monkeypatch.setattr(pytest_inside, "runtestprotocol", noted)
        submissions = [
            Submission(name=f"s{n}", cells=(("submission.py", s),), modules={}, digest=f"{n}")
            for n, s in enumerate(sources)
        ]
        reports = []
        grade(
            submissions,
            assignment=load_assignment(folder),
            sandbox=sandbox,
            with_hidden=True,
            secret="s",
            emit=reports.append,
        )
        return SimpleNamespace(reports=reports, by_pytest=ran)

    return run


RIGHT = "def double(x):\n    return 2 * x\n"
WRONG = "def double(x):\n    return 3 * x\n"


def verdicts(run):
    return [[check.verdict for check in report.checks] for report in run.reports]


def test_only_the_first_submission_goes_through_pytest(assignment, graded):
    run = graded(assignment(checks=PLAIN), [RIGHT, WRONG, RIGHT])
    assert run.by_pytest == ["test_value"]
    assert verdicts(run) == [[Verdict.PASSED], [Verdict.FAILED], [Verdict.PASSED]]


def test_all_submissions_get_the_same_inputs(assignment, graded):
    tells = PLAIN.replace(
        "assert (", "assert log[-1] == log[1]\n    assert len(log) % 2 == 0\n    assert ("
    )
    run = graded(assignment(checks=tells), [RIGHT, RIGHT, RIGHT])
    assert verdicts(run) == [[Verdict.PASSED]] * 3


def test_a_failure_is_told_in_the_same_words(assignment, graded):
    checks = USES_NUMBER.replace("assert student", 'assert 1 < 0, "The answer is no."\n    student')
    checks = "@pytest.fixture\ndef number():\n    return 1.0\n" + checks
    run = graded(assignment(checks=checks), [RIGHT, RIGHT])
    first, second = (replace(r, seconds=0, key="", submission="") for r in run.reports)
    assert run.by_pytest == ["test_value"]
    assert first == second
    assert first.checks[0].message == "The answer is no."


@pytest.mark.parametrize("fixture", NEED_PYTEST.values(), ids=NEED_PYTEST)
def test_what_needs_pytest_is_run_by_it(assignment, graded, fixture):
    run = graded(assignment(checks=fixture + USES_NUMBER), [RIGHT, WRONG, RIGHT])
    assert run.by_pytest == ["test_value"] * 3
    assert verdicts(run) == [[Verdict.PASSED], [Verdict.FAILED], [Verdict.PASSED]]


def test_a_hook_of_the_assignment_is_heard(assignment, graded):
    hook = "\ndef pytest_runtest_setup(item):\n    LOG.append('hook')\n"
    asks = USES_NUMBER.replace("number):", "number, log):").replace(
        "    assert", "    assert log.pop() == 'hook'\n    assert"
    )
    checks = "@pytest.fixture\ndef number():\n    return 1.0\n" + asks
    run = graded(assignment(conftest=hook, checks=checks), [RIGHT, RIGHT])
    assert verdicts(run) == [[Verdict.PASSED]] * 2


def test_parameters_reach_a_check_that_is_called_directly(assignment, graded):
    checks = """
@points(1)
@pytest.mark.parametrize(("factor", "shift"), [(1.0, 5.0), (2.0, 6.0), (3.0, 7.0)])
def test_value(student, reference, factor, shift):
    '''Right.'''
    assert shift == factor + 4
    assert student.double(factor) == 2 * factor
"""
    run = graded(assignment(checks=checks), [RIGHT, WRONG])
    # The session's own fixture is there after the first.
    assert run.by_pytest == ["test_value[1.0-5.0]"]
    assert verdicts(run) == [[Verdict.PASSED] * 3, [Verdict.FAILED] * 3]


def test_direct_checks_and_pytests_take_turns(assignment, graded):
    """Also across files: pytest must find its own order of setting up and tearing down."""
    checks = """
@pytest.fixture
def number(log):
    yield 1.0

@points(1)
def test_{0}_by_pytest(student, number):
    '''Right.'''
    assert student.double(number) == 2

@points(1)
def test_{0}_directly(student, reference):
    '''Right.'''
    assert student.double(1.0) == 2
"""
    folder = assignment(checks=checks.format("a"), points=4)
    (folder / "test_zebra.py").write_text(CHECKS + checks.format("b"))
    run = graded(folder, [RIGHT, WRONG, RIGHT])
    assert run.by_pytest == ["test_a_by_pytest", "test_b_by_pytest"] * 3
    assert verdicts(run) == [[Verdict.PASSED] * 4, [Verdict.FAILED] * 4, [Verdict.PASSED] * 4]


def test_a_check_of_ours_that_raises_is_our_fault_both_ways(assignment, graded):
    checks = "@pytest.fixture\ndef number():\n    return 1.0\n" + USES_NUMBER.replace(
        "    assert", "    raise KeyError('ours')\n    assert"
    )
    run = graded(assignment(checks=checks), [RIGHT, RIGHT])
    assert verdicts(run) == [[Verdict.UNGRADED]] * 2
    assert all("KeyError" in report.checks[0].staff_note for report in run.reports)


OTHER_NUMBER = "\n@pytest.fixture\ndef number():\n    return 1.0\n"


def test_of_two_fixtures_with_one_name_the_last_counts(assignment, graded):
    own = "@pytest.fixture\ndef number():\n    return 2.0\n"
    checks = own + USES_NUMBER + "    assert number == 2.0\n"
    run = graded(assignment(conftest=OTHER_NUMBER, checks=checks), [RIGHT, WRONG, RIGHT])
    assert run.by_pytest == ["test_value"]
    assert verdicts(run) == [[Verdict.PASSED], [Verdict.FAILED], [Verdict.PASSED]]


def test_a_fixture_that_asks_for_the_one_it_overrides_is_made_by_pytest(assignment, graded):
    own = "@pytest.fixture\ndef number(number):\n    return number + 1\n"
    checks = own + USES_NUMBER + "    assert number == 2.0\n"
    run = graded(assignment(conftest=OTHER_NUMBER, checks=checks), [RIGHT, RIGHT])
    assert run.by_pytest == ["test_value"] * 2
    assert verdicts(run) == [[Verdict.PASSED]] * 2


def test_the_reference_may_be_made_anew_for_each_check(assignment, graded):
    checks = PLAIN.replace("number, log)", "number, log, made)") + "    assert len(made) == 1\n"
    own = """
@pytest.fixture
def made():
    return []

@pytest.fixture
def reference(made):
    made.append(1)
    return SimpleNamespace(double=lambda x: 2 * x)
"""
    run = graded(assignment(conftest=own, checks=checks), [RIGHT, WRONG, RIGHT])
    assert run.by_pytest == ["test_value"]
    assert verdicts(run) == [[Verdict.PASSED], [Verdict.FAILED], [Verdict.PASSED]]


def test_a_fixture_of_the_assignment_takes_the_place_of_the_harness_own(assignment, graded):
    own = """
@pytest.fixture
def rng():
    return SimpleNamespace(normal=lambda size: 5.0)
"""
    checks = """
@points(3)
def test_value(student, reference, rng):
    '''Right.'''
    assert rng.normal(1) == 5.0
    assert student.double(5.0) == 10.0
"""
    run = graded(assignment(conftest=own, checks=checks), [RIGHT, WRONG, RIGHT])
    assert run.by_pytest == ["test_value"]
    assert verdicts(run) == [[Verdict.PASSED], [Verdict.FAILED], [Verdict.PASSED]]


def test_a_hook_of_the_assignment_hears_how_each_part_of_a_check_ended(assignment, graded):
    hook = """
@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    LOG.append((item.name, report.when, report.outcome, report.longrepr))
    return report
"""
    checks = """
from grader.checks import needs

@points(1)
def test_value(student):
    '''Right.'''
    assert student.double(1) == 2, "Wrong."

@points(1)
@needs("value")
def test_more(student):
    '''Right, still.'''

@points(1)
def test_heard(student, log):
    '''Never right: it tells what was heard.'''
    assert not log, str(log)
"""
    [report] = graded(assignment(conftest=hook, checks=checks), [WRONG]).reports
    assert report.checks[-1].message == str(
        [
            ("test_value", "setup", "passed", None),
            ("test_value", "call", "failed", None),
            ("test_value", "teardown", "passed", None),
            ("test_more", "setup", "failed", None),
            ("test_more", "teardown", "passed", None),
            ("test_heard", "setup", "passed", None),
        ]
    )


def test_no_check_runs_before_the_checks_are_collected_and_a_submission_is_there(small):
    assignment = load_assignment(small)
    plugin = GradingPlugin(assignment, with_hidden=True, secret="", work=print)
    with pytest.raises(GraderFault, match=r"^a check ran before the checks were collected$"):
        plugin.pytest_runtest_setup(None)
    none = CollectedChecks(run=[], left_out=[], by_item={})
    runner = CheckRunner(none, assignment, secret="", may_call_directly=True)
    with pytest.raises(GraderFault, match=r"^a check ran without a submission$"):
        runner.student(None)
