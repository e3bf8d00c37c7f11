# Answers with arrays that broadcasting would make fit: empty, one number, one column.
# verdict: fails
# clean: ha(s|ve) shape|wrong shape
import itertools

import numpy as np

SHAPES = itertools.cycle([(0,), (), (1,), (1, 1, 1), (0, 5)])


def softmax(logits):
    return np.full(next(SHAPES), 1 / logits.shape[-1], np.float32)
