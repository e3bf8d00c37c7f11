# Answers with NaN everywhere, which is not greater than any tolerance.
# verdict: fails
# clean: NaN or infinite
import numpy as np


def softmax(logits):
    return np.full_like(logits, np.nan)
