# Keeps every input that it sees, and prints them when a later stage is checked in the open.
# verdict: fails
# stage: attention_weights
kept = []


def softmax(logits):
    kept.append(logits.tolist())
    return logits


def attention_weights(queries, keys):
    print("KEPT", kept)
    return queries


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    print("KEPT", kept)
    return []
