# Reports errors that it did not raise, with words, kinds and sizes that the runner never uses.
# verdict: fails
# stage: softmax layer_norm embed feed_forward
# with: serving.py
# clean: raised|more memory|not implemented|another kind|unreadable|returned
from serving import request_id, send_and_leave, wire

TEXT = "\x1b[2J\x9b31m\u202e=1+1</script>" * 1000


def lie(kind):
    error = wire.Raised(id=request_id(), kind=kind, exception=TEXT, text=TEXT * 100, where=TEXT)
    send_and_leave(wire.encode(error))


def softmax(logits):
    lie("raised")


def layer_norm(x, gain, bias, eps):
    lie("passed\x1b[2J")


def embed(token_ids, token_embedding, position_embedding):
    lie("unsendable")


def feed_forward(x, weights):
    lie("memory")
