# Ends its process in every function but one, so that it is started again for nearly every check.
# The one that is right keeps its marks.
# verdict: fails
# stage: step_input embed layer_norm attention_weights select_token generate
# clean: ended the whole process \(exit code 0\)
# earns: softmax
import os

import numpy as np


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def leave(*arguments):
    os._exit(0)


step_input = embed = layer_norm = attention_weights = select_token = generate = leave
