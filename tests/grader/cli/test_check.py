"""`grader check`: exit codes, what is printed where, and one sentence for each mistake."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import termios

import pytest

from grader.records import Verdict, report_from_json

WRONG = ("return 2 * x", "return 3 * x")


@pytest.fixture
def submission(tmp_path, right):
    """Writes a submission of the small assignment; its path."""

    def write(old="", new="", name="submission.py"):
        path = tmp_path / name
        path.write_text(right.replace(old, new) if old else right)
        return path

    return write


@pytest.fixture
def check(grader, small, tmp_path):
    def run(path, *more, **options):
        return grader("check", path, "--assignment", small, *more, cwd=tmp_path, **options)

    return run


def test_all_visible_checks_passed_is_exit_code_0(check, submission):
    ran = check(submission())
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "All 4 visible checks passed: 4 of 4 points." in ran.stdout
    assert "3 hidden checks, worth 3 points, are run when your course grades you." in ran.stdout
    assert re.fullmatch(r"Checking .*submission\.py \.\.\.\n", ran.stderr)


def test_the_report_can_be_a_page_as_well(check, submission, tmp_path):
    ran = check(submission(*WRONG), "--html", "report.html")
    assert ran.returncode == 1
    assert "Page: report.html" in ran.stderr
    assert "2 of 4 visible points" in " ".join(
        re.sub("<[^>]*>", "", (tmp_path / "report.html").read_text()).split()
    )


def test_one_stage_can_be_looked_at_alone(check, submission):
    path = submission("return 2 * x", "raise ValueError('no')")
    ran = check(path, "--stage", "double")
    assert ran.returncode == 1
    assert "Every entry is doubled." in ran.stdout
    assert check(path, "--stage", "shift").returncode == 0
    other = check(path, "--stage", "shift").stdout
    assert "Every entry is doubled." not in other
    assert "4 visible checks did not pass" in other  # the others are not hidden


def test_a_stage_that_is_not_there_is_refused_before_anything_runs(check, submission):
    ran = check(submission(), "--stage", "duoble")
    assert ran.returncode == 2
    assert "there is no stage 'duoble'" in ran.stderr
    assert "Did you mean 'double'?" in ran.stderr


def test_every_failure_can_be_shown(check, submission):
    path = submission(*WRONG)
    first, every = check(path), check(path, "--all")
    assert first.stdout.count("blocked: ") == 0
    assert "1 more of its checks did not pass." in " ".join(first.stdout.split())
    assert every.stdout.count("blocked: ") == 1
    assert "more of its checks" not in every.stdout


def test_all_that_was_printed_can_be_shown(check, submission):
    noise = "for n in range(40):\n        print('line', n)\n    return 2 * x"
    path = submission("return 2 * x", noise)
    assert "... 36 lines before; --output shows all" in check(path).stdout
    whole = check(path, "--output").stdout
    assert "line 0\n" in whole.replace(" ", " ").replace("  ", "")
    assert "--output" not in whole


def test_a_failed_check_is_exit_code_1_and_told_in_full(check, submission):
    ran = check(submission(*WRONG))
    assert ran.returncode == 1
    words = " ".join(ran.stdout.split())
    assert "Arithmetic on arrays: submission" in words
    assert "double 0/2 1 failed, 1 blocked" in words
    assert "failed: Every entry is doubled. (-1)" in words
    assert "6 of 6 entries of the double are wrong. The largest error is" in words
    assert "1 more of its checks did not pass." in words
    assert "of 4 visible checks did not pass" in words
    assert "3 hidden checks" in words


@pytest.mark.parametrize(
    ("path", "words", "exit_code", "sentence"),
    [
        ("nowhere.py", [], 2, "nowhere.py: there is no such file or folder"),
        ("notes.txt", [], 1, "notes.txt: a .txt cannot be graded"),
        ("empty", [], 1, "empty: there is no submission.py or submission.ipynb"),
        ("broken.ipynb", [], 1, "broken.ipynb: is not a readable notebook"),
        ("submission.py", ["--assignment", "nowhere"], 2, "there is no assignment 'nowhere'"),
        ("submission.py", ["--nothing"], 2, "No such option"),
    ],
)
def test_a_mistake_is_one_sentence_and_its_exit_code(
    check, submission, tmp_path, path, words, exit_code, sentence
):
    submission()
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "broken.ipynb").write_text("x")
    (tmp_path / "empty").mkdir()
    ran = check(tmp_path / path, *words)
    assert ran.returncode == exit_code
    assert ran.stdout == ""
    assert sentence in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_mistake_of_the_course_is_exit_code_2(check, submission, small):
    (small / "test_more.py").write_text("def test_it(): pass\n")
    ran = check(submission())
    assert ran.returncode == 2
    assert "test_more.py::test_it: the check has no valid `stage` marker" in ran.stderr
    assert ran.stdout == ""


def test_a_mistake_in_a_check_is_exit_code_3_and_has_its_place(check, submission, small):
    checks = small / "test_visible.py"
    checks.write_text(checks.read_text().replace("student.shift(x)", "student.shift(unknown)"))
    ran = check(submission())
    assert ran.returncode == 3
    words = " ".join(ran.stdout.split())
    assert "Not graded, and not your fault: the check shift.values could not be run." in words
    assert "Traceback" not in ran.stdout + ran.stderr
    said = (
        r"error: the check shift\.values could not be run: test_visible\.py:\d+: NameError: name 'u"
    )
    assert re.search(said, ran.stderr)


def test_a_fixture_that_is_not_there_has_its_place(check, submission, small):
    checks = small / "test_visible.py"
    lines = (
        checks.read_text()
        .replace("(student, reference, x", "(student, nothing, reference, x", 1)
        .splitlines(True)
    )
    checks.write_text("".join(lines))
    ran = check(submission())
    assert ran.returncode == 3, ran.stdout
    assert re.search(r"test_visible\.py:\d+: there is no fixture 'nothing'", ran.stderr)
    assert "Traceback" not in ran.stderr


def test_a_place_has_the_path_that_an_editor_follows(check, submission, tmp_path, right):
    (tmp_path / "hw").mkdir()
    submission("return 2 * x", "raise ValueError", name="hw/submission.py")
    words = " ".join(check("hw/submission.py").stdout.split())
    assert "at hw/submission.py:6, in double: raise ValueError" in words
    assert "at hw/submission.py:6, in double: raise ValueError" in " ".join(
        check("hw").stdout.split()
    )


def test_a_statement_that_fails_is_noted_once(check, submission):
    ran = check(submission("def shift", "import nowhere\n\ndef shift"))
    assert ran.stdout.count("raised ModuleNotFoundError: No module named 'nowhere'") == 1


def test_json_is_the_report(check, submission):
    ran = check(submission(*WRONG), "--json")
    assert ran.returncode == 1
    report = report_from_json(ran.stdout.encode())
    assert json.loads(ran.stdout)["submission"] == "submission"
    assert (report.points, report.max_points, report.hidden_checks_left) == (2, 4, 3)
    assert report.stages[1].first_failure.verdict == Verdict.FAILED
    assert ran.stderr == ""


def test_what_the_submission_prints_does_not_disturb_the_json(check, submission):
    ran = check(submission("return 2 * x", "print('{'); return 2 * x"), "--json")
    checks = report_from_json(ran.stdout.encode()).stages[1].checks
    assert any("{" in check.output for check in checks)


def test_a_pipe_gets_plain_text(check, submission):
    ran = check(submission("return 2 * x", "print('\\x1b[31mred'); return 3 * x"))
    assert "\x1b" not in ran.stdout
    assert "\\u001b[31mred" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 100


def in_a_terminal(command, environment, *, columns):
    """What a program prints into a terminal of that width, and its exit code."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    environment = environment | {"TERM": "xterm-256color"}
    ran = subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = b""
    with open(ours, "rb", buffering=0) as terminal, contextlib.suppress(OSError):
        while part := terminal.read(1 << 16):  # ends with an error when the program has ended
            printed += part
    return printed.decode(), ran.wait(timeout=60)


