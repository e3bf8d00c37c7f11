"""What people get wrong about the output: the final normalization and the linear map."""

import math

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.normalization import layer_norm
from reference.decoder.output import output_logits
from reference.decoder.softmax import softmax


@misconception(
    replaces=output_logits,
    says="The linear map takes the output of the last layer as it is.",
    hint="Multiply the hidden states by 100. How should the logits change?",
    questions=["output-and-softmax.no-final-norm"],
)
def no_final_norm(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    return hidden @ output_weight


@misconception(
    replaces=output_logits,
    says="The final normalization has no gain and no bias.",
    hint="Which of the arrays that you are given does your function never touch?",
    questions=["output-and-softmax.no-final-norm"],
)
def norm_without_affine(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    ones, zeros = torch.ones_like(gain), torch.zeros_like(bias)
    return layer_norm(hidden, ones, zeros, eps) @ output_weight


@misconception(
    replaces=output_logits,
    says="The bias of the final normalization is left out.",
    hint="Let the gain be 0. Which logits do you get, and which are right?",
    questions=["output-and-softmax.no-final-norm"],
)
def no_norm_bias(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    return output_logits(hidden, gain, torch.zeros_like(bias), eps, output_weight)


@misconception(
    replaces=output_logits,
    says="The final normalization is applied twice.",
    hint="How many norms stand between the last layer and the linear map?",
    questions=["output-and-softmax.no-final-norm"],
)
def norm_twice(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    return output_logits(layer_norm(hidden, gain, bias, eps), gain, bias, eps, output_weight)


@misconception(
    replaces=output_logits,
    says="I use an eps of 1e-5, whichever eps is given.",
    hint="Call your function with eps = 1 and with eps = 0.1. Do the results differ?",
    questions=["transformer-block.layer-norm-entry"],
    differs_only="where another eps than 1e-5 is given",
)
def eps_fixed(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    return output_logits(hidden, gain, bias, 1e-5, output_weight)


@misconception(
    replaces=output_logits,
    says="Logits are probabilities already.",
    hint="Can one of your logits be negative? Which stage turns logits into probabilities?",
    questions=["output-and-softmax.one-logit", "output-and-softmax.softmax-twice"],
)
def returns_probabilities(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    return softmax(output_logits(hidden, gain, bias, eps, output_weight))


@misconception(
    replaces=output_logits,
    says="Logits are the logarithms of probabilities.",
    hint="Can one of your logits be positive? Which stage divides by a sum?",
    questions=["output-and-softmax.one-logit", "output-and-softmax.add-seven"],
)
def returns_log_probabilities(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    return output_logits(hidden, gain, bias, eps, output_weight).log_softmax(dim=-1)


@misconception(
    replaces=output_logits,
    says="The result is the token with the largest logit at each position.",
    hint="What does the next stage need in order to sample instead of being greedy?",
    questions=["output-and-softmax.logits-shape"],
)
def returns_tokens(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    return output_logits(hidden, gain, bias, eps, output_weight).argmax(dim=-1)


@misconception(
    replaces=output_logits,
    says="I return the logits of the last position alone.",
    hint="Which shape is asked for, and who chooses the row that predicts the next token?",
    questions=["output-and-softmax.logits-shape", "output-and-softmax.unused-rows"],
)
def last_position_only(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    return output_logits(hidden, gain, bias, eps, output_weight)[:, -1]


@misconception(
    replaces=output_logits,
    says="I return the logits of the last position alone, with an axis of one position.",
    hint="Which shape is asked for, and who chooses the row that predicts the next token?",
    questions=["output-and-softmax.logits-shape", "output-and-softmax.unused-rows"],
    differs_only="with more than one position",
)
def only_last_position_kept(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    return output_logits(hidden, gain, bias, eps, output_weight)[:, -1:]


@misconception(
    replaces=output_logits,
    says="I reshape the output weight to (V, d) and transpose it, so that the shapes fit.",
    hint="Which column of the output weight belongs to token 0? Is it still the same one?",
    questions=["output-and-softmax.one-logit"],
)
def weight_transposed(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    turned = output_weight.reshape(output_weight.shape[::-1]).T
    return output_logits(hidden, gain, bias, eps, turned)


@misconception(
    replaces=output_logits,
    says="The logits are divided by the square root of d.",
    hint="Which factor stands between your dot product and your logit? Where is it asked for?",
    questions=["output-and-softmax.one-logit", "output-and-softmax.double-logits"],
)
def scaled_by_root_d(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    return output_logits(hidden, gain, bias, eps, output_weight) / math.sqrt(hidden.shape[-1])


@misconception(
    replaces=output_logits,
    says="I centre the hidden states in place and change the caller's array.",
    hint="Print the hidden states before and after the call. Who else may still read them?",
    questions=["output-and-softmax.no-final-norm"],
    differs_only="in the hidden states after the call",
)
def changes_its_input(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    hidden -= hidden.mean(dim=-1, keepdim=True)
    return output_logits(hidden, gain, bias, eps, output_weight)


@equivalent(replaces=output_logits, says="Gain and bias are multiplied into the linear map.")
def folded_into_the_map(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    centred = hidden - hidden.mean(dim=-1, keepdim=True)
    deviation = (centred.square().mean(dim=-1, keepdim=True) + eps).sqrt()
    return centred / deviation @ (gain.unsqueeze(-1) * output_weight) + bias @ output_weight


@equivalent(replaces=output_logits, says="The positions are mapped one by one.")
def position_by_position(
    hidden: Tensor, gain: Tensor, bias: Tensor, eps: float, output_weight: Tensor
) -> Tensor:
    rows = [
        output_logits(hidden[:, [t]], gain, bias, eps, output_weight)
        for t in range(hidden.shape[1])
    ]
    return torch.cat(rows, dim=1)
