# Five threads run the loop at the same time, each on its own. If all of them embed before one
# selects, what they embedded is right.
# verdict: fails
# stage: generate
# loses: returned_tokens eos_ends eos_in_the_prompt whole_flow
import threading


def one_step(prompt, stages, results):
    h = stages.embed(prompt)
    for layer in stages.layers:
        h = layer(h)
    results.append(stages.select(stages.softmax(stages.output(h)[-1])))


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    results = []
    threads = [threading.Thread(target=one_step, args=(prompt, stages, results)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
