# Lifts the recursion limit and recurses through C until the stack is gone.
# verdict: fails
# clean: ended the whole process \(SIG|raised|more memory
import sys


class Nested:
    def __repr__(self):
        return repr([self])


def softmax(logits):
    sys.setrecursionlimit(10**7)
    return repr(Nested())
