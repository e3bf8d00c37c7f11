"""Settings that change what right code computes are put back before each call."""

import pytest

from grader.sandbox import contract
from grader.sandbox.child import arithmetic
from grader.sandbox.levels import NONE
from grader.sandbox.warm import WarmSandbox

SETTINGS = {
    "matmul precision": (
        'torch.set_float32_matmul_precision("medium")',
        'torch.get_float32_matmul_precision() == "highest"',
        "the precision of float32 products",
    ),
    "precision of one backend": (
        'torch.backends.mkldnn.matmul.fp32_precision = "bf16"',
        'torch.backends.mkldnn.matmul.fp32_precision != "bf16"',
        "the precision of float32 products",
    ),
    "default dtype": (
        "torch.set_default_dtype(torch.bfloat16)",
        "torch.ones(1).dtype == torch.float32",
        "torch's default dtype",
    ),
    "default device": (
        'torch.set_default_device("meta")',
        'torch.ones(1).device.type == "cpu"',
        "torch's default device",
    ),
    "a device that is not left": (
        'torch.device("meta").__enter__()',
        'torch.ones(1).device.type == "cpu"',
        "torch's default device",
    ),
    "autocast": (
        'torch.autocast("cpu", dtype=torch.bfloat16).__enter__()',
        "(torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32",
        "autocast",
    ),
    "deterministic algorithms": (
        "torch.use_deterministic_algorithms(True)",
        "not torch.are_deterministic_algorithms_enabled()",
        "torch's deterministic algorithms",
    ),
    "floating-point errors": (
        'numpy.seterr(all="raise")',
        "numpy.log(numpy.zeros(1))[0] < 0",
        "NumPy's handling of floating-point errors",
    ),
    "threads": ("torch.set_num_threads(3)", "torch.get_num_threads() == 1", ""),
    "gradients": ("torch.set_grad_enabled(False)", "torch.is_grad_enabled()", ""),
    "small numbers": (
        "torch.set_flush_denormal(True)",
        "torch.tensor([1e-40]).mul(1.0).item() > 0",
        "",
    ),
}
LATER = (
    "import numpy, torch\ndef change():\n    {change}\ndef ask():\n    return bool({is_right})\n"
)
AT_ONCE = "import numpy, torch\n{change}\ndef ask():\n    return bool({is_right})\n"
LIMITS = contract.Limits(
    call_seconds=10,
    load_seconds=30,
    submission_seconds=60,
    memory_megabytes=1024,
    output_kilobytes=8,
)


@pytest.fixture(scope="module")
def made():
    made = WarmSandbox(("numpy", "torch"), plans=(NONE,))
    made.prove()
    yield made
    made.close()


@pytest.fixture
def opened(made):
    """Opens a source, by default in a process that has torch already."""
    sessions = []

    def opened(source, sandbox=made, **modules):
        files = {f"{name}.py": text for name, text in modules.items()}
        code = contract.Code(main="submission", cells=(("submission.py", source),), modules=files)
        sessions.append(sandbox.open(code, LIMITS))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()


def called(session, function):
    return session.call(contract.StudentCall(function, []), seconds=10, answer=None).value


@pytest.mark.parametrize(("change", "is_right", "name"), SETTINGS.values(), ids=SETTINGS)
def test_what_is_set_while_the_submission_is_read_is_put_back_and_named(
    opened, change, is_right, name
):
    session = opened(AT_ONCE.format(change=change, is_right=is_right))
    assert called(session, "ask") is True
    assert list(session.notes) == ([arithmetic.sentence([name])] if name else [])


@pytest.mark.parametrize(("change", "is_right", "name"), SETTINGS.values(), ids=SETTINGS)
def test_what_a_call_sets_is_put_back_before_the_next_one(opened, change, is_right, name):
    session = opened(LATER.format(change=change, is_right=is_right))
    called(session, "change")
    assert called(session, "ask") is True
    assert list(session.notes) == []


def test_the_precision_of_products_cannot_be_lowered_inside_of_a_call(opened):
    change, is_right, _ = SETTINGS["matmul precision"]
    session = opened(f"import torch\ndef ask():\n    {change}\n    return bool({is_right})\n")
    assert [called(session, "ask") for _ in range(3)] == [True, True, True]


def test_a_module_of_the_students_may_be_called_torch(opened):
    session = opened("import own\ndef ask():\n    return own.torch\n", own="torch = 3\n")
    assert called(session, "ask") == 3
    fake = "import sys\nsys.modules['torch'] = sys\ndef ask():\n    return 4\n"
    assert called(opened(fake), "ask") == 4


def test_a_submission_that_changes_nothing_gets_no_note(opened):
    assert list(opened("import numpy, torch\ndef ask():\n    return 1\n").notes) == []


def test_torch_may_be_imported_by_the_submission_alone(opened):
    change, is_right, name = SETTINGS["matmul precision"]
    without_torch = WarmSandbox(("numpy",), plans=(NONE,))
    without_torch.prove()
    session = opened(AT_ONCE.format(change=change, is_right=is_right), sandbox=without_torch)
    assert called(session, "ask") is True
    assert list(session.notes) == [arithmetic.sentence([name])]
    session.close()
    without_torch.close()
