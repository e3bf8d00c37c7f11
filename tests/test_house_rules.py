"""The rules of CONTRIBUTING.md that can be counted, held against grader and reference.

- A function has at most 40 lines from `def` to its end: decorators do not count, the docstring
  does. A file has at most 400.
- A class name stands once in grader and reference, private ones apart.
- A public function has at most two parameters that may be given by place. Not counted are `self`
  and `cls`, and these functions: commands and callbacks of click (they have a decorator of it),
  names with underscores around them, pytest's hooks, tests and fixtures, everything in `reference`
  (it takes what the subject prescribes), and what is nested in another function.
- Below `cli` and `api` nobody reads the clock: `datetime.now`, `datetime.today`, `time.time`. What
  measures how long something takes, `time.monotonic` and `time.perf_counter`, is free.
- A public function with `raise SomeError(...)` in its body says so under `Raises:`. Exempt are the
  functions above, properties, and what re-raises or raises a private class.
"""

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = {
    path.relative_to(ROOT).as_posix(): path
    for unit in ("grader", "reference")
    for path in sorted((ROOT / unit).rglob("*.py"))
}
CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
PRESCRIBED = ("reference/", "grader/sandbox/conformance/")

# Places that break a rule and are being rewritten; each is taken out when it is mended.
WAITING: dict[str, set[str]] = {
    "lines": {
        "grader/batch/class_run.py:run_batch",
        "grader/batch/grading_here.py:grade_here",
        "grader/batch/worker.py:main",
        "grader/harness/grading.py:grade",
        "grader/harness/student.py:Student._call",
    },
    "parameters": {
        "grader/audit/sources.py:with_functions",
        "grader/cli/quiz/repair_run.py:repair_marks",
        "grader/cli/quiz/review_run.py:show",
        "grader/courses/attempts.py:begin",
        "grader/courses/attempts.py:opened",
        "grader/courses/attempts.py:settle",
        "grader/courses/attempts.py:unfinished",
        "grader/courses/identities.py:left_alone",
        "grader/courses/reviewing.py:review",
        "grader/courses/reviewing.py:review_instead",
        "grader/courses/taking.py:arrive",
        "grader/diagnosis/arrays.py:calls_of",
        "grader/diagnosis/arrays.py:changing",
        "grader/diagnosis/arrays.py:explaining",
        "grader/diagnosis/arrays.py:explaining_pairs",
        "grader/diagnosis/chain.py:put_together",
        "grader/diagnosis/closeness.py:misfit",
        "grader/diagnosis/loops.py:explaining",
        "grader/diagnosis/loops.py:play",
        "grader/diagnosis/patterns.py:pattern",
        "grader/diagnosis/versions.py:Versions.outcome",
        "grader/harness/planned_calls.py:CallPlan.learn",
        "grader/harness/randomness.py:RepeatedGenerator.normal",
        "grader/harness/stand_ins.py:stand_in",
        "grader/intake/archive.py:files_in_zip",
        "grader/keys/bank_check.py:check_bank",
        "grader/keys/diagnosing.py:diagnosis",
        "grader/keys/orders.py:order_problems",
        "grader/keys/truths.py:truth_problems",
        "grader/quiz/analysis/class_figures.py:analyze",
        "grader/quiz/analysis/flags.py:quiz_flags",
        "grader/quiz/exports/moodle_shares.py:share_of",
        "grader/quiz/imports/writing.py:write_topics",
        "grader/quiz/items/item.py:error",
        "grader/quiz/items/item.py:warning",
        "grader/quiz/items/order_rules.py:guess_level",
        "grader/quiz/marking/gradebook.py:line",
        "grader/quiz/marking/repairs.py:repairs",
        "grader/quiz/marking/sheets.py:remarked",
        "grader/quiz/marking/sheets.py:waiting",
        "grader/reports/analysis_page.py:page",
        "grader/sandbox/child/confine.py:confine",
        "grader/sandbox/child/mentions.py:mentions",
        "grader/sandbox/child/observer.py:Observer.run",
        "grader/sandbox/child/requests.py:send",
        "grader/sandbox/child/stand_in.py:stand_ins",
        "grader/sandbox/child/student_modules.py:run",
        "grader/sandbox/child/values.py:for_student",
        "grader/sandbox/child/harmless.py:HarmlessPackages.find_spec",
        "grader/sandbox/child/notebook_shell.py:ZMQInteractiveShell.run_cell_magic",
        "grader/sandbox/child/own_modules.py:OwnModules.find_spec",
        "grader/sandbox/child/watched_shortcuts.py:Watch.find_spec",
        "grader/sandbox/outside.py:missing",
        "grader/store/quiz_rows.py:row_id",
    },
    "clock": set(),
    "classes": {
        "Standing",
    },
    "raises": {
        "grader/cli/check_run.py:watch",
        "grader/cli/files.py:make_output_folder",
        "grader/cli/files.py:write_file",
        "grader/cli/quiz/exchange_run.py:export_topics",
        "grader/courses/taking.py:must_be_open",
        "grader/harness/check_run.py:Standing.assert_may_run",
        "grader/harness/time_budget.py:TimeBudget.assert_not_given_up",
        "grader/keys/orders.py:order_problems",
        "grader/keys/truths.py:claimed",
        "grader/keys/truths.py:numeric_problems",
        "grader/keys/truths.py:run",
        "grader/keys/truths.py:statements",
        "grader/keys/truths.py:truth_problems",
        "grader/keys/truths.py:truths",
        "grader/quiz/exports/item_parts.py:must_differ",
        "grader/quiz/exports/moodle_shares.py:one_of",
        "grader/quiz/imports/draft.py:number",
        "grader/quiz/imports/import_rules.py:short_kind",
        "grader/quiz/imports/writing.py:must_be_free",
        "grader/quiz/marking/sheets.py:sheet_from_json",
        "grader/sandbox/child/seccomp.py:load",
        "grader/sandbox/child_session.py:ChildSession.load",
        "grader/sandbox/child_session.py:ChildSession.wait_until_ready",
    },
}


