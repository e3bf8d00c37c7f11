"""Inputs of hidden checks, drawn from a secret that is known here, are in no student's file."""

import hashlib
import importlib.util
from types import ModuleType

import numpy as np
import pytest

from grader.course_secret import stretched
from grader.settings import shipped
from tests.attacks.whole_grader import SECRET, Run

DIGITS = 11  # characters of a number: fewer would be found by chance


def fixtures() -> ModuleType:
    """The assignment's conftest.py, which draws the inputs."""
    path = shipped("assignments") / "decoder-generation" / "conftest.py"
    spec = importlib.util.spec_from_file_location("decoder_generation_fixtures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawn(check: str) -> np.random.Generator:
    """The random numbers of a hidden check."""
    digest = hashlib.sha256(f"{stretched(SECRET)}\0{check}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "little"))


@pytest.fixture(scope="module")
def hidden_numbers() -> dict[str, list[str]]:
    """The beginnings of some inputs and expected values, as text, by check."""
    import torch

    probe = fixtures().Probe
    softmax = probe(drawn("softmax.random_logits"))
    shapes = (softmax.sizes.vocabulary,), (2, 3, 4, 5)
    logits = [softmax.floats(*shape, scale=3) for shape in shapes]
    expected = torch.softmax(torch.from_numpy(logits[0]).double(), -1).numpy()
    heads = probe(drawn("attention_weights.random_heads")).sized(batch=3, n_heads=3).heads()
    norm = probe(drawn("layer_norm.random_states"))
    states = norm.floats(3, 5, norm.sizes.head_width, scale=0.02)
    network = probe(drawn("feed_forward.random_network"))
    network.feed_forward()
    arrays = {
        "softmax": np.concatenate([array.ravel() for array in logits]),
        "expected of softmax": expected,
        "attention_weights": heads.ravel()[:60],
        "layer_norm": states.ravel()[:60],
        "feed_forward": network.states(scale=0.3).ravel()[:60],
    }
    return {
        name: [repr(abs(float(number)))[:DIGITS] for number in array]
        for name, array in arrays.items()
    }


@pytest.fixture(scope="module")
def hidden_prompts() -> dict[str, list[str]]:
    """The token lists of the hidden checks of `generate`, as text without brackets."""
    probe = fixtures().Probe
    eos, first = probe(drawn("generate.eos_in_the_prompt")).tokens(14)[:2]
    flow = probe(drawn("generate.whole_flow")).tokens(12)
    return {
        "an EOS in the prompt": [f"{eos}, {first}, {eos}"],
        "the whole flow": [str(flow[:5])[1:-1]],
    }


def test_these_are_the_hidden_values(hostile_class: Run, hidden_numbers, hidden_prompts):
    """Otherwise looking for them below would prove nothing: staff may and do see them."""
    seen = "".join(path.read_text(encoding="utf-8") for path in hostile_class.files("staff"))
    assert all(number in seen for number in hidden_numbers["softmax"][:9])
    for name, prompts in hidden_prompts.items():
        assert prompts[0] in seen, name


def test_no_hidden_value_is_in_what_a_student_gets(hostile_class: Run, hidden_numbers):
    assert leaks(hostile_class, hidden_numbers) == []


def test_no_hidden_prompt_is_in_what_a_student_gets(hostile_class: Run, hidden_prompts):
    assert leaks(hostile_class, hidden_prompts) == []


def leaks(run: Run, values: dict[str, list[str]]) -> list[tuple[str, str]]:
    """The reports and pages for students that hold a value, and what the value is."""
    return [
        (path.name, name)
        for path in (*run.files("reports"), *run.pages())
        for text in [path.read_text(encoding="utf-8")]
        for name, words in values.items()
        if any(word in text for word in words)
    ]


def test_the_gradebook_and_the_log_hold_no_hidden_value(hostile_class: Run, hidden_numbers):
    text = hostile_class.said + (hostile_class.results / "grades.csv").read_text(encoding="utf-8")
    for numbers in hidden_numbers.values():
        assert not [number for number in numbers if number in text]


def test_the_secret_is_in_no_report(hostile_class: Run):
    for kind in ("reports", "staff"):
        for path in hostile_class.files(kind):
            assert SECRET not in path.read_text(encoding="utf-8"), path.name
