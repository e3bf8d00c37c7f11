"""Which modules are mutated, and which tests have to notice: pytest's arguments, quick ones first.

Where the database does not matter, SQLite is enough.
"""

QUIZ = "tests/grader/quiz"
ON_SQLITE = ("-k", "not postgresql")
HARNESS = "tests/grader/harness"
STORE = ("tests/grader/store",)

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
    "grader/harness/plugin.py": (HARNESS,),
    "grader/harness/student.py": (HARNESS,),
}
