"""What people get wrong about layer normalization."""

import torch
from torch import Tensor
from torch.nn import functional

from grader.subject.misconception import equivalent, misconception
from reference.decoder.normalization import layer_norm


def _centred(x: Tensor) -> Tensor:
    return x - x.mean(dim=-1, keepdim=True)


def _mean_square(x: Tensor) -> Tensor:
    return x.square().mean(dim=-1, keepdim=True)


def _unbiased(x: Tensor) -> Tensor:
    """The variance divided by d - 1; NaN where d is 1, and no warning of the library's."""
    return _centred(x).square().sum(dim=-1, keepdim=True) / (x.shape[-1] - 1)


def _normalized_over(x: Tensor, axes: tuple[int, ...], eps: float) -> Tensor:
    centred = x - x.mean(dim=axes, keepdim=True)
    return centred / (centred.square().mean(dim=axes, keepdim=True) + eps).sqrt()


@misconception(
    replaces=layer_norm,
    says="The variance is divided by d - 1.",
    hint="Normalize the vector (1, 3) by hand. What does your function give?",
    questions=["transformer-block.layer-norm-entry"],
)
def unbiased_variance(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return _centred(x) / torch.sqrt(_unbiased(x) + eps) * gain + bias


@misconception(
    replaces=layer_norm,
    says="I divide by the default standard deviation (with d - 1) plus eps.",
    hint="Which divisor does your library use for a standard deviation, and where does eps belong?",
    questions=["transformer-block.layer-norm-entry"],
)
def unbiased_deviation_plus_eps(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return _centred(x) / (_unbiased(x).sqrt() + eps) * gain + bias


@misconception(
    replaces=layer_norm,
    says="eps can be left out.",
    hint="What does your function make of a vector with three equal components?",
    questions=["diagnosis.nan-spreads"],
    differs_only="for vectors with a small variance",
)
def eps_missing(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return layer_norm(x, gain, bias, 0.0)


@misconception(
    replaces=layer_norm,
    says="eps is added to the standard deviation, outside the square root.",
    hint="Take a constant vector and eps = 0.01. By which number do you divide?",
    questions=["transformer-block.layer-norm-entry"],
    differs_only="for vectors with a small variance",
)
def eps_outside_root(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    centred = _centred(x)
    return centred / (_mean_square(centred).sqrt() + eps) * gain + bias


@misconception(
    replaces=layer_norm,
    says="I use an eps of 1e-5, whichever eps is given.",
    hint="Call your function with eps = 1 and with eps = 0.1. Do the results differ?",
    questions=["transformer-block.layer-norm-entry"],
    differs_only="where another eps than 1e-5 is given",
)
def eps_fixed(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return layer_norm(x, gain, bias, 1e-5)


@misconception(
    replaces=layer_norm,
    says="I use an eps of 1e-6, whichever eps is given.",
    hint="Call your function with eps = 1 and with eps = 0.1. Do the results differ?",
    questions=["transformer-block.layer-norm-entry"],
    differs_only="for vectors with a small variance",
)
def eps_fixed_small(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return layer_norm(x, gain, bias, 1e-6)


@misconception(
    replaces=layer_norm,
    says="eps is the smallest variance that I allow, instead of being added.",
    hint="Take a variance of 2 and eps = 1. Under the root stands which number?",
    questions=["transformer-block.layer-norm-entry"],
    differs_only="for vectors with a small variance",
)
def eps_as_minimum(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    centred = _centred(x)
    return centred / _mean_square(centred).clamp(min=eps).sqrt() * gain + bias


@misconception(
    replaces=layer_norm,
    says="The centred vector is divided by the variance.",
    hint="With gain 1 and bias 0, what is the standard deviation of your result?",
    questions=["transformer-block.layer-norm-entry"],
)
def variance_not_root(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    centred = _centred(x)
    return centred / (_mean_square(centred) + eps) * gain + bias


@misconception(
    replaces=layer_norm,
    says="The sum of the squares is not divided by d.",
    hint="Make the vectors longer by writing each component twice. Should the result change?",
    questions=["transformer-block.layer-norm-entry"],
)
def sum_of_squares(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    centred = _centred(x)
    squares = centred.square().sum(dim=-1, keepdim=True)
    return centred / (squares + eps).sqrt() * gain + bias


@misconception(
    replaces=layer_norm,
    says="Mean and variance are taken over all tokens of the sequence, component by component.",
    hint="Change the last token of the sequence. Does your result for the first token change?",
    questions=["transformer-block.norm-statistics", "diagnosis.future-leak"],
)
def over_time(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return _normalized_over(x, (-2,), eps) * gain + bias


@misconception(
    replaces=layer_norm,
    says="All tokens of a sequence share one mean and one variance.",
    hint="Multiply the vector of one token by 100. What happens to the other tokens?",
    questions=["transformer-block.norm-statistics"],
)
def over_sequence(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return _normalized_over(x, (-2, -1), eps) * gain + bias


@misconception(
    replaces=layer_norm,
    says="Mean and variance are taken over the sequences of the batch.",
    hint="Does the result for one sequence depend on what else is in the batch?",
    questions=["transformer-block.norm-statistics"],
)
def over_batch(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return _normalized_over(x, (0,), eps) * gain + bias


@misconception(
    replaces=layer_norm,
    says="One mean and one variance serve the whole array.",
    hint="How many means does your function compute for 2 sequences of 7 tokens?",
    questions=["transformer-block.norm-statistics"],
)
def over_everything(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return _normalized_over(x, tuple(range(x.dim())), eps) * gain + bias


@misconception(
    replaces=layer_norm,
    says="The result needs no gain and no bias.",
    hint="Double the gain. Does your result notice?",
    questions=["transformer-block.layer-norm-entry"],
)
def no_affine(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return _normalized_over(x, (-1,), eps)


@misconception(
    replaces=layer_norm,
    says="The result is multiplied by the gain, and the bias is left out.",
    hint="What should come out for a vector whose components are all equal?",
    questions=["transformer-block.layer-norm-entry"],
)
def no_bias(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return _normalized_over(x, (-1,), eps) * gain


@misconception(
    replaces=layer_norm,
    says="The bias is added first, and the gain multiplies the sum.",
    hint="Take a constant vector, gain 2 and bias 3. What should come out, and what does?",
    questions=["transformer-block.layer-norm-entry"],
)
def bias_before_gain(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return (_normalized_over(x, (-1,), eps) + bias) * gain


@misconception(
    replaces=layer_norm,
    says="The result is multiplied by 1 plus the gain.",
    hint="Let the gain be 1 everywhere. By what do you multiply?",
    questions=["transformer-block.layer-norm-entry"],
)
def gain_plus_one(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return layer_norm(x, 1 + gain, bias, eps)


@misconception(
    replaces=layer_norm,
    says="The vector is divided by its standard deviation, but its mean is not subtracted.",
    hint="Add 7 to every component. What should happen to the result?",
    questions=["transformer-block.layer-norm-entry"],
)
def no_centring(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return x / torch.sqrt(_mean_square(_centred(x)) + eps) * gain + bias


@misconception(
    replaces=layer_norm,
    says="The vector is divided by the root of its mean square; a mean is never taken.",
    hint="What does your function make of (5, 5, 5), and what would a centred vector be?",
    questions=["transformer-block.layer-norm-entry"],
)
def root_mean_square(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return x / torch.sqrt(_mean_square(x) + eps) * gain + bias


@misconception(
    replaces=layer_norm,
    says="The mean is subtracted, and nothing is divided.",
    hint="Multiply the input by 100. What should happen to the result?",
    questions=["transformer-block.hundredfold-input"],
)
def only_centred(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return _centred(x) * gain + bias


@misconception(
    replaces=layer_norm,
    says="I subtract the mean in place and change the caller's array.",
    hint="Print the input before and after the call. Which connection still needs the old values?",
    questions=["transformer-block.follow-the-numbers"],
    differs_only="in the input after the call",
)
def changes_its_input(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    x -= x.mean(dim=-1, keepdim=True)
    return layer_norm(x, gain, bias, eps)


@equivalent(replaces=layer_norm, says="The library's function is called.")
def library_call(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return functional.layer_norm(x, gain.shape, gain, bias, eps)


@equivalent(
    replaces=layer_norm,
    says="The variance is the mean of the squares minus the square of the mean.",
    where="as long as the mean is not far larger than the deviation from it",
)
def variance_from_two_means(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    variance = _mean_square(x) - x.mean(dim=-1, keepdim=True).square()
    return _centred(x) / torch.sqrt(variance + eps) * gain + bias


@equivalent(replaces=layer_norm, says="Gain and bias are folded into one scale and one shift.")
def scale_and_shift(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    mean = x.mean(dim=-1, keepdim=True)
    scale = gain * torch.rsqrt(_mean_square(x - mean) + eps)
    return x * scale + (bias - mean * scale)


@equivalent(replaces=layer_norm, says="Gain and bias come in one fused operation at the end.")
def fused_affine(x: Tensor, gain: Tensor, bias: Tensor, eps: float) -> Tensor:
    return torch.addcmul(bias, _normalized_over(x, (-1,), eps), gain)
