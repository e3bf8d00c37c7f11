"""A mistake that is written once, in code that several stages share, is paid once.

The stages are those of `decoder-generation`; each submission is the right example with one class
or function that stages share.
"""

import re

import pytest

from grader.batch.executors.contract import GradingJob
from grader.batch.grading_here import run_job
from grader.diagnosis.explanation import Explainer
from grader.intake.reading import read
from grader.records import Submission, Verdict
from grader.sandbox.levels import NONE
from grader.sandbox.warm import WarmSandbox
from grader.settings import find_assignment

ASSIGNMENT = find_assignment("decoder-generation")
EXAMPLES = ASSIGNMENT.folder / "examples" / "submissions"
RIGHT = {name: read(EXAMPLES / f"right-{name}.py").cells[0][1] for name in ("torch", "numpy")}
JOB = GradingJob(
    assignment=ASSIGNMENT.folder,
    secret="what the hidden checks draw from",
    require_level="none",
    with_torch=True,
    diagnose_hidden=True,
)


@pytest.fixture(scope="module")
def grade():
    sandbox = WarmSandbox(("numpy", "torch"), plans=(NONE,))
    sandbox.prove()

    def grade(source):
        reports = []
        one = Submission(name="ada", cells=(("submission.py", source),), modules={}, digest="")
        run_job([one], JOB, sandbox=sandbox, emit=reports.append)
        assert Verdict.UNGRADED not in {check.verdict for check in reports[0].checks}
        return reports[0]

    yield grade
    sandbox.close()


def lost(report):
    return {s.stage for s in report.stages if s.points < s.max_points}


def carrying(report):
    return {(c.stage, n) for c in report.checks if c.verdict == "passed" for n in c.inner_causes}


def with_shared(framework, stage, shared):
    """The right example, with a stage that other stages reach without its name.

    Args:
        shared: source that defines `Shared`, whose instances are called as the stage is.
    """
    called = re.compile(rf"(?<![\w.]){stage}\(")
    source = called.sub("shared(", RIGHT[framework]).replace("def shared(", "def right(")
    return (
        f"{source}\n\n{shared}\n\nshared = Shared()\n\n"
        f"def {stage}(*arguments):\n    return shared(*arguments)\n"
    )


TORCH_MODULE = "class Shared(torch.nn.Module):\n    def forward(self, {names}):\n        {body}\n"
CLASS = "class Shared:\n    def __call__(self, {names}):\n        {body}\n"
ERF = (
    "h = x @ weights['inner'] + weights['inner_bias']\n"
    "        return {gelu} @ weights['outer'] + weights['outer_bias']"
)
SHARED = {
    "LayerNorm without Bessel's correction, torch": (
        "torch",
        "layer_norm",
        TORCH_MODULE.format(
            names="x, gain, bias, eps=1e-5",
            body="return (x - x.mean(-1, keepdim=True)) / "
            "torch.sqrt(x.var(-1, keepdim=True) + eps) * gain + bias",
        ),
        {"decoder_layer", "output_logits"},
    ),
    "LayerNorm without Bessel's correction, NumPy": (
        "numpy",
        "layer_norm",
        CLASS.format(
            names="x, gain, bias, eps=1e-5",
            body="return (x - x.mean(-1, keepdims=True)) / "
            "np.sqrt(x.var(-1, keepdims=True, ddof=1) + eps) * gain + bias",
        ),
        {"decoder_layer", "output_logits"},
    ),
    "GELU with the error function, torch": (
        "torch",
        "feed_forward",
        TORCH_MODULE.format(
            names="x, weights", body=ERF.format(gelu="torch.nn.functional.gelu(h)")
        ),
        {"decoder_layer"},
    ),
    "ReLU, NumPy": (
        "numpy",
        "feed_forward",
        CLASS.format(names="x, weights", body=ERF.format(gelu="np.maximum(h, 0)")),
        {"decoder_layer"},
    ),
    "softmax that overflows, torch": (
        "torch",
        "softmax",
        CLASS.format(
            names="logits",
            body="e = torch.exp(logits)\n        return e / e.sum(-1, keepdim=True)",
        ),
        {"attention_weights"},
    ),
    "attention without the scale, torch": (
        "torch",
        "attention_weights",
        CLASS.format(
            names="queries, keys",
            body="s = queries @ keys.transpose(-2, -1)\n"
            "        return s.masked_fill(torch.ones(s.shape[-2:]).triu(1) > 0, "
            "float('-inf')).softmax(-1)",
        ),
        {"self_attention"},
    ),
}


