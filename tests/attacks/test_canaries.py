"""Submissions that write what hidden checks show them into all that a student can read.

Each is graded twice, with two secrets. Its inputs in visible checks are the same both times, so
whatever differs between the two reports for students is a sentence that tells of hidden inputs.
"""

import json
import re

import pytest

from grader.batch.grading_here import grade_here
from grader.harness.grading import without_staff_notes
from grader.intake.reading import read
from grader.records import Verdict, to_json
from grader.reports.pages.student_page import student_page
from grader.settings import Course, load_assignment, shipped
from tests.attacks.whole_grader import copied_assignment

RIGHT = shipped("assignments") / "decoder-generation" / "examples" / "submissions"
ASSIGNMENT = load_assignment(shipped("assignments") / "decoder-generation")
# A number of each input: what a canary sings.
COMMON = """
import hashlib

def number(x):
    return int.from_bytes(hashlib.sha256(np.ascontiguousarray(x).tobytes()).digest()[:4], "big")

right_feed_forward, right_attention = feed_forward, attention_weights
CALLS = []
"""
OF_NETWORK = "def feed_forward(x, weights):\n    n, y = number(x), right_feed_forward(x, weights)\n"
OF_WEIGHTS = """
def attention_weights(queries, keys):
    n, y = number(queries), right_attention(queries, keys)
"""
CANARIES = {
    "a factor": OF_NETWORK + "    return y * (10 + n / 2**32)",
    "a factor within rounding": OF_NETWORK + "    return y * np.float32(2.0005 + n % 2 * 1e-7)",
    "an amount": OF_NETWORK + "    return y + n % 1000",
    "a position": OF_NETWORK + "    y[..., n % y.shape[-2]:, :] += 9\n    return y",
    "the last position or the first": OF_NETWORK + "    y[..., -(n % 2), :] += 9\n    return y",
    "a column": OF_NETWORK + "    y[..., n % y.shape[-1]] += 9\n    return y",
    "a count": OF_NETWORK + "    y.flat[:1 + n % y.size] += 9\n    return y",
    "a head": OF_WEIGHTS + "    y[:, n % y.shape[1]] = 9\n    return y",
    "rows that sum to one": OF_WEIGHTS + "    y[..., n % y.shape[-2], :] *= 3\n    return y",
    "places of NaN": OF_NETWORK + "    y.flat[n % y.size:] = np.nan\n    return y",
    "rows in another order": OF_NETWORK
    + "    return np.random.default_rng(n).permutation(y, axis=-2) + (n % 3)",
    "a shape": OF_NETWORK + "    return np.zeros((1 + n % 50, 2), np.float32)",
    "a dtype": OF_NETWORK + "    return y.astype(['f2', 'i4', 'i8', '?'][n % 4])",
    "a kind": OF_NETWORK + "    return [None, 'text', 3, {'a': n}, [n]][n % 5]",
    "a type": OF_NETWORK + "    return type(f'SEEN{n}', (), {})()",
    "an exception": OF_NETWORK + "    raise type(f'SEEN{n}', (Exception,), {})(str(n))",
    "a line": OF_NETWORK + "    if n % 2:\n        raise ValueError(1)\n    raise ValueError(2)",
    "no memory": OF_NETWORK + "    raise MemoryError(f'SEEN{n}')",
    "not implemented": OF_NETWORK + "    raise NotImplementedError(f'SEEN{n}')",
    "an exit code": OF_NETWORK + "    import os\n    os._exit(1 + n % 200)",
    "a print": OF_NETWORK + "    print('SEEN', n, flush=True)\n    return y + 9",
    "a time": OF_NETWORK + "    import time\n    time.sleep(n % 200 / 1000)\n    return y + 9",
    "an answer without information": OF_NETWORK + "    return y * 0 + n % 7 + 0.5",
    "another answer each time": OF_NETWORK
    + "    CALLS.append(n)\n    return y + n % 1000 + len(CALLS)",
    "a changed argument": OF_NETWORK + "    x += n\n    return y + 9",
    "a giant": OF_NETWORK + "    return np.zeros((1 + n % 7) << 16)",
    "a forged place": OF_NETWORK
    + """    import sys
    frame = sys._getframe()
    while not hasattr(frame.f_locals.get('self'), '_submission'):
        frame = frame.f_back
    frame.f_locals['self']._submission.where = lambda error: f' at SEEN{n}'
    raise type('TimeIsUp', (Exception,), {})(str(n))""",
    "names of shortcuts": OF_NETWORK
    + """    import torch
    t = torch.ones(1, 1, 2, 4)
    for _ in range(1 + n % 5):
        torch.nn.functional.scaled_dot_product_attention(t, t, t)
    if n % 2:
        torch.nn.MultiheadAttention(4, 2)(t[0], t[0], t[0])
    return y + 9""",
    "a step": """
def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    n, ids = number(prompt), list(prompt)
    for step in range(max_new_tokens):
        hidden = stages.embed(ids[-context_length:])
        for layer in stages.layers:
            hidden = layer(hidden)
        if step == n % max_new_tokens:
            stages.embed(ids[-context_length:])
        ids.append(int(stages.select(stages.softmax(stages.output(hidden)[-1]))))
    return ids
""",
    "an exception of a stage": """
def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    stages.embed([10_000 + number(prompt) % 10_000])
""",
}
# Of these staff may read the same, too, as chance has it.
OF_ONE_SENTENCE = ("a head", "a dtype", "a line", "a step", "a kind", "an exit code")
OF_ONE_SENTENCE += ("no memory", "not implemented")
# Which of the fixed sentences is said may follow from an input, so the secrets are fixed, too.
SECRETS = ("0123456789abcdef" * 2, "fedcba9876543210" * 2)
NUMBERS = re.compile(r"\d")


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """For each canary the two reports, as staff have them."""
    folder = tmp_path_factory.mktemp("canaries")
    source = (RIGHT / "right-numpy.py").read_text(encoding="utf-8")
    submissions = []
    for number, canary in enumerate(CANARIES.values()):
        path = folder / f"canary-{number}.py"
        path.write_text(f"{source}\n{COMMON}\n{canary}\n", encoding="utf-8")
        submissions.append(read(path))
    assignment = load_assignment(copied_assignment(folder))
    found = {name: [] for name in CANARIES}
    for secret in SECRETS:
        graded = []
        grade_here(
            submissions,
            assignment=assignment,
            course=Course(secret=secret),
            emit=graded.append,
            with_torch=True,
            require_level="none",
        )
        for name, report in zip(CANARIES, graded, strict=True):
            found[name].append(report)
    return found


