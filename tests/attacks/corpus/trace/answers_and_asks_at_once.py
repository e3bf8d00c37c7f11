# Sends its answer, and then calls of stages that arrive when the next generation is judged.
# verdict: fails
# stage: generate
# with: serving.py
# loses: stage_order returned_tokens eos_ends whole_flow
from serving import request_id, send, wire


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    send(wire.encode(wire.Value(id=request_id(), value=[1, 2], arguments=[prompt])))
    for number in range(100, 110):
        send(wire.encode(wire.Ask(id=number, name="stages.embed", arguments=[prompt])))
    return [1, 2]
