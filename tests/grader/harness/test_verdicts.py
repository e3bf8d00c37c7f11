"""How a check ends when the student's code does something else than answering."""

import pytest

from grader.records import Status, Verdict

RIGHT_ELSEWHERE = 4  # points of the other two stages


def ended(report, check):
    return next(result for result in report.checks if result.check == check)


@pytest.fixture
def double(grade_source, with_double):
    """The first check of `double` when the function has this body. All else must be right."""

    def run(body):
        report = grade_source(with_double(body))
        assert report.status == Status.GRADED
        assert report.points == RIGHT_ELSEWHERE
        return ended(report, "double.twice")

    return run


def test_a_right_submission_passes_everything(grade_source, right):
    report = grade_source(right)
    assert {check.verdict for check in report.checks} == {Verdict.PASSED}
    assert {check.message + check.staff_note for check in report.checks} == {""}
    assert (report.points, report.max_points, report.status) == (7, 7, Status.GRADED)
    assert [stage.stage for stage in report.stages] == ["shift", "double", "both"]


def test_without_hidden_checks_the_report_says_what_is_left(grade_source, right):
    report = grade_source(right, with_hidden=False)
    assert (report.points, report.max_points) == (4, 4)
    assert (report.hidden_checks_left, report.hidden_points_left) == (3, 3)
    assert not any(check.hidden for check in report.checks)


def test_a_missing_function_is_not_implemented(grade_source, right):
    report = grade_source(right.replace("def double", "def dubble"))
    result = ended(report, "double.twice")
    assert (result.verdict, result.message) == (
        Verdict.NOT_IMPLEMENTED,
        "double is not defined.",
    )
    assert report.stages[0].points == 2


def test_a_name_that_is_no_function_is_not_defined(grade_source, right):
    report = grade_source(right + "\ndouble = 3\n")
    assert ended(report, "double.twice").message == "double is not defined."


ENDINGS = {
    "NotImplementedError": (
        "raise NotImplementedError",
        Verdict.NOT_IMPLEMENTED,
        "double is not implemented yet.",
    ),
    "an exception": (
        "raise ValueError('no')",
        Verdict.CRASHED,
        "double raised ValueError: no at submission.py:6, in double: raise ValueError('no')",
    ),
    "an assertion of its own": (
        "assert x is None",
        Verdict.CRASHED,
        "double raised AssertionError",
    ),
    "sys.exit": ("import sys; sys.exit(0)", Verdict.CRASHED, "double raised SystemExit: 0"),
    "os._exit": (
        "import os; os._exit(0)",
        Verdict.CRASHED,
        "double ended the whole process (exit code 0).",
    ),
    "a signal": (
        "import ctypes; ctypes.string_at(0)",
        Verdict.CRASHED,
        "double ended the whole process (SIGSEGV).",
    ),
    "an endless loop": (
        "while True: pass",
        Verdict.TIMED_OUT,
        "double did not finish within 1 s; it was at submission.py:",
    ),
    "an endless sleep": (
        "import time; time.sleep(1000)",
        Verdict.TIMED_OUT,
        "double did not finish within 1 s; it was at submission.py:",
    ),
    "endless recursion": ("return double(x)", Verdict.CRASHED, "double raised RecursionError"),
    "one huge array": (
        "import numpy; return numpy.ones(1 << 40)",
        Verdict.OUT_OF_MEMORY,
        "double asked for more memory than is allowed",
    ),
    "growing memory": (
        "kept = []\nwhile True: kept.append(bytearray(1 << 24))",
        Verdict.OUT_OF_MEMORY,
        "double asked for more memory than is allowed",
    ),
}


@pytest.mark.parametrize(("body", "verdict", "message"), ENDINGS.values(), ids=ENDINGS)
def test_code_that_does_not_answer_gets_its_own_verdict(double, body, verdict, message):
    result = double(body)
    assert result.verdict == verdict
    assert result.message.startswith(message)
    assert result.points == 0


