"""The generation loop."""


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    ids, first = list(prompt), len(prompt)
    while len(ids) < first + max_new_tokens and (len(ids) == first or ids[-1] != eos_id):
        hidden = stages.embed(ids[max(0, len(ids) - context_length) :])
        for layer in stages.layers:
            hidden = layer(hidden)
        logits = stages.output(hidden)
        ids.append(stages.select(stages.softmax(logits[len(logits) - 1])))
    return ids[first:]
