# Closes the connection, or puts something else in its place, and goes on as if it were there.
# verdict: fails
# stage: softmax layer_norm embed
# clean: ended the whole process|did not finish|unreadable|PermissionError
import os
import time


def softmax(logits):
    os.closerange(0, 256)
    time.sleep(30)


def layer_norm(x, gain, bias, eps):
    os.dup2(os.open("/dev/null", os.O_RDWR), 3)
    return x


def embed(token_ids, token_embedding, position_embedding):
    _, theirs = os.pipe()
    os.dup2(theirs, 3)
    return token_embedding
