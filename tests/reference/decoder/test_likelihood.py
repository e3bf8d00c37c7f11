import math

import pytest
import torch

from reference.decoder.likelihood import sequence_log_probability
from reference.decoder.softmax import softmax

PROMPT, CONTINUATION = [0, 30, 7], [4, 4, 30, 0, 19]


def test_it_is_the_product_of_the_models_conditionals(model):
    product = 1.0
    for i, token in enumerate(CONTINUATION):
        step = torch.tensor([PROMPT + CONTINUATION[:i]])
        product *= softmax(model(step)[0, -1])[token].item()
    whole = model(torch.tensor([PROMPT + CONTINUATION]))[0]
    predicting = whole[len(PROMPT) - 1 : -1]
    got = sequence_log_probability(predicting, torch.tensor(CONTINUATION))
    assert got == pytest.approx(math.log(product), rel=1e-9)


def test_all_continuations_together_have_probability_one(model):
    """Over a sequence of two tokens: the sum of Pr(a) Pr(b | a) over all a and b."""
    total = 0.0
    size = model.config.vocabulary_size
    for a in range(size):
        logits = model(torch.tensor([[*PROMPT, a]]))[0, -2:]
        total += sum(
            math.exp(sequence_log_probability(logits, torch.tensor([a, b]))) for b in range(size)
        )
    assert total == pytest.approx(1, abs=1e-9)


def test_a_token_whose_probability_underflows_still_has_a_logarithm():
    logits = torch.tensor([[0, -2000, 0]], dtype=torch.float64)
    got = sequence_log_probability(logits, torch.tensor([1]))
    assert got == pytest.approx(-2000 - math.log(2))


def test_an_empty_continuation_is_certain():
    nothing = torch.empty(0, dtype=torch.int64)
    assert sequence_log_probability(torch.empty(0, 5, dtype=torch.float64), nothing) == 0
