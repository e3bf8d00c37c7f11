# Changes in place what a stage returned, before and after handing it on.
# verdict: fails
# stage: generate
# loses: data_flow whole_flow


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    while len(generated) < max_new_tokens:
        h = stages.embed((prompt + generated)[-context_length:])
        for layer in stages.layers:
            h += 1
            h = layer(h)
        row = stages.output(h)[-1]
        generated.append(stages.select(stages.softmax(row)))
        if generated[-1] == eos_id:
            break
    return generated
