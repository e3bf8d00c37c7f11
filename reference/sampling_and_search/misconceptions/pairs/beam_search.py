"""A beam search in parts: where it starts, what the model reads, where it ends, what comes back.

Which of the beams is the result is no part: one place among a few is too little to tell a second
idea from chance, above all where the search went wrong before.
"""

from collections.abc import Sequence

import numpy as np

from grader.subject.composition import Composition, Parts, as_is
from reference.sampling_and_search.beams import (
    SearchStages,
    beam_step,
    best_beam,
    continued,
)

Beams = list[list[int]]


def in_parts(
    part: Parts,
    prompt: Sequence[int],
    stages: SearchStages,
    n_beams: int,
    max_new_tokens: int,
    eos_id: int,
    alpha: float,
) -> list[int]:
    width = part["width"](n_beams)
    beams: Beams = part["start"](width)
    scores, finished = np.zeros(len(beams)), np.zeros(len(beams), dtype=bool)
    for _ in range(part["budget"](max_new_tokens)):
        is_asked = part["asked"](~np.array(finished, dtype=bool))
        asked = [beam for beam, is_one in zip(beams, is_asked, strict=True) if is_one]
        rows = np.asarray(stages.log_probs([part["reads"](prompt, beam) for beam in asked]))
        log_probs = np.zeros((len(beams), rows.shape[1]))
        log_probs[is_asked] = rows
        before = finished
        parents, tokens, scores, finished = beam_step(scores, log_probs, finished, width, eos_id)
        beams = continued(beams, parents, tokens, before)
        if part["ends"](finished):
            break
    best = beams[best_beam(beams, scores, alpha)]
    return list(part["result"](part["end"](best, eos_id), prompt))


COMPOSITION = Composition(
    in_parts,
    right={
        "width": as_is,
        "start": lambda n_beams: [[]],
        "budget": as_is,
        "asked": as_is,
        "reads": lambda prompt, beam: [*prompt, *beam],
        "ends": np.all,
        "end": as_is,
        "result": as_is,
    },
    wrong={
        "prompt_only": {"reads": lambda prompt, beam: list(prompt)},
        "prompt_is_lost": {"reads": lambda prompt, beam: beam or list(prompt)},
        # Copies stay equal, and all of them are finished at once.
        "starts_with_copies": {
            "start": lambda n_beams: [[] for _ in range(n_beams)],
            "ends": np.all,
            "asked": as_is,
        },
        "ends_with_the_first": {"ends": np.any, "asked": as_is},
        "ends_with_the_best": {"ends": lambda finished: finished[0], "asked": as_is},
        "returns_the_prompt": {"result": lambda tokens, prompt: [*prompt, *tokens]},
        "without_eos": {
            "end": lambda tokens, eos_id: tokens[:-1] if tokens[-1:] == [eos_id] else tokens
        },
        "asks_for_finished_ones": {"asked": np.ones_like},
        "one_step_more": {"budget": lambda asked: asked + 1},
        # Of one beam there is no other to start with, to end before or to ask for.
        "greedy": {
            "width": lambda n_beams: 1,
            "start": lambda n_beams: [[]],
            "ends": np.all,
            "asked": as_is,
        },
    },
)
