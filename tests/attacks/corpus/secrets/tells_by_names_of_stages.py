# Puts the prompt into the name of a stage that it pretends to call.
# verdict: fails
# stage: generate
# with: serving.py
# loses: stage_order step_inputs full_window returned_tokens eos_ends eos_in_the_prompt whole_flow
from serving import ask


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    for argument in (None, prompt):
        try:
            ask(f"stages.{prompt}", [argument])
        except Exception as refused:
            print(type(refused).__name__)
    return []
