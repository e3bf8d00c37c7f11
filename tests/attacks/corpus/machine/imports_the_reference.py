# Imports what would know the right answers, by every name that it may have.
# verdict: fails
# needs: sealed
# clean: IMPORTED \[\]
import importlib
import sys

NAMES = (
    "reference",
    "reference.decoder.softmax",
    "reference.decoder.contract",
    "grader.checks",
    "grader.harness.grading",
    "grader.settings",
    "grader.records",
    "conftest",
    "test_softmax",
    "hidden",
)


def softmax(logits):
    found = [name for name in sys.modules if name.split(".")[0] in ("reference", "conftest")]
    for name in NAMES:
        try:
            importlib.import_module(name)
        except (ImportError, OSError):
            continue
        found.append(name)
    raise RuntimeError(f"IMPORTED {found}")
