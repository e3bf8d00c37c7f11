# Answers with an object whose pickle runs a program that leaves a mark.
# verdict: fails
# clean: returned a
import os


class Loaded:
    def __reduce__(self):
        return os.system, ("touch /tmp/hostile-mark-pickle",)

    __reduce_ex__ = __getstate__ = lambda self, *arguments: self.__reduce__()


def softmax(logits):
    return Loaded()
