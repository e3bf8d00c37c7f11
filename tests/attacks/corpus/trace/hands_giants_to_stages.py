# Hands the stages arrays far larger than any step input: the grader would compute on them.
# verdict: fails
# stage: generate
# loses: stage_order returned_tokens eos_ends
# printed: TAKEN \[\]
import numpy as np

GIANTS = {
    "layers": lambda stages: stages.layers[0](np.ones((1500, 24), np.float32)),
    "output": lambda stages: stages.output(np.ones((100_000, 24), np.float32)),
    "softmax": lambda stages: stages.softmax(np.ones(2_000_000, np.float32)),
    "select": lambda stages: stages.select(np.ones(2_000_000, np.float32)),
    "embed": lambda stages: stages.embed(np.zeros(1_000_000, np.int64)),
    # As lists these would be 67 million rows.
    "embed_empty_rows": lambda stages: stages.embed(np.zeros((1 << 26, 0), np.int64)),
    "embed_short_rows": lambda stages: stages.embed(np.zeros((1 << 26, 1), np.int8)),
}


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    taken = []
    for name, call in GIANTS.items():
        try:
            call(stages)
        except Exception:
            continue
        taken.append(name)
    print(f"TAKEN {taken}")
    return []
