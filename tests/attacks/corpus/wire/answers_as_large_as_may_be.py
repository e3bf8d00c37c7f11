# Answers with the largest arrays that may cross, again and again.
# verdict: fails
# stage: softmax layer_norm embed
# clean: shape|arrays of more than 64 MB|numbers|did not finish|another kind|more memory|256 MB
import numpy as np

LARGE = np.zeros(8 << 20, np.float32)


def answer(*arguments):
    return LARGE


softmax = layer_norm = answer


def embed(*arguments):
    return [LARGE, LARGE, LARGE]
