# Hands its inner stages what the reference makes strange things of, and catches what comes.
# verdict: survives
# stage: every
import numpy as np

ODD = (None, "text", {"a": [1]}, [[1], [2, 3]], 2**63 - 1, True, np.ones(0), np.float32(1), [])
ODD += (np.array([5, 9]), np.full((2, 3), np.nan), [np.ones(2), np.ones(3)], np.ones((1, 1, 1, 1)))


def outer(names):
    def call(*arguments):
        for function, n in names:
            for odd in ODD:
                for given in ([odd] * n, [*arguments[:1], *[odd] * (n - 1)]):
                    try:
                        globals()[function](*given)
                    except Exception:
                        continue
        return arguments[0]

    return call


def step_input(prompt, generated, context_length):
    return prompt


def softmax(logits):
    return logits


def layer_norm(x, gain, bias, eps):
    return x


def feed_forward(x, weights):
    return x


def attention_weights(queries, keys):
    return outer([("softmax", 1)])(queries, keys)


def self_attention(x, weights, n_heads):
    return outer([("attention_weights", 2)])(x, weights, n_heads)


def decoder_layer(x, weights, n_heads, eps):
    names = [("layer_norm", 4), ("self_attention", 3), ("feed_forward", 2)]
    return outer(names)(x, weights, n_heads, eps)


def decoder_stack(x, layers, n_heads, eps):
    return outer([("decoder_layer", 4)])(x, layers, n_heads, eps)


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    step_input(np.array([5, 9]), [], 16)
    step_input(np.ones((2, 2)), np.array([1]), 1)
    return outer([("step_input", 3)])(prompt, stages, max_new_tokens, eos_id, context_length)
