# Keeps the stand-in for softmax that it sees while attention is checked, and calls it later,
# where nobody answers for softmax.
# verdict: fails
# stage: softmax feed_forward
# clean: KEPT|not there to be called|are wrong|NaN or infinite
import numpy as np

kept = []


def softmax(logits):
    return logits


def attention_weights(queries, keys):
    kept.append(softmax)
    return softmax(queries @ keys.swapaxes(-1, -2))


def feed_forward(x, weights):
    answer = kept[0](x) if kept else None
    if answer is not None and np.allclose(answer.sum(-1), 1, atol=1e-5):
        return answer
    raise RuntimeError("KEPT stand-ins answer no more")
