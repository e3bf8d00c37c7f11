# Asks the grader, by the way that inner stages are answered, for the very stage that is checked,
# and for stages around it.
# verdict: fails
# stage: softmax attention_weights
# with: serving.py
# clean: not there to be called|did not answer
from serving import ask


def softmax(logits):
    return ask("softmax", [logits.copy()])


def attention_weights(queries, keys):
    try:
        return ask("attention_weights", [queries, keys])
    except Exception as refused:
        raise RuntimeError(f"{refused}") from None
