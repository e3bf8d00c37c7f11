"""decoder-modules as a whole: contract, audit, promises, right code of many kinds, release."""

import functools
import inspect
import re
import subprocess
import sys

import msgspec
import pytest

from grader.audit.examples import expected_grades
from grader.audit.result import Audit
from grader.audit.sources import with_functions
from grader.batch.grading_here import grade_here
from grader.release.release_folder import made_release
from grader.settings import find_assignment, load_assignment
from reference.decoder_modules.contract import FUNCTIONS
from reference.decoder_modules.subject import SUBJECT
from tests.graded_sources import graded_sources

ASSIGNMENT = find_assignment("decoder-modules")
EXAMPLES = ASSIGNMENT.folder / "examples" / "submissions"
HANDOUT = " ".join((ASSIGNMENT.folder / "handout.md").read_text(encoding="utf-8").split())
RIGHT = (EXAMPLES / "right-modules.py").read_text(encoding="utf-8")
SETTLED_LATER = "is settled when the course grades."

# What the handout promises, and how each promise is broken: the stage that loses points, and in
# the right submission a text and what stands in its place, or what is written behind it.
BROKEN = {
    "Hard-code no size.": {
        "MLP.three rows": ("x)))))", None, "out[:3, :6]"),
        "MLP.squeezed": ("", None, "out.squeeze(0)"),
        "CausalSelfAttention.one row": ("", None, "out.squeeze(0)"),
        "CausalSelfAttention.three heads": ('config["n_head"], config', "3, config", ""),
        "Block.one position": ("", None, "out.squeeze(1)"),
        "DecoderModel.two layers": ('range(config["n_layer"])', "range(2)", ""),
    },
    "A module answers the second text as if it were the first.": {
        "MLP.counts": ("", None, "self.add(out)"),
        "CausalSelfAttention.counts": ("", None, "self.add(out)"),
        "Block.counts": ("", None, "self.add(out)"),
        "DecoderModel.counts": ("", None, "self.add(out)"),
    },
    "A mask is no parameter, and is not saved.": {
        "CausalSelfAttention.saved": ("persistent=False", "persistent=True", ""),
    },
    "`lm_head` has no bias.": {
        "DecoderModel.bias": ('config["vocab_size"], bias=False', 'config["vocab_size"]', ""),
    },
    "What you compute of weights when a module is made is out of date then.": {
        "DecoderModel.copied weight": (
            "self.lm_head.weight = self.transformer.wte.weight",
            "self.lm_head.weight = nn.Parameter(self.transformer.wte.weight.detach().clone())",
            "",
        ),
    },
    "`attn_pdrop` acts on the attention weights after the softmax": {
        "CausalSelfAttention.before the softmax": (
            "self.attn_dropout(torch.softmax(scores, dim=-1))",
            "torch.softmax(self.attn_dropout(scores), dim=-1)",
            "",
        ),
    },
    "`embd_pdrop` on the sum of token and position embeddings.": {
        "DecoderModel.tokens alone": (
            "t.drop(t.wte(token_ids) + t.wpe(torch.arange(token_ids.size(1))))",
            "t.drop(t.wte(token_ids)) + t.wpe(torch.arange(token_ids.size(1)))",
            "",
        ),
    },
    "on the last $C$ tokens of the texts so far, once": {
        "generate.twice": (
            "            chosen = ",
            "            self(token_ids[:, :1])\n            chosen = ",
            "",
        ),
        "generate.last but one": (
            'token_ids[:, -self.config["n_positions"] :]',
            'token_ids[:, 1 - self.config["n_positions"] :]',
            "",
        ),
    },
    "each pass is made in evaluation mode": {
        "generate.as it is": ("        self.eval()\n", "", ""),
        "generate.last pass": (
            "            chosen = ",
            "            self.train()\n            chosen = ",
            "",
        ),
    },
    "$(B, T + \\text{max\\_new\\_tokens})$ ints": {
        "generate.one row": ("        return token_ids", "        return token_ids[0]", ""),
        "generate.floats": ("        return token_ids", "        return token_ids.float()", ""),
    },
}
BROKEN["Hard-code no size."].pop("MLP.three rows")
BEHIND = """
class {stage}({stage}):
    calls = 0
    def add(self, out):
        self.calls += 1
        return out + (self.calls > 1)
    def forward(self, x):
        out = super().forward(x)
        return {then}
"""
# Differences that a right submission may have.
FREE = {
    "eval by train(False)": ("self.eval()", "self.train(False)"),
    "no_grad left out": ("    @torch.no_grad()\n", ""),
    "inference mode": ("@torch.no_grad()", "@torch.inference_mode()"),
    "another pass at the end": (
        "        self.train(mode)",
        "        self(token_ids[:, -2:])\n        self.train(mode)",
    ),
    "computed in double": (
        "return torch.matmul(x, self.weight) + self.bias",
        "return (x.double() @ self.weight.double() + self.bias).float()",
    ),
    "a large negative number": ('float("-inf")', "-1e30"),
    "the other name first": (
        "self.lm_head.weight = self.transformer.wte.weight",
        "self.transformer.wte.weight = self.lm_head.weight",
    ),
    "a float mask": ("dtype=torch.bool))", "dtype=torch.float32)).bool()"),
    "config kept in an object": ("self.config = config\n", "self.config = dict(config)\n"),
    "compiled names": (
        "class Conv1D(nn.Module)",
        "class Affine(nn.Module): ...\n\n\nclass Conv1D(nn.Module)",
    ),
    "super with names": (
        "class MLP(nn.Module):\n    def __init__(self, config):\n        super().__init__()",
        "class MLP(nn.Module):\n    def __init__(self, config, *, bias=True):\n"
        "        super(MLP, self).__init__()",
    ),
}


