# Selects a token some hundred thousand times.
# verdict: fails
# stage: generate
# clean: goes on and on|began with|did not finish|ran out of time
import numpy as np


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    distribution = np.full(37, 1 / 37, np.float32)
    return [stages.select(distribution) for _ in range(300_000)]
