# Keeps the stages of the first call and uses them, instead of those it is given, in later ones.
# verdict: survives
# stage: generate
kept = []


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    kept.append(stages)
    first, generated = kept[0], []
    while len(generated) < max_new_tokens and eos_id not in generated:
        h = first.embed((prompt + generated)[-context_length:])
        for layer in first.layers:
            h = layer(h)
        generated.append(first.select(first.softmax(first.output(h)[-1])))
    return generated