def broken(name):
    stage = name.partition(".")[0]
    old, new, then = next(table[name] for table in BROKEN.values() if name in table)
    if then:
        return RIGHT + BEHIND.format(stage=stage, then=then)
    assert RIGHT.count(old) == 1, name
    return RIGHT.replace(old, new)


MISTAKES = [name for table in BROKEN.values() for name in table]


@functools.cache
def graded():
    """The reports of all of them, by all checks."""
    sources = {name: broken(name) for name in MISTAKES}
    for name, (old, new) in FREE.items():
        assert RIGHT.count(old) == 1, name
        sources[name] = RIGHT.replace(old, new)
    return graded_sources(ASSIGNMENT, sources, secret="promises")


def losing(report):
    return {stage.stage for stage in report.stages if stage.points < stage.max_points}


@pytest.mark.parametrize("says", BROKEN)
def test_a_promise_stands_in_the_handout(says):
    assert says in HANDOUT


@pytest.mark.parametrize("name", MISTAKES)
def test_a_broken_promise_loses_points_in_its_stage_alone(name):
    """By visible checks, too: what only a hidden one sees, a student cannot know."""
    report = graded()[name]
    assert losing(report) == {name.partition(".")[0]}
    assert any(c.points < c.max_points for c in report.checks if not c.hidden)


@pytest.mark.parametrize("name", FREE)
def test_what_the_handout_leaves_open_costs_nothing(name):
    assert losing(graded()[name]) == set()


def test_the_audit_is_clean(grader_command, tmp_path):
    written = tmp_path / "audit.json"
    command, environment = grader_command
    words = [*command, "audit", ASSIGNMENT.name, "--samples", "10", "-o", str(written)]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    audit = msgspec.json.decode(written.read_bytes(), type=Audit)
    figures = {figure.name: figure for figure in audit.figures}
    assert figures["caught"].good == figures["named"].good == len(SUBJECT.misconceptions) == 53
    assert all(figure.exceptions == () for figure in audit.figures)
    assert audit.twins == ()
    assert [row.check for row in audit.checks if not row.sees] == []


def test_examples_get_what_is_expected(grader):
    ran = grader("examples", ASSIGNMENT.name)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_stage_is_lost_by_an_example_of_its_own():
    expected = expected_grades(ASSIGNMENT)
    alone = {entry.loses[0] for entry in expected.values() if len(entry.loses) == 1}
    assert alone == set(FUNCTIONS)
    assert set(expected) == {path.name for path in EXAMPLES.iterdir()}


def test_the_stages_are_those_of_the_contract():
    assert [stage.name for stage in ASSIGNMENT.stages] == list(FUNCTIONS)
    assert ASSIGNMENT.total == sum(stage.points for stage in ASSIGNMENT.stages) == 100


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "generate"])
def test_starter_and_handout_have_the_class(name):
    starter = {"__name__": "starter"}
    exec((ASSIGNMENT.folder / "starter.py").read_text(), starter)  # noqa: S102 - our own file
    assert list(inspect.signature(starter[name]).parameters) == ["config"]
    with pytest.raises(NotImplementedError):
        starter[name]({})
    assert re.search(rf"## {name} `{name}\(config\)`", HANDOUT)


def test_the_starter_is_the_untouched_example():
    starter = (ASSIGNMENT.folder / "starter.py").read_text()
    assert (EXAMPLES / "untouched-starter.py").read_text() == starter


@pytest.mark.parametrize("name", ["MLP", "generate"])
def test_a_failed_call_can_be_made_again_in_a_debugger(grader, tmp_path, name):
    example = {"MLP": "erf-gelu", "generate": "last-token-alone"}[name]
    source = (EXAMPLES / f"{example}.py").read_text(encoding="utf-8")
    (tmp_path / "submission.py").write_text(source)
    ran = grader("debug", "submission.py", name, "--assignment", ASSIGNMENT.name, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    words = [sys.executable, f"debug_{name}.py"]
    again = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    shows = {"MLP": "largest difference 0.00", "generate": "stages.forward received"}[name]
    assert shows in again.stdout


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    place = tmp_path_factory.mktemp("release") / "homework"
    place.mkdir()
    for name, content in made_release(ASSIGNMENT).files.items():
        (place / name).write_bytes(content)
    return load_assignment(place)


def told(report):
    """What a report says of the stages that do not wait for the course."""
    waits = {c.stage for c in report.checks if c.message.endswith(SETTLED_LATER)}
    checks = [
        (c.check, c.verdict, c.points, c.message, c.misconceptions)
        for c in report.checks
        if not c.hidden
    ]
    return waits, checks, report.findings


def test_a_release_says_what_the_whole_assignment_says(release):
    mistakes = SUBJECT.misconceptions[::4]
    made = [with_functions(SUBJECT, e.id, [(e.stage, e.wrong)]) for e in mistakes]
    whole, students = [], []
    for assignment, into in ((ASSIGNMENT, whole), (release, students)):
        grade_here(
            made, assignment=assignment, emit=into.append, with_torch=True, require_level="none"
        )
    for full, part in zip(whole, students, strict=True):
        waits, checks, findings = told(part)
        assert [c for c in checks if c[0].partition(".")[0] not in waits] == [
            c for c in told(full)[1] if c[0].partition(".")[0] not in waits
        ]
        assert findings == full.findings != ()
        assert full.submission.partition(".")[0] not in waits
    assert not re.search(r"import (torch|reference)", (release.folder / "conftest.py").read_text())
