# Hands a stage 60 MB again and again, and catches what comes: the grader would keep them all.
# verdict: fails
# stage: generate
# loses: stage_order data_flow step_inputs full_window returned_tokens eos_ends eos_in_the_prompt
# loses: whole_flow
import numpy as np

GIANT = np.zeros(15 << 19, np.float64)


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    while True:
        try:
            stages.output(GIANT)
        except Exception:
            continue
