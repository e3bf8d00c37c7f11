# Answers with arrays that claim terabytes and store one number.
# verdict: fails
# stage: softmax layer_norm
# clean: numbers|another kind
import numpy as np
import torch


def softmax(logits):
    return torch.zeros(1).expand(2**40)


def layer_norm(x, gain, bias, eps):
    return np.broadcast_to(np.float32(0), (2**20, 2**20))