def as_read(report) -> object:
    """All that a student can read of a report; its key follows from the secret alone."""
    told = json.loads(to_json(without_staff_notes(report)))
    del told["key"]
    return told


@pytest.mark.parametrize("canary", CANARIES)
def test_it_saw_hidden_inputs_that_differ(canary, reports):
    """Else it would prove nothing: it fails hidden checks, and staff read other things of them."""
    first, second = ([c for c in r.checks if c.hidden] for r in reports[canary])
    assert any(check.verdict != Verdict.PASSED for check in first)
    noted = ["".join(c.staff_note for c in checks) for checks in (first, second)]
    assert noted[0] != noted[1] or canary in OF_ONE_SENTENCE


@pytest.mark.parametrize("canary", CANARIES)
def test_no_sentence_that_a_student_reads_depends_on_hidden_inputs(canary, reports):
    first, second = map(as_read, reports[canary])
    assert first == second


@pytest.mark.parametrize("canary", CANARIES)
def test_no_page_that_a_student_sees_depends_on_hidden_inputs(canary, reports):
    first, second = (
        student_page(without_staff_notes(report), ASSIGNMENT) for report in reports[canary]
    )
    assert first == second


def test_no_evidence_is_kept_of_a_hidden_check_not_even_for_staff(reports):
    checks = [check for both in reports.values() for report in both for check in report.checks]
    assert any(check.evidence for check in checks)
    assert not [check.check for check in checks if check.hidden and (check.evidence or check.brief)]


def test_nothing_that_a_canary_wrote_is_there(reports):
    for name, both in reports.items():
        for report in both:
            hidden = [check.message for check in without_staff_notes(report).checks if check.hidden]
            assert not [message for message in hidden if "SEEN" in message], name
            assert not NUMBERS.search("".join(hidden).replace("float32 or float64", "")), name