@pytest.mark.parametrize("columns", [30, 60, 200])
def test_a_terminal_gets_colours_within_its_width(grader_command, submission, small, columns):
    command, environment = grader_command
    words = ["check", str(submission(*WRONG)), "--assignment", str(small)]
    environment = {k: v for k, v in environment.items() if k not in ("COLUMNS", "NO_COLOR")}
    printed, exit_code = in_a_terminal([*command, *words], environment, columns=columns)
    assert exit_code == 1, printed
    assert "\x1b[" in printed
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", printed)
    assert max(len(line.rstrip()) for line in plain.splitlines()) <= columns
    words = " ".join(plain.split())
    for part in ("shift 1/1", "double 0/2", "both 1/1", "entries of the double are wrong"):
        assert part in words


def test_every_form_of_a_submission_is_checked(check, submission, tmp_path):
    folder = tmp_path / "homework"
    folder.mkdir()
    submission().rename(folder / "submission.py")
    assert check(folder).returncode == 0
    assert "Arithmetic on arrays: homework" in check(folder).stdout


def test_watching_checks_again_after_each_change(grader_command, submission, small):
    command, environment = grader_command
    path = submission(*WRONG)
    process = subprocess.Popen(
        [*command, "check", str(path), "--assignment", str(small), "--watch"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert "did not pass" in until(process.stdout, "Watching")
        path.write_text("def (")
        assert "raised SyntaxError" in until(process.stdout, "Watching")
        submission()
        assert "All 4 visible checks passed" in until(process.stdout, "Watching")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0
    assert err == ""


def until(stream, mark):
    """What a process prints up to the line with a mark."""
    said = []
    while mark not in (said[-1] if said else ""):
        line = stream.readline()
        assert line, "it ended: " + "".join(said)
        said.append(line)
    return "".join(said)


def test_a_shortcut_that_costs_points_is_told_and_is_exit_code_1(check, submission, small):
    settings = small / "assignment.yaml"
    shortcuts = "shortcuts: {consequence: no points, forbidden: [math.fsum]}\n"
    settings.write_text(settings.read_text() + shortcuts)
    ran = check(submission(WRONG[0], "import math\n    math.fsum([1])\n    return 2 * x"))
    assert ran.returncode == 1, ran.stdout + ran.stderr
    words = " ".join(ran.stdout.split())
    assert "double 0/2 all 2 passed; no points: see below" in words
    assert "double called math.fsum (submission.py line 7), which this assignment asks" in words
    assert "So this stage gets no points." in words
    assert "All 4 visible checks passed: 2 of 4 points." in words
    settings.write_text(settings.read_text().replace("no points", "note"))
    assert check(submission()).returncode == 0