@pytest.mark.parametrize(("framework", "stage", "shared", "outer"), SHARED.values(), ids=SHARED)
def test_a_mistake_in_shared_code_costs_one_stage(grade, framework, stage, shared, outer):
    report = grade(with_shared(framework, stage, shared))
    assert lost(report) == {stage}
    assert carrying(report) == {(name, stage) for name in outer}
    assert {finding.stage for finding in report.findings} == {stage}


SECOND = {
    "the residual connection": ("return x + feed_forward", "return feed_forward"),
    "the input of attention": ("self_attention(normed,", "self_attention(x,"),
}


@pytest.mark.parametrize(("right", "wrong"), SECOND.values(), ids=SECOND)
def test_a_second_mistake_in_the_outer_stage_is_paid(grade, right, wrong):
    framework, stage, shared, _ = SHARED["LayerNorm without Bessel's correction, torch"]
    source = with_shared(framework, stage, shared)
    assert right in source
    report = grade(source.replace(right, wrong))
    assert lost(report) == {stage, "decoder_layer"}


@pytest.mark.parametrize("body", ["return x", "return torch.zeros_like(x)"])
def test_a_stage_that_does_nothing_gives_no_points_to_one_that_leaves_it_out(grade, body):
    source = RIGHT["torch"].replace("def layer_norm(", "def right_layer_norm(")
    source = source.replace("layer_norm(hidden, gain, bias, eps) @", "hidden @")
    source += f"\n\ndef layer_norm(x, gain, bias, eps):\n    {body}\n"
    if "zeros" in body:
        source = source.replace("return hidden @", "return hidden * 0 @")
    report = grade(source)
    assert "output_logits" in lost(report)


def test_where_it_cannot_be_told_the_report_says_so(grade):
    """A norm without gain and bias hides whether a layer takes the right ones."""
    shared = TORCH_MODULE.format(
        names="x, gain, bias, eps=1e-5",
        body="return torch.nn.functional.layer_norm(x, x.shape[-1:], eps=eps)",
    )
    report = grade(with_shared("torch", "layer_norm", shared))
    assert "decoder_layer" in lost(report)
    [finding] = [finding for finding in report.findings if finding.stage == "decoder_layer"]
    assert finding.misconceptions == ()
    assert finding.pattern.startswith(
        "they are those of your layer_norm inside of a right decoder_layer. Whether"
    )


def test_an_inner_stage_that_answers_by_what_it_saw_explains_nothing(grade):
    """Here the inner stage knows what the outer one gave, and gives what makes that right."""
    source = RIGHT["torch"].replace("def decoder_layer(", "def right_layer(")
    source = source.replace("decoder_layer(x, weights", "right_layer(x, weights")
    source += """

seen = []

def decoder_layer(x, weights, n_heads, eps=1e-5):
    seen.append(weights)
    return torch.cat([layer["feed_forward_norm_gain"] * 7 for layer in seen]).sum() + 0 * x + x

def decoder_stack(x, layers, n_heads, eps=1e-5):
    gains = torch.cat([layer["feed_forward_norm_gain"] * 7 for layer in layers])
    return gains.sum() + 0 * x + x
"""
    assert {"decoder_layer", "decoder_stack"} <= lost(grade(source))


def test_without_a_subject_nothing_is_looked_for():
    assert Explainer(None).inner_causes(lambda *_: None)("a", [([], None)], ["b"]) is None


def test_the_chain_names_the_inner_stage_and_not_those_around_it(grade):
    framework, stage, shared, _ = SHARED["LayerNorm without Bessel's correction, torch"]
    said = grade(with_shared(framework, stage, shared)).chain
    assert said.endswith("With layer_norm put right, the next-token distribution is right.")
