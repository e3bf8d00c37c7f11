# Embeds the prompt some hundred thousand times, and catches whatever is raised.
# verdict: fails
# stage: generate
# loses: stage_order returned_tokens eos_ends whole_flow
import time


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            stages.embed(prompt)
        except BaseException:
            pass
    return []
