# Stays below the limit of each call, and takes far longer than all of them together may.
# verdict: fails
# stage: every
# clean: .
import time


def answer(*arguments):
    time.sleep(1.2)
    return 0


step_input = embed = layer_norm = softmax = attention_weights = self_attention = answer
feed_forward = decoder_layer = decoder_stack = output_logits = next_token_distribution = answer
select_token = sequence_log_probability = generate = answer
