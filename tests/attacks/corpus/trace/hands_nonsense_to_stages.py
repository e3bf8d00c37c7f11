# Hands the stages what is no array of theirs: NaN, other dtypes and shapes, ragged and deep lists,
# text, dicts, nothing, two arguments.
# verdict: fails
# stage: generate
# loses: stage_order step_inputs full_window returned_tokens eos_ends eos_in_the_prompt whole_flow
# variants: not_a_number integers booleans half scalars empty no_rows ragged deep text dicts none
# variants: two_arguments no_arguments huge_ids negative_ids float_ids text_ids strange_axes
# variants: mixed_rows ragged_arrays
import numpy as np

VARIANT = "not_a_number"


def deep(depth):
    return [deep(depth - 1)] if depth else []


NONSENSE = {
    "not_a_number": [np.full((3, 24), np.nan, np.float32)],
    "integers": [np.ones((3, 24), np.int64)],
    "booleans": [np.ones((3, 24), bool)],
    "half": [np.ones((3, 24), np.float16)],
    "scalars": [np.float32(1)],
    "empty": [np.ones((0,), np.float32)],
    "no_rows": [np.ones((0, 24), np.float32)],
    "ragged": [[[1], [2, 3]]],
    "mixed_rows": [[[1, 2], 3]],
    "ragged_arrays": [[np.ones(2), np.ones(3)]],
    "deep": [deep(150)],
    "text": ["\x1b[2J"],
    "dicts": [{"a": np.ones(3), "\x1b[2J": [1]}],
    "none": [None],
    "two_arguments": [[1, 2], [3]],
    "no_arguments": [],
    "huge_ids": [[2**63, 1]],
    "negative_ids": [[-1, -37]],
    "float_ids": [[1.0, float("nan")]],
    "text_ids": [["1", b"2".decode()]],
    "strange_axes": [np.ones((1, 1, 1, 3, 24), np.float32)],
}


def generate(prompt, stages, max_new_tokens, eos_id, context_length):
    stages.embed(prompt)
    calls = (stages.embed, *stages.layers, stages.output, stages.softmax, stages.select)
    for _ in range(2):
        for call in calls:
            try:
                call(*NONSENSE[VARIANT])
            except Exception as refused:
                print(type(refused).__name__)
    return []
