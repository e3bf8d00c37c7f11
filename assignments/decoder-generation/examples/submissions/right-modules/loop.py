"""The generation loop."""


def step_input(prompt, generated, context_length):
    return [*prompt, *generated][-context_length:]


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    while len(generated) < max_new_tokens and eos_id not in generated:
        hidden = stages.embed(step_input(prompt, generated, context_length))
        for layer in stages.layers:
            hidden = layer(hidden)
        distribution = stages.softmax(stages.output(hidden)[-1])
        generated.append(stages.select(distribution))
    return generated
