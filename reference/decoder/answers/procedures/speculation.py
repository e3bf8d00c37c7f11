"""The procedure of one round of speculative decoding, with greedy selection.

Events: draft score compare accept correct; only of a mistaken program: accept_all score_each.
"""

from typing import Any

import torch

from grader.keys.procedure import Procedure, State
from reference.decoder import generation, selection, softmax
from reference.decoder.answers import speculation, trials

DRAFTED = 4
NOISES = [0.1 * number for number in range(1, 30)]


def _start(seed: int) -> State:
    """A draft model that agrees with the target in some of its tokens, and not in all."""
    target, prompt = trials.small_model(seed), [3, 1, 4, 1]
    for noise in NOISES:
        draft = speculation.perturbed(seed, noise)
        drafted = speculation.proposed(draft, prompt, DRAFTED)
        own = speculation.own_tokens(target, prompt, drafted)
        if 0 < speculation.agreed(drafted, own) < DRAFTED:
            break
    return {"target": target, "draft": draft, "text": prompt, "passes": 0}


def _draft(state: State) -> None:
    state["drafted"] = speculation.proposed(state["draft"], state["text"], DRAFTED)


def _score(state: State) -> None:
    ids = [*state["text"], *state["drafted"]]
    state["logits"] = state["target"](torch.tensor([ids]))[0, len(state["text"]) - 1 :]
    state["passes"] += 1


def _score_each(state: State) -> None:
    state["passes"] += len(state["drafted"])


def _compare(state: State) -> None:
    own = [selection.select_token(softmax.softmax(row)) for row in state["logits"]]
    count = speculation.agreed(state["drafted"], own)
    state["accepted"], state["correction"] = state["drafted"][:count], own[count]


def _accept(state: State) -> None:
    state["text"] = [*state["text"], *state["accepted"]]


def _accept_all(state: State) -> None:
    state["text"] = [*state["text"], *state["drafted"]]


def _correct(state: State) -> None:
    state["text"] = [*state["text"], state["correction"]]


def _expected(state: State) -> Any:
    """The target alone, as far as the draft model goes with it and one token further; one pass."""
    prompt = state["text"]
    alone = generation.generate(prompt, state["target"].stages(), DRAFTED + 1, None, 16)
    drafted = speculation.proposed(state["draft"], prompt, DRAFTED)
    return [*prompt, *alone[: speculation.agreed(drafted, alone) + 1]], 1


SPECULATIVE_ROUND = Procedure(
    name="speculative_round",
    says="A round with a draft model; the text is that of the target alone, after one pass of it.",
    start=_start,
    events={
        "draft": _draft,
        "score": _score,
        "compare": _compare,
        "accept": _accept,
        "correct": _correct,
        "accept_all": _accept_all,
        "score_each": _score_each,
    },
    expected=_expected,
    result=lambda s: (s["text"], s["passes"]),
)
