# Asks for four terabytes at once.
# verdict: fails
# clean: more memory than is allowed
import torch


def softmax(logits):
    return torch.ones(2**40)
