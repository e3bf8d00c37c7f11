"""What people get wrong about root mean square normalization."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from grader.subject.misconception import equivalent, misconception
from reference.llama.misconceptions.norm_parts import wrong
from reference.llama.normalization import rms_norm


@misconception(
    replaces=rms_norm,
    says="The mean is subtracted first, as in layer normalization.",
    hint="What does your function make of (5, 5, 5)? Should it be zeros?",
    questions=["llama-family.rms-norm-entry", "llama-family.norms-compared"],
)
def centred(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("centred", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="I divide by the standard deviation; the vector itself is not centred.",
    hint="What does your function make of a vector whose entries are all equal?",
    questions=["llama-family.rms-norm-entry", "llama-family.norms-compared"],
)
def divided_by_deviation(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("divided_by_deviation", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says=(
        "The mean is subtracted above the fraction line, and the root below it is of the raw "
        "squares."
    ),
    hint="What does your function make of (5, 5, 5)? Should it be zeros?",
    questions=["llama-family.norms-compared"],
)
def centred_above_only(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("centred_above_only", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="The sum of the squares is not divided by d.",
    hint="Make the vectors longer by writing each entry twice. Should the result change?",
    questions=["llama-family.rms-norm-entry"],
)
def sum_of_squares(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("sum_of_squares", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="The sum of the squares is divided by d - 1.",
    hint="Normalize (3, 4) by hand. What is the mean of 9 and 16?",
    questions=["llama-family.rms-norm-entry"],
    differs_only="with more than one component",
)
def divided_by_one_less(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("divided_by_one_less", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="I divide by the mean of the absolute values.",
    hint="Normalize (3, 4) by hand. Do you get a root anywhere?",
    questions=["llama-family.rms-norm-entry"],
    differs_only="with more than one component",
)
def mean_magnitude(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("mean_magnitude", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="I divide by the largest absolute value.",
    hint="With a gain of 1, may an entry of the result be larger than 1?",
    questions=["llama-family.rms-norm-entry"],
    differs_only="with more than one component",
)
def largest_magnitude(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("largest_magnitude", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="The vector is divided by the mean of the squares.",
    hint="Multiply the vector by 100. What should happen to the result, and what does?",
    questions=["llama-family.rms-norm-entry", "llama-family.hundredfold-input"],
)
def no_root(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("no_root", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="eps is added to the root, not inside it.",
    hint="Take a vector of zeros but for one entry of 0.001. By which number do you divide?",
    questions=["llama-family.eps-decides"],
    differs_only="for vectors with small entries",
)
def eps_outside_root(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("eps_outside_root", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="eps is the smallest mean square that I allow, instead of being added.",
    hint="Take a mean square of 2 and eps = 1. Under the root stands which number?",
    questions=["llama-family.eps-decides"],
    differs_only="for vectors with small entries",
)
def eps_as_minimum(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("eps_as_minimum", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="eps can be left out.",
    hint="What does your function make of a vector of zeros?",
    questions=["llama-family.eps-decides"],
    differs_only="for vectors with small entries",
)
def eps_missing(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("eps_missing", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="I use an eps of 1e-5, whichever eps is given.",
    hint="Call your function with eps = 1 and with eps = 0.1. Do the results differ?",
    questions=["llama-family.eps-decides"],
    differs_only="where another eps than 1e-5 is given",
)
def eps_fixed(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("eps_fixed", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="I use an eps of 1e-6, whichever eps is given.",
    hint="Call your function with eps = 1 and with eps = 0.1. Do the results differ?",
    questions=["llama-family.eps-decides"],
    differs_only="for vectors with small entries",
)
def eps_fixed_small(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("eps_fixed_small", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="The mean square is taken over all tokens of the sequence, component by component.",
    hint="Change the last token of the sequence. Does your result for the first token change?",
    questions=["llama-family.norms-compared", "transformer-block.norm-statistics"],
    differs_only="with more than one token",
)
def over_time(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("over_time", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="All tokens of a sequence share one mean square.",
    hint="Multiply the vector of one token by 100. What happens to the other tokens?",
    questions=["llama-family.norms-compared", "transformer-block.norm-statistics"],
    differs_only="with more than one token",
)
def over_sequence(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("over_sequence", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="The mean square is taken over the sequences of the batch.",
    hint="Does the result for one sequence depend on what else is in the batch?",
    questions=["llama-family.norms-compared", "transformer-block.norm-statistics"],
)
def over_batch(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("over_batch", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="One mean square serves the whole array.",
    hint="How many roots does your function compute for 2 sequences of 7 tokens?",
    questions=["llama-family.norms-compared", "transformer-block.norm-statistics"],
    differs_only="with more than one token",
)
def over_everything(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("over_everything", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="The result needs no gain.",
    hint="Double the gain. Does your result notice?",
    questions=["llama-family.rms-norm-entry"],
)
def no_gain(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("no_gain", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="The gain is stored as its distance from 1, so I multiply by 1 + gain.",
    hint="With a gain of zeros, what should come out, and what does?",
    questions=["llama-family.rms-norm-entry"],
)
def one_plus_gain(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("one_plus_gain", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="The vector is multiplied by the gain first, and then normalized.",
    hint="Double all gains. Should the result change?",
    questions=["llama-family.hundredfold-input"],
)
def gain_before(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("gain_before", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="The gain is added to the normalized vector.",
    hint="Normalize a vector of zeros with a gain of 2. What should come out?",
    questions=["llama-family.eps-decides"],
)
def gain_added(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("gain_added", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="The vector is multiplied by the gain, and nothing is divided.",
    hint="Multiply the input by 100. What should happen to the result?",
    questions=["llama-family.hundredfold-input"],
)
def not_divided(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return wrong("not_divided", x, gain, eps)


@misconception(
    replaces=rms_norm,
    says="I divide in place and change the caller's array.",
    hint="Print the input before and after the call. Which connection still needs the old values?",
    questions=["transformer-block.follow-the-numbers"],
    differs_only="in the input after the call",
)
def changes_its_input(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    result = rms_norm(x, gain, eps)
    x.copy_(result / gain)
    return result


@equivalent(replaces=rms_norm, says="The library's function is called.")
def library_call(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return functional.rms_norm(x, gain.shape, gain, eps)


@equivalent(replaces=rms_norm, says="It is multiplied by the inverse root, as in Llama's own code.")
def inverse_root(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return gain * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps))


@equivalent(replaces=rms_norm, says="The length of the vector is taken, and d is made good for.")
def by_length(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    d = x.shape[-1]
    length = torch.sqrt(x.square().sum(dim=-1, keepdim=True) + d * eps)
    return x * (gain * math.sqrt(d)) / length


@equivalent(replaces=rms_norm, says="It is computed in float32, whatever comes in.")
def in_single_precision(x: Tensor, gain: Tensor, eps: float) -> Tensor:
    return rms_norm(x.float(), gain.float(), eps)
