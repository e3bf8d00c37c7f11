# Reads at address 8, which ends it by a signal.
# verdict: fails
# clean: ended the whole process \(SIGSEGV\)
import ctypes


def softmax(logits):
    return ctypes.string_at(8)
