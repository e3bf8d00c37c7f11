"""What people get wrong about the decoder layer: residual connections and norms."""

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.attention import self_attention
from reference.decoder.decoder_layer import LayerWeights, decoder_layer
from reference.decoder.feed_forward import feed_forward
from reference.decoder.normalization import layer_norm


def _first_norm(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    return layer_norm(x, weights["attention_norm_gain"], weights["attention_norm_bias"], eps)


def _second_norm(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    return layer_norm(x, weights["feed_forward_norm_gain"], weights["feed_forward_norm_bias"], eps)


def _attention(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    """The right first sub-layer, without its residual connection."""
    return self_attention(_first_norm(x, weights, eps), weights["attention"], n_heads)


def _feed_forward(x: Tensor, weights: LayerWeights, eps: float) -> Tensor:
    """The right second sub-layer, without its residual connection."""
    return feed_forward(_second_norm(x, weights, eps), weights["feed_forward"])


@misconception(
    replaces=decoder_layer,
    says="The result of a sub-layer replaces its input.",
    hint="If both sub-layers returned zeros, what should the layer return?",
    questions=["transformer-block.no-residual", "transformer-block.follow-the-numbers"],
)
def no_residual(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    return _feed_forward(_attention(x, weights, n_heads, eps), weights, eps)


@misconception(
    replaces=decoder_layer,
    says="The result of attention replaces its input.",
    hint="If attention returned zeros, what should the feed-forward sub-layer read?",
    questions=["transformer-block.no-residual", "diagrams.faulty-layer"],
)
def no_attention_residual(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = _attention(x, weights, n_heads, eps)
    return x + _feed_forward(x, weights, eps)


@misconception(
    replaces=decoder_layer,
    says="The result of the feed-forward network replaces its input.",
    hint="If the feed-forward network returned zeros, what should the layer return?",
    questions=["transformer-block.no-residual", "transformer-block.follow-the-numbers"],
)
def no_feed_forward_residual(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = x + _attention(x, weights, n_heads, eps)
    return _feed_forward(x, weights, eps)


@misconception(
    replaces=decoder_layer,
    says="One residual connection leads around both sub-layers together.",
    hint="Count the additions in your layer. How many sub-layers does it have?",
    questions=["transformer-block.order-pre-norm", "diagrams.faulty-layer"],
)
def one_residual(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    return x + _feed_forward(_attention(x, weights, n_heads, eps), weights, eps)


@misconception(
    replaces=decoder_layer,
    says="The residual connection carries the normalized input.",
    hint="Follow the line that goes around the sub-layer. Where does it leave the main path?",
    questions=["transformer-block.follow-the-numbers", "diagrams.faulty-layer"],
)
def residual_from_normalized(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = _first_norm(x, weights, eps)
    x = x + self_attention(x, weights["attention"], n_heads)
    x = _second_norm(x, weights, eps)
    return x + feed_forward(x, weights["feed_forward"])


@misconception(
    replaces=decoder_layer,
    says="The residual connection around attention carries the normalized input.",
    hint="If both sub-layers returned zeros, would your layer return its input?",
    questions=["transformer-block.follow-the-numbers", "diagrams.faulty-layer"],
)
def first_residual_from_normalized(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float
) -> Tensor:
    x = _first_norm(x, weights, eps)
    x = x + self_attention(x, weights["attention"], n_heads)
    return x + _feed_forward(x, weights, eps)


@misconception(
    replaces=decoder_layer,
    says="The residual connection around the feed-forward network carries the normalized input.",
    hint="If both sub-layers returned zeros, would your layer return its input?",
    questions=["transformer-block.follow-the-numbers", "diagrams.faulty-layer"],
)
def second_residual_from_normalized(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float
) -> Tensor:
    x = x + _attention(x, weights, n_heads, eps)
    x = _second_norm(x, weights, eps)
    return x + feed_forward(x, weights["feed_forward"])


@misconception(
    replaces=decoder_layer,
    says="The second residual connection adds the input of the whole layer.",
    hint="Set the outer weights of the feed-forward network to zero. What is left of attention?",
    questions=["transformer-block.follow-the-numbers", "diagrams.faulty-layer"],
)
def stale_residual(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    attended = x + _attention(x, weights, n_heads, eps)
    return x + _feed_forward(attended, weights, eps)


@misconception(
    replaces=decoder_layer,
    says="Attention and feed-forward network both read the input of the layer.",
    hint="Does the feed-forward network see in this very layer what attention brought in?",
    questions=["transformer-block.order-pre-norm", "transformer-block.feed-forward-data"],
)
def parallel(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    return x + _attention(x, weights, n_heads, eps) + _feed_forward(x, weights, eps)


@misconception(
    replaces=decoder_layer,
    says="The feed-forward network comes before attention.",
    hint="Which of the two sub-layers does a token's vector meet first?",
    questions=["transformer-block.order-pre-norm"],
)
def feed_forward_first(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = x + _feed_forward(x, weights, eps)
    return x + _attention(x, weights, n_heads, eps)


@misconception(
    replaces=decoder_layer,
    says="The layer has no attention; it is the feed-forward network alone.",
    hint="Change an earlier token. Does your result at the later positions change?",
    questions=["self-attention.which-stage-mixes", "cross-attention.which-sub-layer"],
)
def no_attention(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    return x + _feed_forward(x, weights, eps)


@misconception(
    replaces=decoder_layer,
    says="The layer has no feed-forward network; it is attention alone.",
    hint="Which of the weights that you are given does your layer never touch?",
    questions=["transformer-block.order-pre-norm", "cross-attention.which-sub-layer"],
)
def no_feed_forward(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    return x + _attention(x, weights, n_heads, eps)


@misconception(
    replaces=decoder_layer,
    says="The norm stands behind each addition.",
    hint="Multiply x by 100. How much larger should the layer's result become?",
    questions=["transformer-block.order-pre-norm", "diagrams.faulty-layer"],
)
def post_norm(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = _first_norm(x + self_attention(x, weights["attention"], n_heads), weights, eps)
    return _second_norm(x + feed_forward(x, weights["feed_forward"]), weights, eps)


@misconception(
    replaces=decoder_layer,
    says="The norm is applied to the result of a sub-layer, not to its input.",
    hint="What does attention read in your layer: x, or something else?",
    questions=["transformer-block.order-pre-norm", "transformer-block.hundredfold-input"],
)
def norm_on_output(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = x + _first_norm(self_attention(x, weights["attention"], n_heads), weights, eps)
    return x + _second_norm(feed_forward(x, weights["feed_forward"]), weights, eps)


@misconception(
    replaces=decoder_layer,
    says="The sub-layers read their input without a norm.",
    hint="Multiply x by 100. How much may the result of the attention sub-layer change?",
    questions=["transformer-block.hundredfold-input", "transformer-block.follow-the-numbers"],
)
def no_norm(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = x + self_attention(x, weights["attention"], n_heads)
    return x + feed_forward(x, weights["feed_forward"])


@misconception(
    replaces=decoder_layer,
    says="Only the feed-forward network has a norm; attention needs none.",
    hint="Multiply x by 100. How much may the result of the attention sub-layer change?",
    questions=["transformer-block.hundredfold-input", "diagrams.faulty-layer"],
)
def no_first_norm(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = x + self_attention(x, weights["attention"], n_heads)
    return x + _feed_forward(x, weights, eps)


@misconception(
    replaces=decoder_layer,
    says="Only attention has a norm; the feed-forward network needs none.",
    hint="Which of the gains that you are given does your layer never touch?",
    questions=["transformer-block.order-pre-norm", "diagrams.faulty-layer"],
)
def no_second_norm(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = x + _attention(x, weights, n_heads, eps)
    return x + feed_forward(x, weights["feed_forward"])


@misconception(
    replaces=decoder_layer,
    says="The second norm reads the result of attention without the residual connection.",
    hint="If attention returned zeros, what would your feed-forward network read?",
    questions=["transformer-block.follow-the-numbers", "diagrams.faulty-layer"],
)
def second_norm_before_addition(
    x: Tensor, weights: LayerWeights, n_heads: int, eps: float
) -> Tensor:
    attended = _attention(x, weights, n_heads, eps)
    return x + attended + _feed_forward(attended, weights, eps)


@misconception(
    replaces=decoder_layer,
    says="Each sub-layer uses the gain and bias of the other one's norm.",
    hint="Which of the two gains stands directly before attention in your code?",
    questions=["transformer-block.order-pre-norm"],
)
def norms_swapped(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = x + self_attention(_second_norm(x, weights, eps), weights["attention"], n_heads)
    return x + feed_forward(_first_norm(x, weights, eps), weights["feed_forward"])


@misconception(
    replaces=decoder_layer,
    says="Both sub-layers use the gain and bias of the attention norm.",
    hint="Change the second gain. Does your result change?",
    questions=["transformer-block.order-pre-norm"],
)
def norm_shared(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x = x + _attention(x, weights, n_heads, eps)
    return x + feed_forward(_first_norm(x, weights, eps), weights["feed_forward"])


@misconception(
    replaces=decoder_layer,
    says="I use an eps of 1e-5, whichever eps is given.",
    hint="Call your layer with eps = 1 and with eps = 0.1. Do the results differ?",
    questions=["transformer-block.layer-norm-entry"],
    differs_only="where another eps than 1e-5 is given",
)
def eps_fixed(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    return decoder_layer(x, weights, n_heads, 1e-5)


@misconception(
    replaces=decoder_layer,
    says="The norm of the feed-forward network uses an eps of 1e-5, whichever eps is given.",
    hint="Call your layer with eps = 1. Which of its two norms changes?",
    questions=["transformer-block.layer-norm-entry"],
    differs_only="where eps is not 1e-5",
)
def second_eps_fixed(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    a = x + _attention(x, weights, n_heads, eps)
    return a + _feed_forward(a, weights, 1e-5)


@misconception(
    replaces=decoder_layer,
    says="I use one head, however many heads are asked for.",
    hint="Call your layer with 1 head and with 4. Do the results differ?",
    questions=["self-attention.weight-of-one-key"],
    differs_only="with more than one head",
)
def one_head(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    return decoder_layer(x, weights, 1, eps)


@misconception(
    replaces=decoder_layer,
    says="I add to x in place and change the caller's array.",
    hint="Print x before and after the call. Does the caller still have its input?",
    questions=["transformer-block.follow-the-numbers"],
    differs_only="in the input after the call",
)
def changes_its_input(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x += _attention(x, weights, n_heads, eps)
    x += _feed_forward(x, weights, eps)
    return x


@misconception(
    replaces=decoder_layer,
    says="I add the result of attention to x in place and change the caller's array.",
    hint="Print x before and after the call. Does the caller still have its input?",
    questions=["transformer-block.follow-the-numbers"],
    differs_only="in the input after the call",
)
def adds_attention_in_place(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    x += _attention(x, weights, n_heads, eps)
    return x + _feed_forward(x, weights, eps)


@equivalent(replaces=decoder_layer, says="The sequences of the batch go through one by one.")
def sequence_by_sequence(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    return torch.cat([decoder_layer(x[[b]], weights, n_heads, eps) for b in range(len(x))])


@equivalent(
    replaces=decoder_layer,
    says="Both results of the sub-layers are added to the layer's input at the end.",
)
def added_at_the_end(x: Tensor, weights: LayerWeights, n_heads: int, eps: float) -> Tensor:
    attended = _attention(x, weights, n_heads, eps)
    return x + (attended + _feed_forward(x + attended, weights, eps))
