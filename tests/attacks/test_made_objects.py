"""Hostile classes: what objects of them earn, tell and cost. They are right but for one thing."""

import dataclasses
import functools
import textwrap
import time

import msgspec
import pytest

from grader.records import Verdict
from grader.settings import find_assignment, shipped
from tests.graded_sources import graded_sources

_SHIPPED = find_assignment("decoder-modules")
_LIMITS = msgspec.structs.replace(_SHIPPED.limits, call_seconds=1.5, submission_seconds=12)
ASSIGNMENT = dataclasses.replace(_SHIPPED, limits=_LIMITS)
RIGHT = shipped("assignments") / "decoder-modules/examples/submissions/right-modules.py"
MARK = "hostile-mark"
# What is written behind the right classes, and the stages that are attacked.
ATTACKS = {
    "an answer that equals everything": (
        ["MLP"],
        """
        class Equal:
            def __eq__(self, other): return True
            def __array__(self, *_, **__): return __import__("numpy").zeros((2, 7, 12))
            shape, dtype = (2, 7, 12), "float32"
        class MLP(MLP):
            def forward(self, x): return Equal()
        """,
    ),
    "a tensor whose numpy is another thing": (
        ["MLP"],
        """
        class Lying(torch.Tensor):
            def numpy(self): return Equal()
            def detach(self): return self
        class Equal:
            dtype, size = type("D", (), dict(kind="f", itemsize=4))(), 1
            def __eq__(self, other): return True
        class MLP(MLP):
            def forward(self, x): return super().forward(x).detach().as_subclass(Lying) + 1
        """,
    ),
    "parameters without end": (
        ["MLP"],
        """
        class MLP(MLP):
            def named_parameters(self, *a, **k):
                while True: yield "c_fc.weight", self.c_fc.weight
            def forward(self, x): return x
        """,
    ),
    "parameters that never come": (
        ["MLP"],
        """
        class MLP(MLP):
            def named_parameters(self, *a, **k):
                while True: pass
            def state_dict(self, *a, **k):
                while True: pass
            def forward(self, x):
                while True: pass
        """,
    ),
    "a state dict of many gigabytes": (
        ["MLP"],
        """
        class MLP(MLP):
            def state_dict(self, *a, **k):
                return {f"{n}": torch.zeros(1).expand(1 << 33) for n in range(99)}
            def named_parameters(self, *a, **k): return iter(self.state_dict().items())
            def forward(self, x): return torch.zeros(1).expand(1 << 20, 1 << 13)
        """,
    ),
    "a shape that is no list of numbers": (
        ["MLP"],
        """
        class Shape(tuple):
            def __eq__(self, other): return True
            def __iter__(self): return iter([self, self])
        class Shaped:
            shape = Shape()
        class MLP(MLP):
            def named_parameters(self, *a, **k): return iter([("c_fc.weight", Shaped())])
            def forward(self, x): return x
        """,
    ),
    "a config that equals everything": (
        ["MLP"],
        """
        import gc, types
        class MLP(MLP):
            def forward(self, x):
                for one in gc.get_objects():
                    if isinstance(one, types.FunctionType) and one.__name__ == "play":
                        one.__code__ = (lambda make, config, steps, connect: Equal()).__code__
                return Equal()
        class Equal:
            def __eq__(self, other): return True
        """,
    ),
    "an object that ends its process": (
        ["MLP"],
        """
        import os
        class MLP(MLP):
            def forward(self, x): os._exit(0)
        """,
    ),
    "a class that makes nothing": (
        ["MLP"],
        """
        MLP = lambda config: None
        """,
    ),
    "what is answered from the frames above": (
        ["MLP"],
        """
        import sys
        class MLP(MLP):
            def forward(self, x):
                frame = sys._getframe()
                while frame:
                    for name, value in frame.f_locals.items():
                        if name in ("expected", "reference", "right"): return value
                    frame = frame.f_back
                return x
        """,
    ),
    "stand-ins that are asked for more": (
        ["MLP", "Block"],
        """
        class MLP(MLP):
            def forward(self, x): return x
        class Block(Block):
            def forward(self, x):
                cells = dict(zip(self.mlp.forward.__code__.co_freevars,
                                 self.mlp.forward.__closure__))
                ask, state = cells["ask"].cell_contents, self.state_dict()
                config = cells["config"].cell_contents
                for name, given in (
                    ("Block", [config, [["load_state_dict", [state], "answer"],
                               ["train", [False], "answer"], ["", [x], "answer"]]]),
                    ("MLP", [config, [["__init__.__globals__.clear", [], "answer"]]]),
                    ("MLP", [{"n_embd": 1 << 40, "resid_pdrop": 0.0},
                             [["state_dict", [], "answer"]]]),
                ):
                    try: answer = ask(name, given)
                    except Exception: continue
                    if isinstance(answer, torch.Tensor): return answer
                return x
        """,
    ),
    "a generation that asks without end": (
        ["generate"],
        """
        class DecoderModel(DecoderModel):
            def generate(self, token_ids, stages, max_new_tokens):
                while True: self(token_ids)
        """,
    ),
    "a generation that answers its own calls": (
        ["generate"],
        """
        class DecoderModel(DecoderModel):
            def generate(self, token_ids, stages, max_new_tokens):
                stages.select = lambda logits: logits.argmax(-1)
                stages.forward = None
                for _ in range(max_new_tokens):
                    new = stages.select(torch.zeros(len(token_ids), 3))
                    token_ids = torch.cat([token_ids, new[:, None]], 1)
                return token_ids
        """,
    ),
}
HIDDEN = """
class MLP(MLP):
    def named_parameters(self, *a, **k):
        width = self.c_fc.bias.shape[0]
        if width != 24:
            return super().named_parameters(*a, **k)
        return iter([(f"hostile-mark-{width}", self.c_fc.bias)])
    def forward(self, x):
        if abs(float(self.c_fc.bias.mean()) + 2) < 0.3 and x.shape[1] == 7:
            print("hostile-mark", x.flatten()[:9].tolist())
            raise ValueError(f"hostile-mark {x.flatten()[:9].tolist()}")
        return super().forward(x)
"""


