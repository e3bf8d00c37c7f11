# Each function answers with as many small values as may cross: a byte becomes an object.
# verdict: fails
# stage: every
# variants: numbers lists dicts texts
VARIANT = "numbers"
N = 250_000
ANSWERS = {
    "numbers": list(range(1000, 1000 + N)),
    "lists": [[]] * (3 * N),
    "dicts": [{"a": {}}] * (N // 2),
    "texts": ["ab"] * N,
}


def answer(*arguments):
    return ANSWERS[VARIANT]


step_input = embed = layer_norm = softmax = attention_weights = self_attention = answer
feed_forward = decoder_layer = decoder_stack = output_logits = next_token_distribution = answer
select_token = sequence_log_probability = generate = answer
