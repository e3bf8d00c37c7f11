"""Calls of ready-made functions are seen by whichever way the student's code has them."""

import pytest

from grader.sandbox.contract import Code, StudentCall, Use
from grader.sandbox.warm import WarmSandbox
from tests.grader.sandbox.conftest import LIMITS, no_answer

ATTENTION = "torch.nn.functional.scaled_dot_product_attention"
CLASS = "torch.nn.MultiheadAttention"
NAMES = {
    ATTENTION: (),
    CLASS: (),
    "torch.nn.functional.multi_head_attention_forward": (),
    "torch.softmax": ("g",),
    "statistics": (),
    "wave": (),
}


@pytest.fixture(scope="module")
def torch_sandbox():
    made = WarmSandbox(("numpy", "torch"))
    yield made
    made.close()


@pytest.fixture
def uses(torch_sandbox):
    """What is told of a submission when it is read, and of one call of `f`."""

    def told(source, modules=None, shortcuts=None, arguments=(), function="f"):
        code = Code(
            main="submission",
            cells=(("submission.py", source),),
            modules=modules or {},
            stages=("f", "g"),
            shortcuts=NAMES if shortcuts is None else shortcuts,
        )
        session = torch_sandbox.open(code, LIMITS)
        try:
            returned = session.call(StudentCall(function, arguments), seconds=20, answer=no_answer)
            return tuple(session.uses), returned.uses
        finally:
            session.close()

    return told


BEGIN = "import torch\nfrom torch import nn\nx = torch.ones(1, 2, 4)\n"
CALLS_OF_A_FUNCTION = {
    "by its full name": "def f(): torch.nn.functional.scaled_dot_product_attention(x, x, x)",
    "by another name": "from torch.nn.functional import scaled_dot_product_attention as a\n"
    "def f(): a(x, x, x)",
    "by getattr": "def f(): getattr(nn.functional, 'scaled_dot_' + 'product_attention')(x, x, x)",
    "by importlib": "import importlib\n"
    "def f(): importlib.import_module('torch.nn.functional')"
    ".scaled_dot_product_attention(x, x, x)",
    "by a partial": "import functools\n"
    "a = functools.partial(nn.functional.scaled_dot_product_attention, x)\n"
    "def f(): a(x, x)",
    "from the compiled module": "def f(): torch._C._nn.scaled_dot_product_attention(x, x, x)",
    "by torch.ops": "def f(): torch.ops.aten.scaled_dot_product_attention(x, x, x)",
    "in a script": "@torch.jit.script\ndef a(x):\n"
    "    return torch.nn.functional.scaled_dot_product_attention(x, x, x)\n"
    "def f(): a(x)",
    "with gradients": "y = x.clone().requires_grad_()\n"
    "def f(): nn.functional.scaled_dot_product_attention(y, y, y).sum().backward()",
    "without autograd": "def f():\n"
    "    with torch.inference_mode():\n"
    "        nn.functional.scaled_dot_product_attention(x, x, x)",
    "in a vectorized map": "def f():\n    a = nn.functional.scaled_dot_product_attention\n"
    "    y = x[None].expand(3, -1, -1, -1)\n"
    "    return torch.func.grad(lambda y: a(y, y, y).sum())(y)",
    "in a thread": "import threading\ndef f():\n"
    "    t = threading.Thread(target=nn.functional.scaled_dot_product_attention, args=(x, x, x))\n"
    "    t.start()\n    t.join()",
    "as the stage itself": "import functools\n"
    "f = functools.partial(nn.functional.scaled_dot_product_attention, x, x, x)",
}


@pytest.mark.parametrize("source", CALLS_OF_A_FUNCTION.values(), ids=CALLS_OF_A_FUNCTION)
def test_a_function_is_seen_when_it_is_called(uses, source):
    _, (use,) = uses(BEGIN + source)
    assert (use.name, use.stage, use.times) == (ATTENTION, "f", 1)


def test_the_line_that_calls_is_told(uses):
    source = BEGIN + CALLS_OF_A_FUNCTION["by getattr"]
    assert uses(source)[1] == (
        Use(name=ATTENTION, stage="f", file="submission.py", line=4, times=1),
    )


CALLS_OF_A_CLASS = {
    "in training": "def f(): nn.MultiheadAttention(4, 2)(x, x, x)",
    "in the fast way": "def f():\n    with torch.no_grad():\n"
    "        nn.MultiheadAttention(4, 2, batch_first=True).eval()(x, x, x)",
    "by its home": "from torch.nn.modules.activation import MultiheadAttention as M\n"
    "def f(): M(4, 2)(x, x, x)",
    "made before": "m = nn.MultiheadAttention(4, 2)\ndef f(): m(x, x, x)",
    "as a base": "class Mine(nn.MultiheadAttention):\n    pass\ndef f(): Mine(4, 2)(x, x, x)",
    "inside another layer": "def f(): nn.TransformerEncoderLayer(4, 2, 8)(x)",
}


