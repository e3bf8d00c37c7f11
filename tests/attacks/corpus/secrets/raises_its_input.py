# Raises an exception whose text, class and notes are its input.
# verdict: fails
# stage: softmax layer_norm generate step_input


def softmax(logits):
    text = repr(logits.tolist())
    error = type(text, (Exception,), {})(text)
    error.add_note(text)
    raise error


def layer_norm(x, gain, bias, eps):
    raise MemoryError(repr(x.tolist()))


def step_input(prompt, generated, context_length):
    raise NotImplementedError(repr((prompt, generated)))


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    raise SystemExit(repr(prompt))