@functools.cache
def graded():
    """The reports of all attacks and of the right submission among them, and the seconds."""
    right = RIGHT.read_text(encoding="utf-8")
    sources = {name: right + textwrap.dedent(text) for name, (_, text) in ATTACKS.items()}
    sources |= {"hidden": right + HIDDEN, "right": right}
    begin = time.monotonic()
    reports = graded_sources(ASSIGNMENT, sources, secret="attacks")
    return reports, time.monotonic() - begin


@pytest.mark.parametrize("name", ATTACKS)
def test_it_earns_nothing_on_what_it_attacks_and_keeps_the_rest(name):
    attacked, report = ATTACKS[name][0], graded()[0][name]
    assert Verdict.UNGRADED not in {check.verdict for check in report.checks}
    earned = {stage.stage: stage.points for stage in report.stages}
    for stage in report.stages:
        if stage.stage not in attacked:
            assert earned[stage.stage] == stage.max_points, stage.stage
    values = [check for check in report.checks if check.check.endswith((".values", ".flow"))]
    assert all(check.points == 0 for check in values if check.stage in attacked)


def test_who_comes_after_them_is_graded_as_ever():
    right = graded()[0]["right"]
    assert right.points == right.max_points == 100


def test_hidden_inputs_are_in_nothing_that_students_read():
    report = graded()[0]["hidden"]
    hidden = [check for check in report.checks if check.hidden and check.points < check.max_points]
    assert {check.check for check in hidden} >= {"MLP.hidden_values", "MLP.hidden_parameters"}
    for check in hidden:
        assert MARK not in check.message + check.brief + repr(check.evidence)
    assert MARK not in report.output
