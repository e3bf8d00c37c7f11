"""The functions of a subject with other functions in the place of inner stages."""

import pytest
import torch

from reference.decoder.contract import FUNCTIONS
from reference.decoder.subject import SUBJECT


@pytest.fixture
def heads():
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(1, 2, 4, 3, generator=generator, dtype=torch.float64) for _ in range(2)]


def uniform(logits):
    return torch.full_like(logits, 1 / logits.shape[-1])


def test_an_inner_stage_is_exchanged(heads):
    came = SUBJECT.with_inner("attention_weights", heads, {"softmax": uniform})
    assert torch.equal(came, torch.full((1, 2, 4, 4), 0.25, dtype=torch.float64))


def test_a_wrong_version_gets_the_other_inner_stage_too(heads):
    came = SUBJECT.with_inner("attention_weights.no_mask", heads, {"softmax": uniform})
    assert torch.equal(came, torch.full((1, 2, 4, 4), 0.25, dtype=torch.float64))


def test_an_inner_stage_of_an_inner_stage_is_exchanged():
    x = torch.arange(8.0).reshape(1, 2, 4)
    weights = {name: torch.eye(4) for name in ("query", "key", "value", "output")}
    weights |= {f"{name}_bias": torch.zeros(4) for name in weights}
    came = SUBJECT.with_inner("self_attention", [x, weights, 2], {"softmax": uniform})
    assert torch.equal(came, x.mean(1, keepdim=True).expand(1, 2, 4))


def test_while_one_is_exchanged_the_subject_itself_stays_right(heads):
    right = FUNCTIONS["attention_weights"](*heads)
    seen = []

    def nosy(logits):
        seen.append(FUNCTIONS["attention_weights"](*heads))
        return uniform(logits)

    SUBJECT.with_inner("attention_weights", heads, {"softmax": nosy})
    assert torch.equal(seen[0], right)


def test_without_exchange_it_is_the_version_itself(heads):
    for version in ("attention_weights", "attention_weights.no_scale"):
        came = SUBJECT.with_inner(version, heads, {})
        assert torch.equal(came, SUBJECT.function_of(version)(*heads))


def test_what_an_exchanged_stage_raises_ends_the_exchange(heads):
    def broken(logits):
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        SUBJECT.with_inner("attention_weights", heads, {"softmax": broken})
    right = FUNCTIONS["attention_weights"](*heads)
    assert torch.equal(SUBJECT.with_inner("attention_weights", heads, {}), right)
