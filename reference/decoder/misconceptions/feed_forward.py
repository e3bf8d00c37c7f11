"""What people get wrong about the feed-forward network."""

import math
from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from grader.subject.misconception import equivalent, misconception
from reference.decoder.feed_forward import FeedForwardWeights, feed_forward, gelu

ROOT = math.sqrt(2 / math.pi)


def _with(activation: Callable[[Tensor], Tensor], x: Tensor, weights: FeedForwardWeights) -> Tensor:
    """The network with another activation."""
    inner = activation(x @ weights["inner"] + weights["inner_bias"])
    return inner @ weights["outer"] + weights["outer_bias"]


@misconception(
    replaces=feed_forward,
    says="GELU with the error function is the same as GELU with tanh.",
    hint="Which of the two forms of GELU is asked for? Compare them near -2.",
    questions=["transformer-block.no-activation"],
    differs_only="where an error of 0.0005 in an activation is seen",
)
def erf_gelu(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(functional.gelu, x, weights)


@misconception(
    replaces=feed_forward,
    says="ReLU may stand in for GELU.",
    hint="What is your activation at -1?",
    questions=["transformer-block.no-activation"],
)
def relu(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(torch.relu, x, weights)


@misconception(
    replaces=feed_forward,
    says="SiLU may stand in for GELU.",
    hint="What is your activation at -1, and what is GELU there?",
    questions=["transformer-block.no-activation"],
)
def silu(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(functional.silu, x, weights)


@misconception(
    replaces=feed_forward,
    says="GELU is x times the sigmoid of 1.702 x.",
    hint="What is your activation at -2, to four decimals, and what does the given formula say?",
    questions=["transformer-block.no-activation"],
)
def quick_gelu(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(lambda a: a * torch.sigmoid(1.702 * a), x, weights)


@misconception(
    replaces=feed_forward,
    says="The activation is the hyperbolic tangent.",
    hint="How large can your activation become for a large input?",
    questions=["transformer-block.no-activation"],
)
def tanh(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(torch.tanh, x, weights)


@misconception(
    replaces=feed_forward,
    says="In the formula of GELU the factor x in front is missing.",
    hint="What does your activation give for an input of 10?",
    questions=["transformer-block.no-activation"],
)
def gelu_without_factor(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(lambda a: 0.5 * (1 + torch.tanh(ROOT * (a + 0.044715 * a**3))), x, weights)


@misconception(
    replaces=feed_forward,
    says="In the formula of GELU the factor 0.5 is missing.",
    hint="What does your activation give for an input of 10?",
    questions=["transformer-block.no-activation"],
)
def gelu_without_half(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(lambda a: 2 * gelu(a), x, weights)


@misconception(
    replaces=feed_forward,
    says="In the formula of GELU the root of 2 / pi is missing.",
    hint="Which factors stand inside your tanh, and which in the given formula?",
    questions=["transformer-block.no-activation"],
)
def gelu_without_root(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(lambda a: 0.5 * a * (1 + torch.tanh(a + 0.044715 * a**3)), x, weights)


@misconception(
    replaces=feed_forward,
    says="In the formula of GELU the factor is 2 / pi and not its root.",
    hint="What is your GELU of 1, and what does the formula give?",
    questions=["transformer-block.no-activation"],
)
def gelu_factor_not_root(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(
        lambda a: a / 2 * (1 + torch.tanh(2 / math.pi * (a + 0.044715 * a**3))), x, weights
    )


@misconception(
    replaces=feed_forward,
    says="In the formula of GELU the fraction under the root is turned over: pi / 2.",
    hint="What is your GELU of 1, and what does the formula give?",
    questions=["transformer-block.no-activation"],
)
def gelu_root_turned_over(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(lambda a: a / 2 * (1 + torch.tanh((a + 0.044715 * a**3) / ROOT)), x, weights)


@misconception(
    replaces=feed_forward,
    says="In the formula of GELU I square x where it is cubed.",
    hint="What stands inside your tanh at -2, by your code and by hand?",
    questions=["transformer-block.no-activation"],
)
def gelu_with_square(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(lambda a: 0.5 * a * (1 + torch.tanh(ROOT * (a + 0.044715 * a**2))), x, weights)


@misconception(
    replaces=feed_forward,
    says="Two linear maps in a row need nothing between them.",
    hint="Write x A B as one matrix product. What did the second layer add?",
    questions=["transformer-block.no-activation"],
)
def no_activation(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(lambda a: a, x, weights)


@misconception(
    replaces=feed_forward,
    says="The activation comes after the second linear map.",
    hint="Can your network return a component of -5?",
    questions=["transformer-block.no-activation"],
)
def activation_after_outer(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return gelu(no_activation(x, weights))


@misconception(
    replaces=feed_forward,
    says="The activation comes before the first linear map.",
    hint="What does your network do to its input, step by step, and which step comes first?",
    questions=["transformer-block.no-activation"],
)
def activation_before_inner(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return no_activation(gelu(x), weights)


@misconception(
    replaces=feed_forward,
    says="There is an activation after each of the two linear maps.",
    hint="Can your network return a component of -5?",
    questions=["transformer-block.no-activation"],
)
def activation_twice(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return gelu(feed_forward(x, weights))


@misconception(
    replaces=feed_forward,
    says="The bias of the first linear map is added after the activation.",
    hint="What does the activation get in your code if the input is zero?",
    questions=["transformer-block.no-activation"],
)
def inner_bias_after_activation(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    inner = gelu(x @ weights["inner"]) + weights["inner_bias"]
    return inner @ weights["outer"] + weights["outer_bias"]


@misconception(
    replaces=feed_forward,
    says="The first linear map needs no bias.",
    hint="Feed zeros. What should reach the activation?",
    questions=["transformer-block.no-activation"],
)
def no_inner_bias(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return gelu(x @ weights["inner"]) @ weights["outer"] + weights["outer_bias"]


@misconception(
    replaces=feed_forward,
    says="The second linear map needs no bias.",
    hint="Set the outer matrix to zero. What should come out?",
    questions=["transformer-block.no-activation"],
)
def no_outer_bias(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return gelu(x @ weights["inner"] + weights["inner_bias"]) @ weights["outer"]


@misconception(
    replaces=feed_forward,
    says="Neither of the two linear maps needs a bias.",
    hint="What does your network give for an input of zeros?",
    questions=["transformer-block.no-activation"],
)
def no_biases(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return gelu(x @ weights["inner"]) @ weights["outer"]


@misconception(
    replaces=feed_forward,
    says="The input is added to the result within the network.",
    hint="Set all weights and biases of the network to zero. What should come out?",
    questions=["transformer-block.no-residual", "transformer-block.order-pre-norm"],
)
def adds_residual(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return x + feed_forward(x, weights)


@misconception(
    replaces=feed_forward,
    says="I pop the weights out of the caller's dict.",
    hint="Print the keys of the dict before and after the call. What would a second call find?",
    questions=["transformer-block.no-activation"],
    differs_only="in the dict of weights after the call",
)
def changes_its_input(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    result = feed_forward(x, weights)
    cast("dict[str, Tensor]", weights).clear()
    return result


@equivalent(replaces=feed_forward, says="The library's GELU is called, in its tanh form.")
def library_gelu(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(lambda a: functional.gelu(a, approximate="tanh"), x, weights)


@equivalent(replaces=feed_forward, says="The tanh in GELU is written as a sigmoid.")
def gelu_as_sigmoid(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    return _with(lambda a: a * torch.sigmoid(2 * ROOT * (a + 0.044715 * a**3)), x, weights)


@equivalent(replaces=feed_forward, says="The positions go through the network one by one.")
def position_by_position(x: Tensor, weights: FeedForwardWeights) -> Tensor:
    rows = [feed_forward(x[:, t], weights) for t in range(x.shape[-2])]
    return torch.stack(rows, dim=-2)
