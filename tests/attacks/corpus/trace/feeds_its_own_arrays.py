# Calls every stage in order, but feeds it arrays of its own that look like the right ones.
# verdict: fails
# stage: generate
# loses: data_flow whole_flow
import numpy as np


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    while len(generated) < max_new_tokens:
        h = stages.embed((prompt + generated)[-context_length:])
        for layer in stages.layers:
            layer(h * 1.001)
        logits = stages.output(h)
        stages.softmax(logits[-1] + 1)
        generated.append(stages.select(np.full(logits.shape[-1], 1 / logits.shape[-1], h.dtype)))
        if generated[-1] == eos_id:
            break
    return generated
