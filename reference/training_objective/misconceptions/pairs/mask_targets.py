"""The mask of the targets in parts: where it begins and ends, in which rows, and how it is marked.

B batch, T time.
"""

from collections.abc import Callable, Sequence

import numpy as np

from grader.subject.composition import Composition, Parts, as_is
from reference.training_objective.targets import Ids


def in_parts(
    part: Parts,
    targets: Ids,
    prompt_lengths: Sequence[int],
    lengths: Sequence[int],
    ignore_index: int,
) -> Ids:
    prompts, ends = (part["rows"](np.array(n)[:, None]) for n in (prompt_lengths, lengths))
    places = np.arange(targets.shape[1]) + 1  # of the target tokens in their sequences
    is_answer = part["after"](places, prompts, targets, ends)
    is_text = part["before"](places, ends, targets, prompts)
    return np.where(is_answer & is_text, targets, part["mark"](ignore_index))


def _from(first: Callable[[Ids], Ids]) -> Parts:
    return {"after": lambda places, prompts, targets, ends: places >= first(prompts)}


def _until(end: Callable[[Ids, Ids], Ids]) -> Parts:
    return {"before": lambda places, ends, targets, prompts: places < end(ends, prompts)}


def _behind_padding(places: Ids, prompts: Ids, targets: Ids, ends: Ids) -> Ids:
    is_answer: Ids = places >= targets.shape[1] + 1 - ends + prompts
    return is_answer


def _all(places: Ids, *_: Ids) -> Ids:
    return np.ones_like(places, dtype=bool)


COMPOSITION = Composition(
    in_parts,
    right={
        "rows": as_is,
        **_from(lambda prompts: prompts),
        **_until(lambda ends, prompts: ends),
        "mark": as_is,
    },
    wrong={
        "prompt_counts": _from(lambda prompts: 0 * prompts),
        "padding_counts": {"before": _all},
        "ignores_the_first_answer": _from(lambda prompts: prompts + 1),
        "last_of_the_prompt_counts": _from(lambda prompts: prompts - 1),
        "first_padding_counts": _until(lambda ends, prompts: ends + 1),
        "ignores_the_last_token": _until(lambda ends, prompts: ends - 1),
        "zero_is_padding": {"before": lambda places, ends, targets, prompts: targets != 0},
        "always_minus_hundred": {"mark": lambda ignore_index: -100},
        "marks_by_zero": {"mark": lambda ignore_index: 0},
        "first_row_for_all": {"rows": lambda lengths: np.full_like(lengths, lengths[0, 0])},
        "prompt_alone_counts": {
            **_from(lambda prompts: 0 * prompts),
            **_until(lambda ends, prompts: prompts),
        },
        "length_without_prompt": _until(lambda ends, prompts: ends + prompts),
        "pads_on_the_left": {"after": _behind_padding, "before": _all},
    },
)
