# Keeps every input that it sees, and raises them when a later stage is checked in the open.
# verdict: fails
# stage: layer_norm attention_weights
kept = []


def layer_norm(x, gain, bias, eps):
    kept.append(x.ravel()[:40].tolist())
    return x


def softmax(logits):
    kept.append(logits.ravel()[:40].tolist())
    return logits


def attention_weights(queries, keys):
    raise ValueError(f"KEPT {kept[-1]} {kept}")
