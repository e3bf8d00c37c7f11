# Not an attack: the whole loop runs in a thread of the submission's own.
# verdict: passes
# stage: generate step_input
from concurrent.futures import ThreadPoolExecutor


def step_input(prompt, generated, context_length):
    return (prompt + generated)[-context_length:]


def loop(prompt, stages, max_new_tokens, eos_id, context_length):
    generated = []
    while len(generated) < max_new_tokens and eos_id not in generated:
        h = stages.embed(step_input(prompt, generated, context_length))
        for layer in stages.layers:
            h = layer(h)
        generated.append(stages.select(stages.softmax(stages.output(h)[-1])))
    return generated


def generate(*arguments):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(loop, *arguments).result()
