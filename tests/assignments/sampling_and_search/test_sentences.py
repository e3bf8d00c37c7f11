"""What students get of sampling-and-search: true names, and sentences that say what was."""

import functools

import pytest

from grader.diagnosis.explanation import Explainer
from grader.harness.grading import grade
from grader.records import Submission
from grader.sandbox.warm import WarmSandbox
from grader.settings import find_assignment
from grader.subject.loading import subject_of

ASSIGNMENT = find_assignment("sampling-and-search")
RIGHT = (ASSIGNMENT.folder / "examples/submissions/right-torch.py").read_text(encoding="utf-8")
ASKED = "rows = stages.log_probs([beams[k] for k in range(len(beams)) if not finished[k]])"
LENGTHS = "lengths = torch.tensor([len(tokens) for tokens in generated])"
MISSING = "return missing / missing.sum() if missing.any() else target.clone()"
EDITS = {
    "zeros": (MISSING, "return missing / (missing.sum() + 1e-9)"),
    "in place": ("(target - draft).clamp(min=0)", "target.sub_(draft).clamp(min=0)"),
    "one by one": (
        ASKED,
        "rows = torch.cat([stages.log_probs([b]) for b, f in zip(beams, finished) if not f])",
    ),
    "nothing asked": (
        "finished = torch.zeros(1, dtype=torch.bool)",
        "finished = ~torch.zeros(1).bool()",
    ),
    "another length": (LENGTHS, "lengths = torch.tensor([(5 + len(t)) / 6 for t in generated])"),
    "one longer": (LENGTHS, "lengths = torch.tensor([len(t) + 1 for t in generated])"),
    "turned around": ("acceptance(targets[k], drafts[k])", "acceptance(drafts[k], targets[k])"),
    "parents in floats": ("places // log_probs.shape[1]", "places / log_probs.shape[1]"),
}


@functools.cache
def reports():
    """By the names of the edits, with findings, by the visible checks."""
    for old, _ in EDITS.values():
        assert RIGHT.count(old) == 1, old
    submissions = [
        Submission(
            name=name, cells=(("submission.py", RIGHT.replace(*edit)),), modules={}, digest=name
        )
        for name, edit in EDITS.items()
    ]
    sandbox, subject, found = WarmSandbox(("torch", "numpy")), subject_of(ASSIGNMENT), []
    grade(
        submissions,
        assignment=ASSIGNMENT,
        sandbox=sandbox,
        with_hidden=False,
        secret="",
        emit=found.append,
        reference=subject.over_arrays(),
        explain=Explainer(subject),
    )
    sandbox.close()
    return {report.submission: report for report in found}


def names(of):
    return [id_ for finding in reports()[of].findings for id_ in finding.misconceptions]


def messages(of):
    return [check.message for check in reports()[of].checks if check.message]


@pytest.mark.parametrize(
    ("of", "named"),
    [
        ("zeros", ["residual.zeros_if_the_same"]),
        ("in place", ["residual.changes_its_input"]),
        ("another length", ["beam_search.length_of_another_formula"]),
        ("one longer", []),
        ("turned around", []),
    ],
)
def test_a_name_is_true_and_said_once(of, named):
    assert names(of) == named


def test_a_step_that_asks_one_by_one_is_told_that():
    [said] = messages("one by one")
    assert said.startswith("Step 2 should ask once, for all beams that are not finished: it asked")
    assert said.endswith("besides.")


def test_a_search_that_asks_for_nothing_is_told_that():
    said = "Step 1 should ask for the prompt, once: it asked for []."
    assert said in messages("nothing asked")


def test_parents_are_no_tokens():
    assert "The parents are not a list of numbers of beams (ints)." in messages("parents in floats")
