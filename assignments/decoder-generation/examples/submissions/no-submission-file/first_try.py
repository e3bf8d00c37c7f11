"""An earlier attempt, kept beside the later one."""


def softmax(logits):
    return logits
