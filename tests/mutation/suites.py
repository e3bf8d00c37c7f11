"""Which modules are mutated, and which tests have to notice: pytest's arguments, quick ones first.

Where the database does not matter, SQLite is enough.
"""

QUIZ = "tests/grader/quiz"
ON_SQLITE = ("-k", "not postgresql")
HARNESS = "tests/grader/harness"
RUNNING = ("plugin", "check_run", "judging")
RUNNING_TESTS = tuple(
    f"{HARNESS}/test_{name}.py"
    for name in (
        "verdicts",
        "our_fault",
        "hidden_checks",
        "course_mistakes",
        "surroundings",
        "order_of_the_class",
        "direct_checks",
    )
)
CALLING = (
    "student",
    "student_process",
    "lasting_session",
    "retries",
    "seen_calls",
    "stand_ins",
    "time_budget",
)
CALLING_TESTS = tuple(
    f"{HARNESS}/test_{name}.py"
    for name in (
        "time_budget",
        "retries",
        "lasting_session",
        "student",
        "stand_ins",
        "hidden_checks",
        "verdicts",
        "order_of_the_class",
    )
)

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
    "grader/generation/order.py": ("tests/grader/generation",),
    **dict.fromkeys((f"grader/harness/{name}.py" for name in RUNNING), RUNNING_TESTS),
    **dict.fromkeys((f"grader/harness/{name}.py" for name in CALLING), CALLING_TESTS),
}
