"""Claims about loops whose step input is wrong."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product

import torch
from torch import Tensor

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import distribution, generation, selection, softmax
from reference.decoder.answers.trials import (
    Run,
    drawing,
    forcing,
    prompts,
    run,
    small_model,
    wrong,
)


@claim
def prompt_only_greedy(seed: int) -> Mapping[str, bool]:
    """The prompt-only loop and a right one, greedy, with some models and prompts.

    repeats: All tokens of each run of the prompt-only loop are equal.
    normal: The prompt-only loop gives the tokens of the right one.
    random: All tokens of each run of the prompt-only loop differ from each other.
    prompt: The prompt-only loop gives the tokens of its prompt in their order.
    """
    programs = _programs(seed)
    texts = [text for _, text in programs]
    faulty = [run(wrong("generate.prompt_only"), *program).tokens for program in programs]
    right = [run(generation.generate, *program).tokens for program in programs]
    return {
        "repeats": all(len(set(tokens)) == 1 for tokens in faulty),
        "normal": faulty == right,
        "random": all(len(set(tokens)) == len(tokens) for tokens in faulty),
        "prompt": all(tokens[: len(x)] == x for tokens, x in zip(faulty, texts, strict=True)),
    }


def _programs(seed: int) -> list[tuple[generation.Stages, list[int]]]:
    """Stages and a prompt, of several models: one of them may repeat itself on any prompt."""
    models = (small_model(seed + 100 * number).stages() for number in range(3))
    return [(stages, text) for stages in models for text in prompts(seed, 2)]


@claim
def prompt_only_sampling(seed: int, *, temperature: float = 1) -> Mapping[str, bool]:
    """The prompt-only loop with draws: its tokens, and the distribution of every step.

    independent: Some tokens of a run differ, and every step of a run has the same distribution.
    constant: All tokens of each run are equal.
    text: Some tokens of a run differ, and the distributions of its steps differ, too.
    uniform: Some tokens of a run differ, and each distribution gives all tokens the same
        probability.
    """
    stages = _drawing_at(temperature, small_model(seed).stages(), seed)
    runs = [run(wrong("generate.prompt_only"), stages, text, tokens=12) for text in prompts(seed)]
    fixed = all(same(r.distributions[0], each) for r in runs for each in r.distributions)
    vary = any(len(set(r.tokens)) > 1 for r in runs)
    uniform = all(same(r.distributions[0], torch.full((11,), 1 / 11).double()) for r in runs)
    return {
        "independent": vary and fixed,
        "constant": all(len(set(r.tokens)) == 1 for r in runs),
        "text": vary and not fixed,
        "uniform": vary and uniform,
    }


def _drawing_at(temperature: float, stages: generation.Stages, seed: int) -> generation.Stages:
    """The same stages, drawing at a temperature."""
    return replace(
        drawing(stages, seed), softmax=lambda logits: softmax.softmax(logits / temperature)
    )


@claim
def three_in_a_row(
    seed: int, *, temperature: float = 1, chance: float = 0.6
) -> Mapping[str, float]:
    """How often three tokens come out equal if each is drawn at ten evenly spaced numbers."""
    logits = torch.tensor([chance, 1 - chance], dtype=torch.float64).log()
    hot = distribution.next_token_distribution(logits[None], temperature, None, None)[0]
    share = [_share_of_three(hot.log(), each, seed) for each in (None, "always_argmax")]
    added = wrong("sequence_log_probability.adds_probabilities")(
        hot.log().expand(3, 2), torch.tensor([0, 0, 0])
    )
    return {
        "answer": share[0],
        "sampling.same_input_same_token": float(hot[0]),  # the first draw decides all three
        "select_token.always_argmax": share[1],
        "sequence_log_probability.adds_probabilities": math.exp(added),
    }


def _share_of_three(logits: Tensor, mistake: str | None, seed: int) -> float:
    """The share of draws in which the prompt-only loop gives token 0 three times."""
    select = wrong(f"select_token.{mistake}") if mistake else selection.select_token
    draws = [(2 * step + 1) / 20 for step in range(10)]
    hits = 0
    for numbers in product(draws, repeat=3):
        script = iter(numbers)
        stages = generation.Stages(
            embed=lambda ids: torch.zeros(len(ids), 1),
            layers=(),
            output=lambda hidden: logits.expand(len(hidden), 2),
            softmax=softmax.softmax,
            select=lambda p, script=script: select(p, next(script)),  # type: ignore[misc]
        )
        hits += wrong("generate.prompt_only")([seed, 1], stages, 3, None, 8) == [0, 0, 0]
    return hits / len(draws) ** 3


@claim
def newest_token_only(seed: int) -> Mapping[str, bool]:
    """A loop that feeds the newest token alone, for more steps than there are ids.

    cycle: After some token the text repeats a block for ever, and a step's distribution is that of
        its newest token alone, whatever came before.
    normal: The loop gives the tokens of the right one.
    constant: All tokens of each run are equal.
    error: A run ends with an error.
    """
    programs, runs, error = _programs(seed), [], False
    for program in programs:
        try:
            runs.append(run(wrong("generate.last_only"), *program, tokens=30))
        except (ValueError, IndexError, RuntimeError):
            error = True
    faulty = [seen.tokens for seen in runs]
    right = [run(generation.generate, *program, tokens=6).tokens for program in programs]
    return {
        "cycle": all(_is_cycle(seen.tokens) and _depends_on_newest(seen) for seen in runs),
        "normal": [tokens[:6] for tokens in faulty] == right,
        "constant": all(len(set(tokens)) == 1 for tokens in faulty),
        "error": error,
    }


def _is_cycle(tokens: list[int]) -> bool:
    """Whether a text repeats a block to its end, at least once."""
    half = len(tokens) // 2
    return any(tokens[half:] == tokens[half - n : -n] for n in range(1, half))


def _depends_on_newest(seen: Run) -> bool:
    """Whether steps with the same newest token have the same distribution, whatever came before."""
    first: dict[int, Tensor] = {}
    steps = zip(seen.tokens, seen.distributions[1:], strict=False)
    return all(same(first.setdefault(token, chances), chances) for token, chances in steps)


@claim
def first_window(
    seed: int, *, context_length: int = 8, prompt: int = 5, temperature: float = 1
) -> Mapping[str, bool]:
    """A window that keeps the first ids, a prompt, draws: the step of the last change.

    four: The last step whose distribution differs from the one before is step 4.
    one: No step has another distribution than step 1.
    eight: The last step whose distribution differs from the one before is step 8.
    never: The distribution still changes at the last of the steps.
    """
    stages = _drawing_at(temperature, small_model(seed).stages(), seed)
    seen = run(
        wrong("generate.crop_first"),
        stages,
        range(prompt),
        tokens=12,
        context_length=context_length,
    )
    changes = [
        number
        for number, (old, new) in enumerate(pairwise(seen.distributions), start=2)
        if not same(old, new)
    ]
    last_change = max(changes, default=1)
    return {
        "four": last_change == 4,
        "one": last_change == 1,
        "eight": last_change == 8,
        "never": last_change == len(seen.tokens),
    }


@claim
def one_new_token(seed: int, *, max_new_tokens: int = 1) -> bool:
    """The prompt-only loop and a right one give the same tokens, up to this many."""
    stages = small_model(seed).stages()
    return all(
        wrong("generate.prompt_only")(text, stages, max_new_tokens, None, 16)
        == generation.generate(text, stages, max_new_tokens, None, 16)
        for text in prompts(seed)
    )


@claim
def repetition_as_proof(seed: int, *, tokens: Sequence[int] = (15, 15, 15, 15, 15)) -> bool:
    """Whether no right program of sixty repeats one token for as long as the one of the stem."""
    if len(set(tokens)) > 1:
        raise ValueError("the tokens are not one that is repeated")
    return not any(right_programs_that_repeat(seed, len(tokens)))


def right_programs_that_repeat(seed: int, tokens: int = 5) -> list[bool]:
    """For sixty right programs with random weights: does each repeat one token?"""
    programs = [(small_model(60 * seed + n).stages(), prompts(n)[0]) for n in range(60)]
    return [len(set(generation.generate(p, s, tokens, None, 16))) == 1 for s, p in programs]


@claim
def attention_remembers(seed: int) -> bool:
    """The experiment of the model answer: with the prompt alone, no forced token is noticed."""
    model, prompt = small_model(seed), prompts(seed)[0]
    first, *later = (
        distribution
        for tokens in ([1, 0], [2, 0])
        for distribution in run(
            wrong("generate.prompt_only"), forcing(model.stages(), tokens), prompt, tokens=2
        ).distributions
    )
    return all(same(first, other) for other in later)
