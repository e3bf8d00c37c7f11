"""A generation loop without a wall: calls of the stages go straight to the recorder."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest

from grader.generation.trace import ScriptedStages
from grader.harness.comparison import Mismatch
from grader.sandbox.contract import Refused

VOCABULARY, WIDTH, N_LAYERS = 37, 4, 3


@pytest.fixture
def scripted():
    """Stages of a small model whose `select` returns tokens from a script."""
    rng = np.random.default_rng(0)
    tokens, positions = rng.normal(size=(VOCABULARY, WIDTH)), rng.normal(size=(64, WIDTH))
    matrices = rng.normal(size=(N_LAYERS, WIDTH, WIDTH))
    projection = rng.normal(size=(WIDTH, VOCABULARY))

    def make(script, context_length=16):
        return ScriptedStages(
            embed=lambda ids: tokens[ids] + positions[: len(ids)],
            layers=[lambda h, matrix=matrix: np.tanh(h @ matrix) for matrix in matrices],
            output=lambda h: h @ projection,
            softmax=lambda z: np.exp(z) / np.exp(z).sum(-1, keepdims=True),
            script=script,
            context_length=context_length,
            vocabulary_size=VOCABULARY,
        )

    return make


@pytest.fixture
def as_student():
    """The stages as a student's code sees them: a namespace of functions."""

    def view(stages):
        def function(name):
            # Copied, as by the wall: what the student changes later must not reach the trace.
            return lambda *arguments: stages.answer(name, copy.deepcopy(list(arguments)))

        return SimpleNamespace(
            embed=function("stages.embed"),
            layers=[function(f"stages.layers[{k}]") for k in range(stages.n_layers)],
            output=function("stages.output"),
            softmax=function("stages.softmax"),
            select=function("stages.select"),
        )

    return view


@pytest.fixture
def trace_of(scripted, as_student):
    """The trace of a loop. It ends where a stage refuses a call."""

    def run(generate, context_length=16, script=(17, 4, 8, 21)):
        stages = scripted(script, context_length)
        try:
            generate(as_student(stages))
        except Refused:
            assert stages.trace.calls[-1].returned is None
        return stages.trace

    return run


@pytest.fixture
def judged():
    """The sentence of a judge who must object, and the same for a hidden check."""

    def sentences(judge, *arguments, **named):
        with pytest.raises(Mismatch) as raised:
            judge(*arguments, **named)
        return str(raised.value), raised.value.discreet

    return sentences
