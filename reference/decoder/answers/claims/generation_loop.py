"""Claims about the generation loop: what it reads, what it keeps, and when it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import torch

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import generation
from reference.decoder.answers.trials import Loop, forcing, prompts, run, small_model, wrong


@claim
def input_length(
    seed: int, *, prompt: int = 7, context_length: int = 10, step: int = 6
) -> Mapping[str, float]:
    """The ids that the embedding gets at this step, after a prompt, with room for so many."""

    def ids(loop: Loop, number: int = step) -> int:
        stages = small_model(seed, context_length=prompt + number).stages()
        seen = run(loop, stages, [1] * prompt, tokens=number, context_length=context_length)
        return len(seen.inputs[number - 1])

    mistakes = ("generate.no_crop", "generate.prompt_only", "generate.last_only")
    traps = {mistake: ids(wrong(mistake)) for mistake in mistakes}
    # As long as the input would be if it held the token of its own step, and was not cut.
    traps["generation.token_sees_itself"] = ids(wrong("generate.no_crop"), step + 1)
    return {"answer": ids(generation.generate), **traps}


@claim
def window_content(
    seed: int,
    *,
    prompt: Sequence[int] = (5, 9, 2),
    generated: Sequence[int] = (17, 4, 11),
    context_length: int = 4,
) -> Mapping[str, bool]:
    """The loop selects the generated ids after the prompt, and its next input is compared.

    last-four: The next step input is the last four ids, 2 17 4 11.
    first-four: The next step input is the first four ids, 5 9 2 17.
    swapped: The next step input is 11 5 9 2, the newest id before the prompt.
    pinned: The next step input is 5 17 4 11, the first id and the last three.
    three: The next step input is 17 4 11, the generated ids alone.
    """
    stages = forcing(small_model(seed, vocabulary_size=20).stages(), [*generated, 0])
    tokens = len(generated) + 1
    seen = run(generation.generate, stages, prompt, tokens=tokens, context_length=context_length)
    options = {
        "last-four": [2, 17, 4, 11],
        "first-four": [5, 9, 2, 17],
        "swapped": [11, 5, 9, 2],
        "pinned": [5, 17, 4, 11],
        "three": [17, 4, 11],
    }
    return {name: ids == seen.inputs[-1] for name, ids in options.items()}


@claim
def what_carries_over(seed: int) -> Mapping[str, bool]:
    """Two runs are made to select different first tokens; a new model gets the ids alone.

    tokens: The next step input holds the selected id, and a new model that gets those ids alone
        gives the same distribution; another id gives another.
    state: A new model that gets the ids alone gives another distribution.
    weights: The weights of the model that ran are other ones than those of a new model.
    distribution: The distribution of step 2 is that of step 1 times that of a new model,
        normalized.
    """
    model, fresh = small_model(seed), small_model(seed)
    prompt = prompts(seed)[0]
    one = run(generation.generate, forcing(model.stages(), [1, 0]), prompt, tokens=2)
    other = run(generation.generate, forcing(model.stages(), [2, 0]), prompt, tokens=2)
    from_ids = run(generation.generate, fresh.stages(), [*prompt, 1], tokens=1)
    first, second = one.distributions
    product = first * from_ids.distributions[0]
    return {
        "tokens": one.inputs[1] == [*prompt, 1]
        and same(second, from_ids.distributions[0])
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
    """A loop that always selects the least probable token, with all its calls recorded.

    same-weights: After the run the weights are those of a new model.
    longer: Each step input is one id longer than the last.
    improbable: The least probable token is selected each time, and ends the next step input.
    reselect: More tokens are selected than generated, or an earlier one is exchanged in a step
        input.
    state: A new model that gets the ids of a step alone gives another distribution than the step.
    """
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
