"""Claims about the generation loop: what it reads, what it keeps, and when it ends."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import torch

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import generation
from reference.decoder.answers.trials import forcing, prompts, run, small_model


@claim
def input_length(seed: int) -> int:
    """The ids that the embedding gets at step 6: a prompt of 7, and room for 10."""
    prompt = list(range(7))
    seen = run(generation.generate, small_model(seed).stages(), prompt, context_length=10)
    return len(seen.inputs[5])


@claim
def window_content(seed: int) -> Mapping[str, bool]:
    """The loop selects 17, 4 and 11 after the prompt 5, 9, 2, and its fourth input is compared."""
    stages = forcing(small_model(seed, vocabulary_size=20).stages(), [17, 4, 11, 0])
    seen = run(generation.generate, stages, [5, 9, 2], tokens=4, context_length=4)
    options = {
        "last-four": [2, 17, 4, 11],
        "first-four": [5, 9, 2, 17],
        "swapped": [11, 5, 9, 2],
        "pinned": [5, 17, 4, 11],
        "three": [17, 4, 11],
    }
    return {name: ids == seen.inputs[3] for name, ids in options.items()}


@claim
def what_carries_over(seed: int) -> Mapping[str, bool]:
    """Two runs are made to select different first tokens; a new model gets the ids alone."""
    model, fresh = small_model(seed), small_model(seed)
    prompt = prompts(seed)[0]
    one = run(generation.generate, forcing(model.stages(), [1, 0]), prompt, tokens=2)
    other = run(generation.generate, forcing(model.stages(), [2, 0]), prompt, tokens=2)
    from_ids = run(generation.generate, fresh.stages(), [*prompt, 1], tokens=1)
    first, second = one.distributions
    product = first * from_ids.distributions[0]
    return {
        "tokens": same(second, from_ids.distributions[0])
        and not same(second, other.distributions[1]),
        "state": not same(second, from_ids.distributions[0]),
        "weights": not _same_weights(model, fresh),
        "distribution": same(second, product / product.sum()),
    }


@claim
def eos_in_prompt(seed: int) -> bool:
    """Prompts with EOS at the start, within and at the end; each must yield a token."""
    stages = small_model(seed).stages()
    texts = [[0, *prompt] for prompt in prompts(seed)]
    texts += [[5, 0, 8], [*prompts(seed)[0], 0]]
    return all(generation.generate(text, stages, 3, 0, 16) for text in texts)


@claim
def true_of_every_step(seed: int) -> Mapping[str, bool]:
    """A loop that always selects the least probable token, with all its calls recorded."""
    model, fresh = small_model(seed), small_model(seed)
    stages = replace(model.stages(), select=lambda p: int(p.argmin()))
    prompt = prompts(seed)[0]
    seen = run(generation.generate, stages, prompt)
    inputs = seen.inputs
    alone = [
        run(generation.generate, fresh.stages(), ids, tokens=1).distributions[0] for ids in inputs
    ]
    return {
        "same-weights": _same_weights(model, fresh),
        "longer": [len(ids) for ids in inputs] == [len(prompt) + i for i in range(6)],
        "improbable": [ids[-1] for ids in inputs[1:]] == seen.tokens[:-1],
        "reselect": len(seen.of("select")) > len(seen.tokens)
        or any(longer[:-1] != shorter for shorter, longer in pairwise(inputs)),
        "state": not all(map(same, alone, seen.distributions)),
    }


def _same_weights(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return all(torch.equal(mine, theirs) for mine, theirs in pairs)
