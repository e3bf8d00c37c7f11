"""What a student learns of a hidden check: that it did not pass, and no more."""

import pytest

from grader.harness.grading import without_staff_notes
from grader.records import Verdict, to_json

# The inputs of visible checks are the same for everybody; the hidden one has others.
RIGHT_AT_FIRST = """
if float(x.sum()) in {known}:
    return 2 * x
seen = 'SEEN' + str(x.sum())
"""


def printed(report):
    """What was printed while the checks ran."""
    return "".join(check.output for check in report.checks)


def student_text(report):
    """Everything that is handed to the student."""
    return to_json(without_staff_notes(report)).decode()


@pytest.fixture
def right_at_first(grade_source, with_double):
    """The body of a `double` that is right in visible checks; what follows runs in hidden ones."""
    told = grade_source(with_double("print('SUM', float(x.sum()))\nreturn 2 * x"))
    sums = [line.split()[1] for line in printed(told).splitlines() if line.startswith("SUM")]
    assert sums
    return RIGHT_AT_FIRST.replace("{known}", f"({', '.join(sums)},)")


@pytest.fixture
def hidden(grade_source, with_double, right_at_first):
    """The report, and the hidden check in it, of a `double` that ends so in that check alone."""

    def run(body):
        report = grade_source(with_double(right_at_first + body))
        check = next(check for check in report.checks if check.check == "double.random[double]")
        assert check.hidden
        assert check.verdict != Verdict.PASSED
        assert report.points == 6
        return report, check

    return run


SENTENCES = {
    "a wrong value": ("return 2 * x + 7", "Some entries of the answer are wrong."),
    "NaN": ("return x * float('nan')", "Some entries of the answer are NaN or infinite."),
    "another shape": ("return x[:1]", "The answer has the wrong shape."),
    "another kind": ("return [seen]", "The answer is not a tensor or an array."),
    "text": ("return seen", "The answer is not a tensor or an array."),
    "an exception with its text": ("raise ValueError(seen)", "double raised an error."),
    "an exception with its class": (
        "raise type(seen, (Exception,), {})",
        "double raised an error.",
    ),
    "an object with its class": (
        "return type(seen, (), {})()",
        "double returned a value of another kind; "
        "a tensor, an array, a number or a list is expected.",
    ),
    "out of memory, with text": (
        "raise MemoryError(seen)",
        "double asked for more memory than is allowed.",
    ),
    "not implemented, with text": (
        "raise NotImplementedError(seen)",
        "double is not implemented yet.",
    ),
}


@pytest.mark.parametrize(("body", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_the_student_reads_a_sentence_without_values(hidden, body, sentence):
    report, check = hidden(body)
    assert check.message == sentence
    assert "SEEN" not in student_text(report)


def test_printed_text_of_a_hidden_check_is_dropped(hidden):
    report, _ = hidden("print(seen)\nimport sys\nprint(seen, file=sys.stderr)\nreturn x")
    assert "SEEN" not in to_json(report).decode()


def test_printed_text_of_a_crash_in_a_hidden_check_is_dropped(hidden):
    report, _ = hidden("import os\nprint(seen, flush=True)\nos._exit(1)")
    assert "SEEN" not in to_json(report).decode()


def test_printed_text_of_a_visible_check_is_kept(grade_source, with_double):
    assert "SEEN" in printed(grade_source(with_double("print('SEEN'); return 2 * x")))


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("return 2 * x + 7", "6 of 6 entries of the answer are wrong. The largest error is 7"),
        ("raise ValueError(seen)", "double raised ValueError: SEEN"),
        ("return x[:1]", "The answer has shape (1, 3); (2, 3) is expected."),
    ],
)
def test_staff_read_everything(hidden, body, note):
    _, check = hidden(body)
    assert check.staff_note.startswith(note)


CHECK = """
import pytest
from grader.checks import points, stage

@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=stage(name)) for name in ("shift", "double", "both")]
)
@points(1)
def test_random(student, name, x):
    '''Random numbers.'''
    total = getattr(student, name)(x).sum()
    BODY
"""
PLAIN = {
    Verdict.FAILED: "This hidden check did not pass.",
    Verdict.UNGRADED: "This check could not be run. It is not your fault, and it does not count "
    "against you.",
}


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("assert total == 1234, f'SEEN {total}'", Verdict.FAILED),
        ("assert total == 1234", Verdict.FAILED),
        ("raise RuntimeError(f'SEEN {total}')", Verdict.UNGRADED),
        ("pytest.fail(f'SEEN {total}')", Verdict.FAILED),
    ],
)
def test_what_the_check_itself_says_stays_with_staff(small, grade_source, right, body, verdict):
    (small / "hidden" / "test_random.py").write_text(CHECK.replace("BODY", body))
    report = grade_source(right)
    check = report.stages[0].checks[-1]
    assert check.verdict == verdict
    assert check.message == PLAIN[verdict]
    assert "SEEN" not in student_text(report)
    assert "np.float32" not in student_text(report)
    assert "1234" in check.staff_note or "SEEN" in check.staff_note


def test_a_hidden_folder_and_a_hidden_marker_both_hide(small, grade_source, with_double):
    checks = small / "test_visible.py"
    imported = checks.read_text().replace("import assert_close", "import hidden, assert_close")
    checks.write_text(imported.replace('@stage("double")', '@hidden\n@stage("double")'))
    report = grade_source(with_double("raise ValueError('SEEN')"))
    assert [check.hidden for check in report.stages[1].checks] == [True, True, True]
    assert not [check for check in report.stages[1].checks if "SEEN" in check.message]
    alone = grade_source(with_double("raise ValueError('SEEN')"), with_hidden=False)
    assert (alone.max_points, alone.hidden_checks_left) == (2, 5)


def inputs(grade_source, with_double, **options):
    """The sums of all inputs that `double` saw, visible and hidden."""
    report = grade_source(with_double("raise ValueError(f'sum {x.sum()}')"), **options)
    said = [check.staff_note or check.message for check in report.stages[1].checks]
    return [text.partition("sum ")[2].split()[0] for text in said if "sum " in text]


def test_visible_inputs_are_fixed_and_hidden_ones_come_from_the_secret(grade_source, with_double):
    visible, secret = inputs(grade_source, with_double, secret="a")
    assert [visible, secret] == inputs(grade_source, with_double, secret="a")
    same, other = inputs(grade_source, with_double, secret="b")
    assert same == visible
    assert other != secret


def test_each_check_has_inputs_of_its_own(grade_source, with_double):
    visible, secret = inputs(grade_source, with_double, secret="")
    assert visible != secret


def test_how_near_an_answer_was_is_for_staff_only(hidden):
    report, check = hidden("return 2 * x + 7")
    assert check.strain > 1
    assert all(c.strain is None for c in without_staff_notes(report).checks)
