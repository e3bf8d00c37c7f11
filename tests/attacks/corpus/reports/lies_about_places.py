# Raises a SyntaxError, and exceptions from compiled text, with file names, lines and sources of its
# own making.
# verdict: fails
# stage: softmax layer_norm embed
# clean: raised
import linecache

NAME = "submission.py"
LIE = "\x1b[2J\x1b[1A=1+1</script>\u202e" * 500


def softmax(logits):
    raise SyntaxError(LIE, (NAME, LIE, 1, LIE))


def layer_norm(x, gain, bias, eps):
    linecache.cache[NAME] = (len(LIE), None, [LIE] * 500, NAME)
    raise ValueError("the line is not what it says")


def embed(token_ids, token_embedding, position_embedding):
    exec(compile("\n" * 10**5 + f"def f():\n raise ValueError({LIE!r})\nf()", NAME, "exec"))