ANSWERS = {
    "None": ("return None", "The double is None (is a `return` missing?)"),
    "a list": ("return (2 * x).tolist()", "The double is a list or tuple; a tensor or an array"),
    "a number": ("return 2.0", "The double is a float; a tensor or an array is expected."),
    "float16": (
        "return (2 * x).astype('float16')",
        "The double has dtype float16; float32 or float64 is expected.",
    ),
    "integers": ("return (2 * x).astype(int)", "The double has dtype int64; float32 or float64"),
    "booleans": ("return x > 0", "The double has dtype bool; float32 or float64 is expected."),
    "another shape": (
        "return (2 * x).T",
        "The double has shape (3, 2); (2, 3) (row, column) is expected.",
    ),
    "an extra axis": ("return (2 * x)[None]", "The double has shape (1, 2, 3); (2, 3)"),
    "one entry for all": ("return (2 * x)[:1, :1]", "The double has shape (1, 1); (2, 3)"),
    "an array without axes": ("return x.sum()", "The double has shape (); (2, 3)"),
    "an empty array": ("return x[:0]", "The double has shape (0, 3); (2, 3)"),
    "NaN": (
        "y = 2 * x; y[1, 2] = float('nan'); return y",
        "1 of 6 entries of the double is NaN or infinite; the first is at row 1, column 2.",
    ),
    "infinity": (
        "return x * float('inf')",
        "6 of 6 entries of the double are NaN or infinite; the first is at row 0, column 0.",
    ),
    "other numbers": ("return 3 * x", "6 of 6 entries of the double are wrong."),
    "an object": (
        "return object()",
        "double returned an object; a tensor, an array, a number or a list is expected.",
    ),
    "complex numbers": ("return x * 1j", "double returned an array of dtype complex64; a tensor"),
    "text": ("return 'twice'", "The double is text; a tensor or an array is expected."),
    "itself in a list": ("y = []; y.append(y); return y", "double raised RecursionError"),
    "a huge int": ("return 10 ** 30", "double returned a value that cannot be sent"),
}