@pytest.mark.parametrize("source", CALLS_OF_A_CLASS.values(), ids=CALLS_OF_A_CLASS)
def test_a_layer_is_seen_when_it_computes(uses, source):
    _, (use,) = uses(BEGIN + source)
    assert (use.name, use.stage, use.times) == (CLASS, "f", 1)


def test_a_function_from_another_module_of_the_submission_is_seen_where_it_is_called(uses):
    modules = {"parts.py": "from torch.nn.functional import scaled_dot_product_attention as a\n"}
    _, (use,) = uses(BEGIN + "from parts import a as b\n\ndef f():\n    b(x, x, x)", modules)
    assert (use.name, use.file, use.line) == (ATTENTION, "submission.py", 7)


NO_USE = {
    "a comment": f"# {ATTENTION}(x, x, x)\ndef f(): pass",
    "a text": f"def f(): '{ATTENTION}'",
    "an own function of that name": "def scaled_dot_product_attention(*a): pass\n"
    "def f(): scaled_dot_product_attention(x, x, x)",
    "an own class of that name": "class MultiheadAttention:\n    pass\n"
    "def f(): MultiheadAttention()",
    "other functions of torch": "def f(): nn.functional.gelu(nn.Linear(4, 4)(x)).softmax(-1)",
    "what the grader computes": "def f(*arrays): return arrays",
}


@pytest.mark.parametrize("source", NO_USE.values(), ids=NO_USE)
def test_what_is_no_use_is_not_told(uses, source):
    assert uses(BEGIN + source) == ((), ())


def test_what_is_named_and_not_called_is_told_apart(uses):
    source = BEGIN + "def unused():\n    return nn.MultiheadAttention(4, 2)\ndef f(): pass"
    named, called = uses(source)
    assert named == (Use(name=CLASS, file="submission.py", line=5),)
    assert called == ()


def test_a_call_while_the_submission_is_read_belongs_to_no_stage(uses):
    source = BEGIN + "nn.functional.scaled_dot_product_attention(x, x, x)\ndef f(): pass"
    seen, called = uses(source)
    assert Use(name=ATTENTION, file="submission.py", line=4, times=1) in seen
    assert called == ()


def test_the_innermost_stage_is_told(uses):
    source = BEGIN + "def g():\n    nn.MultiheadAttention(4, 2)(x, x, x)\n"
    for outer in ("def f(): g()", "f = lambda: (lambda: g())()"):
        assert [use.stage for use in uses(source + outer)[1]] == ["g"]


def test_a_name_may_concern_one_stage_alone(uses):
    source = BEGIN + "def g(): return x.softmax(-1)\ndef f(): return x.softmax(-1)"
    assert uses(source)[1] == ()
    _, (use,) = uses(source, function="g")
    assert (use.name, use.stage, use.line) == ("torch.softmax", "g", 4)


def test_a_package_is_seen_when_something_of_it_is_called(uses):
    source = "import statistics\nfrom statistics import mean as m\n"
    assert uses(source + "def f(): return len(vars(statistics))")[1] == ()
    _, (use,) = uses(source + "def f(): return m([1, 2])")
    assert (use.name, use.line, use.times) == ("statistics", 3, 1)


def test_a_package_that_is_imported_later_is_seen(uses):
    source = "def f():\n    import wave\n    try:\n        wave.Wave_write(None)\n"
    _, used = uses(source + "    except Exception: pass")
    assert [(use.name, use.line) for use in used] == [("wave", 4)]


def test_a_module_of_the_students_own_with_that_name_is_no_use(uses):
    modules = {"wave.py": "def open(): return 1\n"}
    assert uses("import wave\ndef f(): return wave.open()", modules) == ((), ())


def test_our_own_use_of_a_forbidden_package_is_not_the_students(uses):
    source = "FRAMEWORK = 'numpy'\ndef f(a): return [a, a.sum()]"
    import numpy as np

    assert uses(source, shortcuts={"numpy": ()}, arguments=[np.ones(3)]) == ((), ())


def test_a_flood_of_calls_is_bounded(uses):
    lines = "\n".join("    statistics.mean([1])" for _ in range(30))
    source = f"import statistics\ndef f():\n{lines}\n    for _ in range(20_000):\n"
    _, used = uses(source + "        statistics.mean([1])")
    assert len(used) == 20
    assert sum(use.times for use in used) <= 1000


def test_watching_says_nothing_in_the_output(torch_sandbox):
    code = Code(main="s", cells=(("s.py", "import torch"),), stages=("f",), shortcuts=NAMES)
    session = torch_sandbox.open(code, LIMITS)
    assert session.take_output() == ""
    session.close()
