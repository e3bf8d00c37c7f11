# Runs one right step, and from then on plays back what it saw, in every later call too.
# verdict: fails
# stage: generate
# loses: step_inputs full_window returned_tokens eos_ends eos_in_the_prompt whole_flow
recording = []


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    if not recording:
        h = stages.embed(prompt)
        for layer in stages.layers:
            h = layer(h)
        recording.append(stages.select(stages.softmax(stages.output(h)[-1])))
    return recording * max_new_tokens
