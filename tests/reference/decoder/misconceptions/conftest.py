"""What the checks of the assignment really ask, and what each wrong version answers."""

import copy
import functools
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from grader.generation.trace import GenerationTrace, ScriptedStages
from grader.harness.grading import grade
from grader.records import Submission
from grader.sandbox.contract import Refused, Returned, Stop
from grader.settings import load_assignment
from reference.decoder.contract import FUNCTIONS
from reference.decoder.generation import Stages
from reference.decoder.misconceptions.catalogue import equivalents, misconceptions
from reference.decoder.model import ModelConfig
from reference.decoder.random_model import random_model
from reference.decoder.subject import SUBJECT
from tests.grader.in_this_process import InThisProcess

ROOT = Path(__file__).parents[4]
VOCABULARY = 301
SECRET = "what the hidden checks draw from"


def tensors(value, dtype=torch.float64):
    """A copy of plain values in which arrays are tensors, floats in `dtype`."""
    match value:
        case np.ndarray():
            tensor = torch.tensor(value)
            return tensor.to(dtype) if tensor.is_floating_point() else tensor.long()
        case dict():
            return {key: tensors(item, dtype) for key, item in value.items()}
        case list() | tuple():
            return [tensors(item, dtype) for item in value]
        case _:
            return value


def arrays(value):
    """Plain values again."""
    match value:
        case torch.Tensor():
            return value.detach().numpy().copy()
        case dict():
            return {key: arrays(item) for key, item in value.items()}
        case list() | tuple():
            return [arrays(item) for item in value]
        case _:
            return value


@dataclass(frozen=True)
class Call:
    """One call of a stage by a check."""

    arguments: list

    def run(self, function, dtype):
        given = tensors(self.arguments, dtype)
        try:
            value, error = arrays(function(*given)), None
        except (RuntimeError, IndexError) as raised:
            value, error = None, type(raised).__name__
        return Outcome(value, arrays(given), error)


@dataclass(frozen=True)
class GenerateCall:
    """One call of `generate` by a check; `selected` is what a right loop gets from `select`."""

    prompt: list
    max_new_tokens: int
    eos_id: int
    context_length: int
    n_layers: int
    selected: list

    def scripted(self):
        """Stages of a model with random weights; after the selected tokens come other ones."""
        used = {*self.prompt, *self.selected}
        further = [token for token in range(1, VOCABULARY) if token not in used]
        stages = table(self.context_length, self.n_layers)
        return ScriptedStages(**stages, script=[*self.selected, *further])

    def run(self, function, dtype):
        """The function on these stages; only what the trace shows is of interest."""
        scripted, prompt = self.scripted(), list(self.prompt)

        def ask(stage):
            return lambda given: tensors(scripted.answer(stage, [arrays(given)]), dtype)

        stages = Stages(
            embed=ask("stages.embed"),
            layers=tuple(ask(f"stages.layers[{k}]") for k in range(self.n_layers)),
            output=ask("stages.output"),
            softmax=ask("stages.softmax"),
            select=ask("stages.select"),
        )
        limits = self.max_new_tokens, self.eos_id, self.context_length
        try:
            value, error = function(prompt, stages, *limits), None
        except (Refused, Stop, IndexError) as raised:
            value, error = None, type(raised).__name__
        return Outcome(value, prompt, error, scripted.trace)


@dataclass(frozen=True)
class Outcome:
    """What came of a call: the value or the kind of error, and the arguments afterwards."""

    value: object
    arguments: list
    error: str | None
    trace: GenerationTrace = field(default_factory=GenerationTrace)


@functools.cache
def table(context_length, n_layers):
    config = ModelConfig(
        vocabulary_size=VOCABULARY,
        context_length=context_length,
        width=12,
        n_heads=3,
        n_layers=n_layers,
        inner_width=20,
    )
    stages = random_model(config, seed=7).stages()

    def over_arrays(function):
        return lambda array: function(tensors(array)).numpy()

    return {
        "embed": lambda ids: stages.embed(ids).numpy(),
        "layers": [over_arrays(layer) for layer in stages.layers],
        "output": over_arrays(stages.output),
        "softmax": over_arrays(stages.softmax),
        "context_length": context_length,
        "vocabulary_size": VOCABULARY,
    }


class NotingSandbox(InThisProcess):
    """A sandbox whose every submission is the reference; it notes what it is asked."""

    def __init__(self):
        self.calls = defaultdict(list)

    def open(self, code, limits):
        return self

    def call(self, call, *, answer, **_):
        function, arguments = call.function, call.arguments
        given = tensors(copy.deepcopy(arguments))
        if not call.tables:
            self.calls[function].append(Call(copy.deepcopy(arguments)))
            value = FUNCTIONS[function](*given)
            return Returned(value=arrays(value), arguments=arrays(given))
        selected = []

        def ask(stage):
            def call(asked):
                came = tensors(answer(stage, [arrays(asked)]))
                if stage == "stages.select":
                    selected.append(came)
                return came

            return call

        n_layers = len(arguments[1]["layers"])
        given[1] = SimpleNamespace(
            **{name: ask(f"stages.{name}") for name in ("embed", "output", "softmax", "select")},
            layers=[ask(f"stages.layers[{k}]") for k in range(n_layers)],
        )
        value = FUNCTIONS[function](*given)
        prompt, _, *limits = arguments
        self.calls[function].append(GenerateCall(list(prompt), *limits, n_layers, selected))
        return Returned(value=value, arguments=[given[0], None, *limits])


@pytest.fixture(scope="session")
def calls():
    """For each stage, all calls that the checks make, the hidden ones too."""
    sandbox, reports = NotingSandbox(), []
    grade(
        [Submission(name="reference", cells=(), modules={}, digest="")],
        assignment=load_assignment(ROOT / "assignments" / "decoder-generation"),
        sandbox=sandbox,
        with_hidden=True,
        secret=SECRET,
        emit=reports.append,
        reference=SUBJECT.over_arrays(),
    )
    [report] = reports
    assert report.points == report.max_points, "The reference must pass every check."
    return dict(sandbox.calls)


@pytest.fixture(scope="session")
def answers(calls):
    """What a stage, a misconception or an equivalent answers to all calls of its stage."""
    functions = dict(FUNCTIONS)
    functions |= {entry.id: entry.wrong for entry in misconceptions()}
    functions |= {entry.id: entry.other for entry in equivalents()}

    @functools.cache
    def answers_of(name, dtype):
        stage = name.partition(".")[0]
        return [call.run(functions[name], dtype) for call in calls[stage]]

    return answers_of
