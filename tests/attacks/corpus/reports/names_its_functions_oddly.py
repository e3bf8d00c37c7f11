# Makes the name of its function, of its file and of its code a text that a report could obey.
# verdict: fails
# stage: softmax layer_norm
# clean: raised|ended the whole process
TEXT = "\x1b[2J=1+1\u202e\n" + "n" * 10_000


def softmax(logits):
    raise ValueError


softmax.__code__ = softmax.__code__.replace(co_name=TEXT, co_qualname=TEXT)
softmax.__name__ = softmax.__qualname__ = softmax.__module__ = TEXT
__file__ = __name__ = TEXT


class Caller:
    def __call__(self, *arguments):
        exec(compile("raise ValueError", TEXT, "exec"))

    def __repr__(self):
        return TEXT


layer_norm = Caller()