def tree(name):
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def functions(node, prefix="", *, nested=True):
    """Each function with its name as in `Class.method`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from functions(child, f"{prefix}{child.name}.", nested=nested)
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{prefix}{child.name}", child
            if nested:
                yield from functions(child, f"{prefix}{child.name}.")
        else:
            yield from functions(child, prefix, nested=nested)


def decorators(function):
    return [ast.unparse(decorator) for decorator in function.decorator_list]


def is_public(name, function):
    """Whether the rules for public functions hold for it."""
    if any(part.startswith("_") for part in name.split(".")):
        return False
    if function.name.startswith(("pytest_", "test_")):
        return False
    foreign = ("click.", "property", "pytest.", "overload")
    return not any(said.startswith(foreign) for said in decorators(function))


def public_functions(file):
    if file.startswith(PRESCRIBED):
        return
    for name, function in functions(tree(file), nested=False):
        if is_public(name, function):
            yield f"{file}:{name}", function


def by_place(function):
    """The parameters that may be given by place, without self and cls."""
    arguments = function.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    return [name for name in names if name not in ("self", "cls")]


def own_nodes(function):
    """What stands in a function, without what stands in functions within it."""
    todo = list(function.body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)


def raised(function):
    """The public classes that a function's own body raises by name."""
    for node in own_nodes(function):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = ast.unparse(node.exc.func).rpartition(".")[2]
            if name[:1].isupper():
                yield name


def assert_only_waiting(found, rule):
    """Nothing new breaks the rule, and nothing waits that keeps it."""
    assert found - WAITING[rule] == set()
    assert WAITING[rule] - found == set(), "mended: take it out of WAITING"


def test_functions_have_at_most_40_lines():
    long = {
        f"{file}:{name}"
        for file in FILES
        for name, function in functions(tree(file))
        if function.end_lineno - function.lineno + 1 > 40
    }
    assert_only_waiting(long, "lines")


@pytest.mark.parametrize("file", FILES)
def test_a_file_has_at_most_400_lines(file):
    assert len(FILES[file].read_text(encoding="utf-8").splitlines()) <= 400


def test_one_class_name_is_one_thing():
    names = Counter(
        node.name
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert_only_waiting({name for name, times in names.items() if times > 1}, "classes")


def test_more_than_two_parameters_of_a_public_function_are_given_by_name():
    loose = {
        name
        for file in FILES
        for name, function in public_functions(file)
        if len(by_place(function)) > 2
    }
    assert_only_waiting(loose, "parameters")


def test_nobody_below_the_commands_reads_the_clock():
    reads = {
        file
        for file in FILES
        if not file.startswith(("grader/cli/", "grader/api.py"))  # the fronts
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in CLOCK
    }
    assert_only_waiting(reads, "clock")


def test_what_a_public_function_raises_stands_under_raises():
    silent = set()
    for file in FILES:
        for name, function in public_functions(file):
            said = (ast.get_docstring(function) or "").partition("Raises:")[2]
            if any(error not in said for error in raised(function)):
                silent.add(name)
    assert_only_waiting(silent, "raises")