@pytest.mark.parametrize(("body", "message"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_of_another_kind_fails_with_a_sentence(double, body, message):
    result = double(body)
    assert result.message.startswith(message)
    assert result.verdict == (Verdict.CRASHED if "raised" in message else Verdict.FAILED)


def test_an_endless_loop_is_waited_for_once(grade_source, with_double):
    report = grade_source(with_double("while True: pass"))
    assert ended(report, "double.random[double]").verdict == Verdict.TIMED_OUT
    assert ended(report, "double.random[double]").message == (
        "double ran out of time before, and was not called again."
    )


def test_slow_calls_use_up_the_time_of_the_submission(grade_source, with_double, small):
    settings = small / "assignment.yaml"
    text = settings.read_text().replace("submission_seconds: 5", "submission_seconds: 0.6")
    settings.write_text(text)
    report = grade_source(with_double("import time; time.sleep(0.25); return 2 * x"))
    assert ended(report, "double.twice").verdict == Verdict.PASSED
    assert ended(report, "double.random[double]").verdict == Verdict.TIMED_OUT
    assert {check.verdict for check in report.stages[2].checks} == {Verdict.TIMED_OUT}
    assert ended(report, "both.chain").message == (
        "The submission used up its 0.6 s; both was not called."
    )


UNREADABLE = {
    "a syntax error": (
        "x = (",
        "Your submission raised SyntaxError: '(' was never closed at submission.py:1: x = (",
    ),
    "an address in a line": (
        'x = (" at 0x12"',
        "Your submission raised SyntaxError: '(' was never closed at submission.py:1: "
        'x = (" at 0x12"',
    ),
    "a NUL character": ("x = '\0'", "Your submission raised "),
}


@pytest.mark.parametrize(("source", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_code_that_is_no_python_fails_every_check_alike(grade_source, source, message):
    report = grade_source(source)
    assert report.status == Status.GRADED
    assert report.points == 0
    assert {check.verdict for check in report.checks} == {Verdict.CRASHED, Verdict.BLOCKED}
    assert len(report.notes) == 1
    assert report.notes[0].startswith(message)
    assert "while handling" not in report.notes[0], "it is one error"
    shown = {check.message for check in report.checks if check.verdict == Verdict.CRASHED}
    assert shown == {report.notes[0]}


FAILING = {
    "a missing package": (
        "import nowhere",
        "submission.py:1 raised ModuleNotFoundError: No module named 'nowhere': import",
    ),
    "sys.exit": ("import sys; sys.exit()", "submission.py:1 ended the program (SystemExit)"),
    "os._exit": (
        "import os; os._exit(0)",
        "submission.py:1 ended the whole process (exit code 0)",
    ),
    "an endless loop": ("while True: pass", "submission.py:1 was stopped after 0.5 s"),
    "too much memory": ("x = bytearray(1 << 40)", "submission.py:1 raised MemoryError"),
    "a statement that is not implemented": (
        "raise NotImplementedError('later')",
        "submission.py:1 raised NotImplementedError: later",
    ),
}


@pytest.mark.parametrize(("source", "note"), FAILING.values(), ids=FAILING)
def test_a_statement_that_fails_is_noted_and_what_is_defined_counts(
    grade_source, small, right, source, note
):
    settings = small / "assignment.yaml"
    settings.write_text(settings.read_text().replace("load_seconds: 3", "load_seconds: 0.5"))
    report = grade_source(f"{source}\n{right}")
    assert (report.status, report.points) == (Status.GRADED, 7)
    assert len(report.notes) == 1
    assert report.notes[0].startswith(note)
    nothing_defined = grade_source(source)
    assert nothing_defined.points == 0
    missing = [c for c in nothing_defined.checks if c.verdict == Verdict.NOT_IMPLEMENTED]
    assert any(note in check.message for check in missing)
    assert not any(note in check.message for check in missing if check.hidden)


def test_a_check_that_pytest_runs_itself_is_blocked_as_well(small, grade_source, with_double):
    """It has a fixture that cleans up, so it is never called without pytest's bookkeeping."""
    cleaning = "\nimport pytest\n\n@pytest.fixture\ndef cleaned():\n    yield\n"
    visible = small / "test_visible.py"
    text = visible.read_text()
    assert text.count("def test_repeated(") == 1
    visible.write_text(cleaning + text.replace("def test_repeated(", "def test_repeated(cleaned, "))
    result = ended(grade_source(with_double("return 3 * x")), "double.repeated")
    assert (result.verdict, result.points) == (Verdict.BLOCKED, 0)


def test_a_check_that_needs_a_failed_one_is_blocked(grade_source, with_double):
    report = grade_source(with_double("return 3 * x"))
    result = ended(report, "double.repeated")
    assert (result.verdict, result.points) == (Verdict.BLOCKED, 0)
    assert result.message == "Not run: it needs double.twice to pass first."
    assert result.staff_note == ""


def test_a_notebook_cell_that_raises_is_noted_and_the_others_count(grade_source, right):
    shift, double, both = right.strip().split("\n\n")
    cells = [("cell 1", shift), ("cell 2", "1 / 0"), ("cell 3", double), ("cell 4", both)]
    report = grade_source("", cells=cells)
    assert report.points == 7
    assert report.notes == ("cell 2 line 1 raised ZeroDivisionError: division by zero: 1 / 0.",)


def test_printed_text_is_kept_up_to_a_limit_and_changes_no_grade(grade_source, with_double):
    report = grade_source(with_double("print('hello ' * 10_000); return 2 * x"))
    assert report.points == 7
    for output in (check.output for check in report.checks if check.output):
        assert output.startswith("hello hello")
        assert "more bytes were printed and are not shown" in output
        assert len(output) <= 21_000
    assert any(check.output for check in report.checks)
    assert sum(len(check.output) for check in report.checks) <= 110_000


def test_warnings_and_stderr_change_no_grade(grade_source, with_double):
    body = "import sys, warnings; warnings.warn('old'); print('oh', file=sys.stderr); return 2 * x"
    assert grade_source(with_double(body)).points == 7


def test_control_characters_of_the_student_are_shown_and_not_obeyed(double):
    message = double("raise ValueError('\\x1b[2Jgone\\u202e')").message
    assert "\\u001b[2Jgone\\u202e" in message


def test_the_same_submission_gives_the_same_report(grade_source, with_double):
    from dataclasses import replace

    from grader.records import to_json

    source = with_double("print('once'); raise ValueError(x[0, 0])")
    first, second = (to_json(replace(grade_source(source), seconds=0.0)) for _ in range(2))
    assert first == second
