# Hands the prompt to the wrong stages, which may be quoted as what the stage received.
# verdict: fails
# stage: generate
# loses: stage_order step_inputs full_window eos_ends


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    for call in (stages.embed, *stages.layers, stages.output, stages.softmax, stages.select):
        for given in ([*prompt, *prompt], [prompt[0]] * context_length, repr(prompt)):
            try:
                call(given)
            except Exception as refused:
                print(type(refused).__name__)
    return prompt
