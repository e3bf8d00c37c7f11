"""Claims about loops whose step input is wrong."""

from collections.abc import Mapping
from itertools import pairwise, product

import torch

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder import generation, selection, softmax
from reference.decoder.answers.trials import drawing, forcing, prompts, run, small_model, wrong


@claim
def prompt_only_greedy(seed: int) -> Mapping[str, bool]:
    """The prompt-only loop and a right one, greedy, with some models and prompts."""
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
def prompt_only_sampling(seed: int) -> Mapping[str, bool]:
    """The prompt-only loop with draws: its tokens, and the distribution of every step."""
    stages = drawing(small_model(seed).stages(), seed)
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


@claim
def three_in_a_row(seed: int) -> float:
    """How often three tokens come out equal if each is drawn at ten evenly spaced numbers."""
    logits = torch.tensor([0.6, 0.4], dtype=torch.float64).log()
    draws = [(2 * step + 1) / 20 for step in range(10)]
    hits = 0
    for numbers in product(draws, repeat=3):
        script = iter(numbers)
        stages = generation.Stages(
            embed=lambda ids: torch.zeros(len(ids), 1),
            layers=(),
            output=lambda hidden: logits.expand(len(hidden), 2),
            softmax=softmax.softmax,
            select=lambda p, script=script: selection.select_token(p, next(script)),  # type: ignore[misc]
        )
        hits += wrong("generate.prompt_only")([seed, 1], stages, 3, None, 8) == [0, 0, 0]
    return hits / len(draws) ** 3


@claim
def newest_token_only(seed: int) -> Mapping[str, bool]:
    """A loop that feeds the newest token alone, for more steps than there are ids."""
    programs, faulty, error = _programs(seed), [], False
    for program in programs:
        try:
            faulty.append(run(wrong("generate.last_only"), *program, tokens=14).tokens)
        except (ValueError, IndexError, RuntimeError):
            error = True
    right = [run(generation.generate, *program, tokens=6).tokens for program in programs]
    return {
        "cycle": all(_follows_from_the_one_before(tokens) for tokens in faulty),
        "normal": [tokens[:6] for tokens in faulty] == right,
        "constant": all(len(set(tokens)) == 1 for tokens in faulty),
        "error": error,
    }


def _follows_from_the_one_before(tokens: list[int]) -> bool:
    """Whether equal tokens always have equal successors: then the text is a cycle in the end."""
    return len(set(pairwise(tokens))) == len(set(tokens[:-1]))


@claim
def first_window(seed: int) -> Mapping[str, bool]:
    """A window of 8 that keeps the first ids, a prompt of 5, draws: the step of the last change."""
    stages = drawing(small_model(seed).stages(), seed)
    seen = run(wrong("generate.crop_first"), stages, range(5), tokens=12, context_length=8)
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
def one_new_token(seed: int) -> bool:
    """The prompt-only loop and a right one give the same first token."""
    stages = small_model(seed).stages()
    return all(
        wrong("generate.prompt_only")(text, stages, 1, None, 16)
        == generation.generate(text, stages, 1, None, 16)
        for text in prompts(seed)
    )


@claim
def repetition_as_proof(seed: int) -> bool:
    """Whether no right program of sixty repeats one token for five steps."""
    return not any(right_programs_that_repeat(seed))


def right_programs_that_repeat(seed: int) -> list[bool]:
    """For sixty right programs with random weights: does each repeat one token?"""
    programs = [(small_model(60 * seed + n).stages(), prompts(n)[0]) for n in range(60)]
    return [len(set(generation.generate(p, s, 5, None, 16))) == 1 for s, p in programs]


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
