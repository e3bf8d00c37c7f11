# Keeps a little more memory in each call of each function.
# verdict: fails
# stage: softmax layer_norm embed
# clean: more memory than is allowed|is wrong|are wrong|ha(s|ve) shape|wrong shape
held = []


def softmax(logits):
    held.append(bytearray(200 << 20))
    return logits


def layer_norm(x, gain, bias, eps):
    return softmax(x)


def embed(token_ids, token_embedding, position_embedding):
    return softmax(token_embedding)
