"""What people get wrong about softmax."""

import math

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.softmax import softmax


def _shifted(logits: Tensor) -> Tensor:
    return logits - logits.amax(dim=-1, keepdim=True)


@misconception(
    replaces=softmax,
    says="The exponential can be taken without subtracting the largest entry first.",
    hint="What is exp(1000) in your number format?",
    questions=["output-and-softmax.order-softmax", "output-and-softmax.add-seven"],
    differs_only="for logits of several hundred (of 90 in float32)",
)
def unstable(logits: Tensor) -> Tensor:
    exponentials = logits.exp()
    return exponentials / exponentials.sum(dim=-1, keepdim=True)


@misconception(
    replaces=softmax,
    says="One maximum of the whole array can be subtracted from every row.",
    hint="One row lies near 1000, another near -1000. What is left of the second one?",
    questions=["output-and-softmax.order-softmax", "output-and-softmax.add-seven"],
    differs_only="for rows that lie far apart",
)
def global_maximum(logits: Tensor) -> Tensor:
    return unstable(logits - logits.max())


@misconception(
    replaces=softmax,
    says="Softmax runs over the last axis but one.",
    hint="Sum your result over each axis in turn. Which sum is 1?",
    questions=["output-and-softmax.order-softmax", "self-attention.read-a-matrix"],
)
def wrong_axis(logits: Tensor) -> Tensor:
    return logits.softmax(dim=-2)


@misconception(
    replaces=softmax,
    says="Softmax runs over the first axis.",
    hint="Sum your result over each axis in turn. Which sum is 1?",
    questions=["output-and-softmax.order-softmax"],
    differs_only="where there is more than one axis",
)
def first_axis(logits: Tensor) -> Tensor:
    return logits.softmax(dim=0)


@misconception(
    replaces=softmax,
    says="The exponentials are divided by the sum over the whole array.",
    hint="How many distributions are in an array of 3 rows, and what does each of them sum to?",
    questions=["output-and-softmax.order-softmax"],
    differs_only="where there is more than one row",
)
def over_everything(logits: Tensor) -> Tensor:
    return logits.flatten().softmax(dim=0).reshape(logits.shape)


@misconception(
    replaces=softmax,
    says="Softmax divides each entry by the sum, without an exponential.",
    hint="What does your function give for the logits 1 and -1?",
    questions=["output-and-softmax.softmax-of-three", "output-and-softmax.order-softmax"],
)
def plain_ratio(logits: Tensor) -> Tensor:
    return logits / logits.sum(dim=-1, keepdim=True)


@misconception(
    replaces=softmax,
    says="Applying softmax to probabilities once more does no harm.",
    hint="How large can the largest probability become when all inputs lie between 0 and 1?",
    questions=["output-and-softmax.softmax-twice"],
)
def twice(logits: Tensor) -> Tensor:
    return softmax(softmax(logits))


@misconception(
    replaces=softmax,
    says="The exponentials are the result; they are not divided by their sum.",
    hint="What do the entries of one row add up to?",
    questions=["output-and-softmax.order-softmax", "output-and-softmax.softmax-of-three"],
)
def not_divided(logits: Tensor) -> Tensor:
    return _shifted(logits).exp()


@misconception(
    replaces=softmax,
    says="The largest entry is subtracted above the fraction line, but not below it.",
    hint="Add 7 to all logits. Does your result stay the same?",
    questions=["output-and-softmax.add-seven"],
)
def shifts_numerator_only(logits: Tensor) -> Tensor:
    return _shifted(logits).exp() / logits.exp().sum(dim=-1, keepdim=True)


@misconception(
    replaces=softmax,
    says="The result is the logarithm of the probabilities.",
    hint="Between which two numbers does a probability lie? Do yours?",
    questions=["output-and-softmax.softmax-of-three"],
)
def returns_logarithms(logits: Tensor) -> Tensor:
    return logits.log_softmax(dim=-1)


@misconception(
    replaces=softmax,
    says="The powers are powers of 2.",
    hint="Two logits differ by 1. By which factor should their probabilities differ?",
    questions=["output-and-softmax.softmax-of-three"],
)
def base_two(logits: Tensor) -> Tensor:
    return softmax(logits * math.log(2))


@misconception(
    replaces=softmax,
    says="The largest logit gets all the probability.",
    hint="What probability do the logits 1.0 and 0.9 get, one after the other?",
    questions=["output-and-softmax.softmax-of-three", "output-and-softmax.double-logits"],
)
def largest_takes_all(logits: Tensor) -> Tensor:
    return torch.zeros_like(logits).scatter(-1, logits.argmax(dim=-1, keepdim=True), 1)


@misconception(
    replaces=softmax,
    says="I replace entries of minus infinity by 0 before the exponential.",
    hint="What is exp(0)? Who was to get no share at all?",
    questions=["diagnosis.equal-future-weights"],
    differs_only="where an entry is minus infinity",
)
def infinity_as_zero(logits: Tensor) -> Tensor:
    return softmax(logits.masked_fill(logits == -math.inf, 0.0))


@misconception(
    replaces=softmax,
    says="I compute in place and change the caller's logits.",
    hint="Print the logits before and after the call. Who else may still read them?",
    questions=["output-and-softmax.order-softmax"],
    differs_only="in the logits after the call",
)
def changes_its_input(logits: Tensor) -> Tensor:
    logits -= logits.amax(dim=-1, keepdim=True)
    return softmax(logits)


@equivalent(replaces=softmax, says="The logarithm is computed first, then its exponential.")
def through_the_logarithm(logits: Tensor) -> Tensor:
    return (logits - logits.logsumexp(dim=-1, keepdim=True)).exp()


@equivalent(
    replaces=softmax,
    says="A tiny number is added to the sum, so that nothing is divided by zero.",
    where="once the largest entry was subtracted: then the sum is at least 1",
)
def tiny_number_in_the_sum(logits: Tensor) -> Tensor:
    exponentials = _shifted(logits).exp()
    return exponentials / (exponentials.sum(dim=-1, keepdim=True) + 1e-9)


@equivalent(
    replaces=softmax,
    says="A number larger than the largest entry is subtracted.",
    where="as long as it is not so much larger that every exponential becomes 0",
)
def shifted_further(logits: Tensor) -> Tensor:
    return unstable(_shifted(logits) - 3)
