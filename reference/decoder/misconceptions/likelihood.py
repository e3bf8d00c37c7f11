"""What people get wrong about the log-probability of a sequence.

T time, V vocabulary.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from grader.subject.misconception import equivalent, misconception
from reference.decoder.likelihood import sequence_log_probability
from reference.decoder.softmax import softmax


def _logarithms(logits: Tensor, token_ids: Tensor) -> Tensor:
    """The log-probability of each token, (T,)."""
    return logits.log_softmax(dim=-1)[torch.arange(len(token_ids)), token_ids]


def _probabilities(logits: Tensor, token_ids: Tensor) -> Tensor:
    """The probability of each token, (T,)."""
    return softmax(logits)[torch.arange(len(token_ids)), token_ids]


@misconception(
    replaces=sequence_log_probability,
    says="Each token is read from the row of its own position.",
    hint="Which row was computed before the model had seen token 0 of the sequence?",
    questions=["output-and-softmax.which-rows", "training.targets"],
)
def shifted_rows(logits: Tensor, token_ids: Tensor) -> float:
    return sequence_log_probability(logits[1:], token_ids[:-1])


@misconception(
    replaces=sequence_log_probability,
    says="Each row is paired with the token after the one that it was given for.",
    hint="Row t predicts token t here. How many pairs of row and token do you have?",
    questions=["output-and-softmax.which-rows", "training.targets"],
)
def shifts_once_more(logits: Tensor, token_ids: Tensor) -> float:
    return sequence_log_probability(logits[:-1], token_ids[1:])


@misconception(
    replaces=sequence_log_probability,
    says="The first token is not counted.",
    hint="What do you return for a sequence of one token?",
    questions=["output-and-softmax.which-rows", "output-and-softmax.log-probability"],
)
def first_token_missing(logits: Tensor, token_ids: Tensor) -> float:
    return sequence_log_probability(logits[1:], token_ids[1:])


@misconception(
    replaces=sequence_log_probability,
    says="Only the last token is counted.",
    hint="Change the first token of the sequence. Does your result change?",
    questions=["output-and-softmax.log-probability"],
    differs_only="with more than one token",
)
def last_token_only(logits: Tensor, token_ids: Tensor) -> float:
    return sequence_log_probability(logits[-1:], token_ids[-1:])


@misconception(
    replaces=sequence_log_probability,
    says="The log-probability of a sequence is a mean over its tokens.",
    hint="Add one more token to the sequence. Can the sequence become more probable?",
    questions=["output-and-softmax.log-probability", "output-and-softmax.order-log-probability"],
    differs_only="with more than one token",
)
def mean(logits: Tensor, token_ids: Tensor) -> float:
    return float(_logarithms(logits, token_ids).mean())


@misconception(
    replaces=sequence_log_probability,
    says="A log-probability is positive.",
    hint="What is the logarithm of a number below 1?",
    questions=["output-and-softmax.log-probability"],
)
def sign(logits: Tensor, token_ids: Tensor) -> float:
    return -sequence_log_probability(logits, token_ids)


@misconception(
    replaces=sequence_log_probability,
    says="The cross-entropy loss, a mean with a minus sign, is the log-probability.",
    hint="What is the sign of your result? And what if the sequence were twice as long?",
    questions=["output-and-softmax.log-probability", "training.mean-loss"],
)
def returns_loss(logits: Tensor, token_ids: Tensor) -> float:
    return float(functional.cross_entropy(logits, token_ids))


@misconception(
    replaces=sequence_log_probability,
    says="The perplexity of the sequence is its log-probability.",
    hint="Between which numbers does a log-probability lie? Does yours?",
    questions=["training.loss-at-the-start", "training.mean-loss"],
)
def perplexity(logits: Tensor, token_ids: Tensor) -> float:
    return math.exp(returns_loss(logits, token_ids))


@misconception(
    replaces=sequence_log_probability,
    says="The conditionals of a sequence are added.",
    hint="Two tokens have probability 0.5 each. How probable are both in a row?",
    questions=["output-and-softmax.log-probability", "output-and-softmax.which-rows"],
    differs_only="with more than one token",
)
def adds_probabilities(logits: Tensor, token_ids: Tensor) -> float:
    return float(_probabilities(logits, token_ids).sum().log())


@misconception(
    replaces=sequence_log_probability,
    says="The probability itself is the log-probability or the loss.",
    hint="What is your result for a sequence that is certain?",
    questions=["output-and-softmax.log-probability", "training.loss-at-the-start"],
)
def no_logarithm(logits: Tensor, token_ids: Tensor) -> float:
    return float(_probabilities(logits, token_ids).prod())


@misconception(
    replaces=sequence_log_probability,
    says="The probabilities are multiplied first, and the logarithm comes last.",
    hint="What is 0.001 to the power of 200 in your number format?",
    questions=["output-and-softmax.order-log-probability"],
    differs_only="for long sequences",
)
def product_underflows(logits: Tensor, token_ids: Tensor) -> float:
    return float(_probabilities(logits, token_ids).prod().log())


@misconception(
    replaces=sequence_log_probability,
    says="I take the logarithm of probabilities that were rounded to 0.",
    hint="Let one logit be 200 below the largest one. What does your softmax give for it?",
    questions=["output-and-softmax.order-log-probability"],
    differs_only="where a probability is too small for a float",
)
def logarithm_of_zero(logits: Tensor, token_ids: Tensor) -> float:
    return float(_probabilities(logits, token_ids).log().sum())


@misconception(
    replaces=sequence_log_probability,
    says="One maximum of all logits can be subtracted from every row.",
    hint="Let one row be 800 below the others. What are its exponentials?",
    questions=["output-and-softmax.order-log-probability"],
    differs_only="where the rows are far apart",
)
def global_maximum(logits: Tensor, token_ids: Tensor) -> float:
    shifted = logits - logits.max()
    logarithms = shifted - shifted.exp().sum(dim=-1, keepdim=True).log()
    return float(logarithms[torch.arange(len(token_ids)), token_ids].sum())


@misconception(
    replaces=sequence_log_probability,
    says="In each row I add up the log-probabilities of all tokens of the sequence.",
    hint="How many numbers do you add up for a sequence of three tokens?",
    questions=["output-and-softmax.which-rows"],
    differs_only="with more than one token",
)
def all_tokens_in_each_row(logits: Tensor, token_ids: Tensor) -> float:
    return float(logits.log_softmax(dim=-1)[:, token_ids].sum())


@misconception(
    replaces=sequence_log_probability,
    says="The logarithm is to base 2.",
    hint="A token has probability 0.5. What should its log-probability be, in nats?",
    questions=["output-and-softmax.log-probability"],
)
def log_base_two(logits: Tensor, token_ids: Tensor) -> float:
    return sequence_log_probability(logits, token_ids) / math.log(2)


@misconception(
    replaces=sequence_log_probability,
    says="What counts is the most probable token of each row.",
    hint="Change the tokens of the sequence. Does your result change?",
    questions=["output-and-softmax.which-rows"],
)
def uses_argmax(logits: Tensor, token_ids: Tensor) -> float:
    return sequence_log_probability(logits, logits.argmax(dim=-1))


@misconception(
    replaces=sequence_log_probability,
    says="The logits of the tokens are added without a softmax.",
    hint="Add 7 to all logits. Should the sequence become more probable?",
    questions=["output-and-softmax.add-seven", "output-and-softmax.order-log-probability"],
)
def no_softmax(logits: Tensor, token_ids: Tensor) -> float:
    return float(logits[torch.arange(len(token_ids)), token_ids].sum())


@misconception(
    replaces=sequence_log_probability,
    says="Softmax is applied, and then log-softmax to its result.",
    hint="What does the function that you call expect: logits or probabilities?",
    questions=["output-and-softmax.softmax-twice"],
)
def softmax_twice(logits: Tensor, token_ids: Tensor) -> float:
    return sequence_log_probability(softmax(logits), token_ids)


@misconception(
    replaces=sequence_log_probability,
    says="Softmax runs over the positions and not over the vocabulary.",
    hint="Sum your probabilities over each axis. Which sum is 1, and which should be?",
    questions=["output-and-softmax.order-log-probability", "output-and-softmax.logits-shape"],
)
def softmax_over_time(logits: Tensor, token_ids: Tensor) -> float:
    return float(logits.log_softmax(dim=0)[torch.arange(len(token_ids)), token_ids].sum())


@misconception(
    replaces=sequence_log_probability,
    says="I normalize the logits in place and change the caller's array.",
    hint="Print the logits before and after the call. Who else may still read them?",
    questions=["output-and-softmax.order-log-probability"],
    differs_only="in the logits after the call",
)
def changes_its_input(logits: Tensor, token_ids: Tensor) -> float:
    logits -= logits.logsumexp(dim=-1, keepdim=True)
    return float(logits[torch.arange(len(token_ids)), token_ids].sum())


@equivalent(
    replaces=sequence_log_probability,
    says="It is the cross-entropy, summed over the tokens, with a minus sign.",
)
def negative_cross_entropy(logits: Tensor, token_ids: Tensor) -> float:
    return -float(functional.cross_entropy(logits, token_ids, reduction="sum"))
