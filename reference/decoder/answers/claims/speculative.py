"""Claims about speculative decoding: its text, and what a round of it yields."""

from collections.abc import Mapping, Sequence

from grader.keys.registry import claim
from reference.decoder import generation
from reference.decoder.answers import speculation
from reference.decoder.answers.trials import prompts, small_model


@claim
def speculative_text(seed: int) -> bool:
    """Rounds with draft models, one that often agrees and one that hardly does, and the target.

    Is the text of the rounds that of the target alone?
    """
    target, prompt = small_model(seed), prompts(seed)[0]
    alone = generation.generate(prompt, target.stages(), 8, None, 16)
    drafts = speculation.perturbed(seed, 0.2), small_model(seed + 50)
    texts = [speculation.in_rounds(target, d, prompt, count=8, drafted=2)[0] for d in drafts]
    return all(text == alone for text in texts)


@claim
def round_yields(
    seed: int, *, drafted: Sequence[int] = (8, 3, 5, 2, 6), own: Sequence[int] = (8, 3, 9, 2, 7, 1)
) -> Mapping[str, float]:
    """How many tokens a round adds to the text, the target's own one included."""
    count = speculation.agreed(drafted, own)
    return {
        "answer": len(own[: count + 1]),
        "speculative.no_correction": count,
        "speculative.accepts_all": len(drafted),
        "speculative.accepts_after_a_mismatch": sum(
            one == other for one, other in zip(drafted, own, strict=False)
        )
        + 1,
        "speculative.one_token_a_round": 1,
    }


@claim
def speculative_promises(seed: int) -> Mapping[str, bool]:
    """Rounds of three drafted tokens: what the target's passes yield, with two draft models.

    one: Each pass of the target adds one token or more, and four if all drafted ones agree.
    worse: With the draft model that agrees less, some token of the text is another one.
    full: Each pass of the target adds four tokens.
    weights: The target's weights are others after the rounds.
    """
    target, prompt = small_model(seed), prompts(seed)[0]
    before = [each.clone() for each in target.parameters()]
    drafts = target, speculation.perturbed(seed, 0.2), small_model(seed + 50)
    rounds = [speculation.in_rounds(target, d, prompt, count=8, drafted=3) for d in drafts]
    of_itself, *of_others = [gains for _, gains in rounds]
    return {
        "one": set(of_itself) == {4} and all(gain >= 1 for gains in of_others for gain in gains),
        "worse": any(text != rounds[0][0] for text, _ in rounds),
        "full": all(set(gains) == {4} for _, gains in rounds),
        "weights": any((a != b).any() for a, b in zip(before, target.parameters(), strict=True)),
    }
