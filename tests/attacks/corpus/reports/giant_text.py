# Raises 32 MB of text.
# verdict: fails
# clean: raised ValueError: E{100}


def softmax(logits):
    raise ValueError("E" * (32 << 20))
