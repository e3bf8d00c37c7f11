# Forges calls of stages by names that were not offered, with arrays that the real ones would take.
# verdict: fails
# stage: generate
# with: serving.py
# loses: stage_order step_inputs full_window returned_tokens eos_ends eos_in_the_prompt whole_flow
# variants: unknown beyond negative attribute method empty escapes
import numpy as np
from serving import ask

VARIANT = "unknown"
NAMES = {
    "unknown": "stages.nonsense",
    "beyond": "stages.layers[99]",
    "negative": "stages.layers[-1]",
    "attribute": "stages.__class__",
    "method": "stages.trace.calls.append",
    "empty": "",
    "escapes": "\x1b[2J\x1b[1AAll checks passed\u202e =1+1" + "x" * 100_000,
}


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    for argument in (np.ones((3, 24), np.float32), prompt, NAMES[VARIANT]):
        try:
            ask(NAMES[VARIANT], [argument])
        except Exception as refused:
            print(type(refused).__name__)
    return []
