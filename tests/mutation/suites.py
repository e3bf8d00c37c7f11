"""Which modules are mutated, and which tests have to notice: pytest's arguments, quick ones first.

Where the database does not matter, SQLite is enough.
"""

QUIZ = "tests/grader/quiz"
STORE = "tests/grader/store"
POLICIES = "tests/grader/policies"
GRADES = "tests/grader/batch/test_class_grades.py"
ON_SQLITE = ("-k", "not postgresql")
HARNESS = "tests/grader/harness"


def of_harness(*names: str) -> tuple[str, ...]:
    return tuple(f"{HARNESS}/test_{name}.py" for name in names)


def of_store(*names: str) -> tuple[str, ...]:
    return tuple(f"{STORE}/test_{name}.py" for name in names)


# without those that wait for code that does not end: a busy machine would seem to find mutants
UNTIMED = ("-k", "not does_not_answer and not endless")
RUNNING = of_harness(
    "direct_checks",
    "our_fault",
    "surroundings",
    "course_mistakes",
    "hidden_checks",
    "verdicts",
    "shortcut_rules",
)
CALLING = of_harness("student", "stand_ins", "answering", "hidden_checks", "verdicts")

SUITES: dict[str, tuple[str, ...]] = {
    "grader/sandbox/child/wire.py": (
        "tests/grader/sandbox/test_wire.py",
        "tests/grader/sandbox/test_child_values.py",
    ),
    "grader/quiz/attempt/session.py": (
        f"{QUIZ}/attempt",
        "tests/grader/courses/test_attempts.py",
        *ON_SQLITE,
    ),
    "grader/harness/comparison.py": (f"{HARNESS}/test_comparison.py",),
    "grader/quiz/items/partial_order.py": (
        f"{QUIZ}/items/test_partial_order.py",
        f"{QUIZ}/items/test_order_rules.py",
        f"{QUIZ}/items/test_ordering.py",
    ),
    "grader/quiz/items/order_rules.py": (
        f"{QUIZ}/items/test_order_rules.py",
        f"{QUIZ}/items/test_ordering.py",
    ),
    "grader/quiz/marking/sheets.py": (f"{QUIZ}/marking",),
    "grader/policies/due_dates.py": (f"{POLICIES}/test_due_dates.py",),
    "grader/policies/lateness.py": (f"{POLICIES}/test_lateness.py", GRADES),
    "grader/policies/attempts.py": (f"{POLICIES}/test_attempts.py",),
    "grader/policies/weights.py": (f"{POLICIES}/test_weights.py",),
    "grader/batch/grades.py": (GRADES, "tests/grader/courses/test_code_marks.py", *ON_SQLITE),
    "grader/batch/class_grades.py": (GRADES, "tests/grader/courses/test_code_marks.py", *ON_SQLITE),
    "grader/batch/code_attempts.py": ("tests/grader/batch/test_code_attempts.py",),
    "grader/generation/order.py": ("tests/grader/generation",),
    "grader/generation/contents.py": ("tests/grader/generation",),
    "grader/harness/time_budget.py": of_harness("time_budget"),
    "grader/harness/retries.py": of_harness("retries"),
    "grader/harness/seen_calls.py": of_harness("seen_calls"),
    "grader/harness/stand_ins.py": of_harness("stand_ins"),
    "grader/harness/lasting_session.py": of_harness("lasting_session"),
    "grader/harness/student.py": (*CALLING, *UNTIMED),
    "grader/harness/student_process.py": (*CALLING, *of_harness("order_of_the_class"), *UNTIMED),
    "grader/harness/plugin.py": (*RUNNING, *UNTIMED),
    "grader/harness/check_run.py": (*RUNNING, *UNTIMED),
    "grader/harness/direct_checks.py": of_harness("direct_checks"),
    "grader/harness/judging.py": (*RUNNING, *UNTIMED),
    "grader/store/quiz_store.py": (*of_store("quiz_store", "tables", "database"), *ON_SQLITE),
    "grader/store/quiz_rows.py": (*of_store("quiz_rows", "quiz_store"), *ON_SQLITE),
    "grader/store/marking_store.py": (*of_store("marking_store", "database"), *ON_SQLITE),
    "grader/store/database.py": (*of_store("database", "quiz_store"), *ON_SQLITE),
    # what several programs do at once is held back by a lock of PostgreSQL
    "grader/store/columns.py": (*of_store("tables", "quiz_store"), *ON_SQLITE),
    "grader/store/tables.py": (*of_store("tables"), "-k", "not postgresql or at_once"),
}
