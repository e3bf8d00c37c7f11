"""Claims about training by next-token prediction; the small models are really trained."""

import math
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional

from grader.keys.procedure import same
from grader.keys.registry import claim, prints
from reference.decoder import generation
from reference.decoder.answers.claims.small_training import (
    TwoSuccessors,
    train,
    untrained_model,
)
from reference.decoder.answers.trials import replaced, run, small_model, wrong
from reference.decoder.model import DecoderModel, ModelConfig

CONFIG = ModelConfig(
    vocabulary_size=8, context_length=16, width=16, n_heads=2, n_layers=1, inner_width=32
)
BEST_LOSS = math.log(2)
SHOWN_STEPS = (0, 30, 60, 100)
PROMPTS = ([3, 7, 2], [5, 3, 2, 0])
SCORE = "sequence_log_probability."
Figures = list[Any]  # numbers, and lists of numbers


@claim
def loss_at_the_start(seed: int, *, vocabulary: int = 50) -> Mapping[str, float]:
    """The loss of logits that are all equal, on random targets."""
    targets = torch.randint(vocabulary, (40,), generator=torch.Generator().manual_seed(seed))
    logits = torch.zeros(40, vocabulary, dtype=torch.float64)
    certain = functional.one_hot(targets, vocabulary).double() * 1e9
    one = logits[:1], targets[:1]
    return {
        "answer": float(functional.cross_entropy(logits, targets)),
        SCORE + "log_base_two": -float(wrong(SCORE + "log_base_two")(*one)),
        "training.perplexity_is_loss": float(wrong(SCORE + "perplexity")(*one)),
        SCORE + "no_logarithm": float(wrong(SCORE + "no_logarithm")(*one)),
        "training.loss_counts_from_zero": float(functional.cross_entropy(certain, targets)),
    }


@claim
def mean_loss_of_three(
    seed: int, *, chances: Sequence[float] = (1 / 2, 1 / 4, 1 / 8)
) -> Mapping[str, float]:
    """The mean cross-entropy of logits that give the true tokens these probabilities."""
    true = torch.tensor(chances, dtype=torch.float64)
    logits, tokens = torch.stack([true, 1 - true], dim=-1).log(), torch.tensor([0] * len(chances))
    return {
        "answer": float(functional.cross_entropy(logits, tokens)),
        "training.sums_loss": float(functional.cross_entropy(logits, tokens, reduction="sum")),
        "training.log_of_mean": -math.log(float(true.mean())),
        SCORE + "log_base_two": -float(wrong(SCORE + "log_base_two")(logits, tokens))
        / len(chances),
    }


@prints(lambda text, **_: {"input": list(text[:-1])})
@claim
def targets(seed: int, *, text: Sequence[int] = (7, 3, 9, 0), eos: int = 0) -> Mapping[str, bool]:
    """A model learns the text with the targets of each option: does it then generate the text?

    shifted: A model that learns the targets 3 9 0 generates the text.
    same: A model that learns the targets 7 3 9, the input itself, generates the text.
    back: A model that learns the targets 0 7 3 generates the text.
    end: A model that learns the targets 0 0 0 generates the text.
    """
    if text[-1] != eos:
        raise ValueError(f"the text {list(text)} does not end with EOS, {eos}")
    options = {"shifted": [3, 9, 0], "same": [7, 3, 9], "back": [0, 7, 3], "end": [0, 0, 0]}
    sizes = replace(CONFIG, vocabulary_size=10)
    learned = {}
    for option, wanted in options.items():
        model = untrained_model(sizes, seed)
        batch = torch.tensor([list(text[:-1])]), torch.tensor([wanted])
        train(model, [batch] * 40)
        learned[option] = run(generation.generate, model.stages(), text[:1], tokens=3).tokens
    return {option: tokens == list(text[1:]) for option, tokens in learned.items()}


@claim
def one_pass(seed: int) -> bool:
    """Each row of one pass over a text is compared with the last row of a pass over its prefix."""
    model = small_model(seed)
    ids = torch.randint(11, (1, 9), generator=torch.Generator().manual_seed(seed))
    at_once = model(ids)[0]
    return all(same(at_once[end - 1], model(ids[:, :end])[0, -1]) for end in range(1, 10))


@claim
def true_tokens_as_input(seed: int) -> Mapping[str, bool]:
    """One training step on a text that goes on otherwise than the model guesses after "the".

    Its loss is compared with the loss of "cat" and "sat" in passes over one prefix at a time, in
    which the position after "the" holds what the option says.

    cat: The loss of the step is that of passes that read the text's own token at the next position.
    dog: The loss of the step is that of passes that read the token which the model prefers there.
    mixture: The loss of the step is that of passes that read the mean of both embeddings there.
    gap: The loss of the step is that of passes that read nothing there.
    """
    model = untrained_model(CONFIG, seed)
    the, sat = 3, 5
    first = model(torch.tensor([[the]]))[0, -1].log_softmax(-1)
    guess = int(first.argmax())
    cat = (guess + 1) % CONFIG.vocabulary_size
    tokens = model.token_embedding
    seconds = {
        "cat": _next_logits(model, torch.stack([tokens[the], tokens[cat]])),
        "dog": _next_logits(model, torch.stack([tokens[the], tokens[guess]])),
        "mixture": _next_logits(
            model, torch.stack([tokens[the], (tokens[cat] + tokens[guess]) / 2])
        ),
        "gap": _next_logits(model, tokens[[the]]),
    }
    text = torch.tensor([[the, cat, sat]])
    (loss,) = train(untrained_model(CONFIG, seed), [(text[:, :-1], text[:, 1:])])
    means = {
        option: -float(first[cat] + logits.log_softmax(-1)[sat]) / 2
        for option, logits in seconds.items()
    }
    return {option: math.isclose(mean, loss, rel_tol=1e-9) for option, mean in means.items()}


def _next_logits(model: DecoderModel, vectors: Tensor) -> Tensor:
    """The last logits after token vectors (T, d), which get their positions here."""
    hidden = vectors + model.position_embedding[: len(vectors)]
    for layer in model.stages().layers:
        hidden = layer(hidden)
    return model.output(hidden)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """What one sees of a small model after training: the evidence of the two diagnoses."""

    losses: tuple[float, ...]  # in training, at the steps of SHOWN_STEPS
    prefix_loss: float  # of the next token, on fresh texts of which only the prefix is given
    continuations: list[list[int]]  # greedy, of PROMPTS
    prompt_only: list[list[int]]  # the same by a loop that never feeds generated tokens
    sees_later: bool  # changing the last id changes earlier logits

    @property
    def beats_the_best(self) -> bool:
        return max(self.losses[-2:]) < 0.5 * BEST_LOSS


def _report(seed: int, fault: Literal["unshifted", "no mask", "high rate", "none"]) -> _Report:
    """Train a model on fresh random texts, with a fault in the program or without."""
    model, source = untrained_model(CONFIG, seed), TwoSuccessors(seed)
    unmasked = {"attention_weights": wrong("attention_weights.no_mask")}
    with replaced(**unmasked) if fault == "no mask" else nullcontext():
        batches = source.batches(SHOWN_STEPS[-1] + 1, shifted=fault != "unshifted")
        losses = train(model, batches, rate=0.5 if fault == "high rate" else 0.01)
        ids = torch.tensor([[3, 7, 2, 5], [3, 7, 2, 6]])
        first, second = model(ids)[:, :-1]
        loops = generation.generate, wrong("generate.prompt_only")
        texts, prompt_only = (
            [run(loop, model.stages(), prompt).tokens for prompt in PROMPTS] for loop in loops
        )
        return _Report(
            losses=tuple(losses[step] for step in SHOWN_STEPS),
            prefix_loss=_prefix_loss(model, source.texts(256)),
            continuations=texts,
            prompt_only=prompt_only,
            sees_later=not torch.allclose(first, second, atol=1e-4),
        )


def _prefix_loss(model: DecoderModel, texts: Tensor) -> float:
    """The mean loss of each next token, in passes over its prefix alone."""
    lengths = range(1, texts.shape[1])
    losses = [functional.cross_entropy(model(texts[:, :n])[:, -1], texts[:, n]) for n in lengths]
    return float(torch.stack(losses).mean())


def _repeats_prompt_end(texts: list[list[int]]) -> bool:
    return all(set(text) == {prompt[-1]} for prompt, text in zip(PROMPTS, texts, strict=True))


def _copies_printed(*, tokens: int, successors: int) -> Mapping[str, Figures]:
    """What the stem shows of the model without a shift."""
    report = _report(0, "unshifted")
    texts = [[*prompt, *text] for prompt, text in zip(PROMPTS, report.continuations, strict=True)]
    return {
        "best": [math.log(successors)],
        "steps": list(SHOWN_STEPS),
        "losses": list(report.losses),
        "texts": texts,
    }


@prints(_copies_printed)
@claim
def copies_last_token(
    seed: int, *, tokens: int = CONFIG.vocabulary_size, successors: int = 2
) -> Mapping[str, bool]:
    """A model is trained with each option's fault: does it show all that the stem shows?

    unshifted: A model that is trained on targets that are not shifted shows what the stem says.
    mask: A model without a causal mask shows what the stem says.
    prompt-only: A right model in a loop that feeds the prompt alone shows what the stem says.
    overfit: A right model in a right loop shows what the stem says, as it has learned its data.
    """

    if (tokens, successors) != (CONFIG.vocabulary_size, 2):
        raise ValueError("the texts have eight tokens, each with two successors")

    def shows(report: _Report, texts: list[list[int]]) -> bool:
        return report.beats_the_best and _repeats_prompt_end(texts) and not report.sees_later

    right, no_mask = _report(seed, "none"), _report(seed, "no mask")
    unshifted = _report(seed, "unshifted")
    return {
        "unshifted": shows(unshifted, unshifted.continuations),
        "mask": shows(no_mask, no_mask.continuations),
        "prompt-only": shows(right, right.prompt_only),
        "overfit": shows(right, right.continuations),  # the option blames no part of the program
    }


def _too_good_printed(*, tokens: int) -> Mapping[str, Figures]:
    """What the stem shows of the model without a mask."""
    report = _report(1, "no mask")
    return {
        "best": [BEST_LOSS],
        "steps": list(SHOWN_STEPS),
        "losses": list(report.losses),
        "prefix_loss": [report.prefix_loss],
        "text": [*PROMPTS[0], *report.continuations[0]],
    }


@prints(_too_good_printed)
@claim
def too_good_to_be_true(seed: int, *, tokens: int = CONFIG.vocabulary_size) -> Mapping[str, bool]:
    """A model is trained with each option's fault: does it show all that the stem shows?

    mask: A model that is trained without a causal mask shows what the stem says.
    unshifted: A model that is trained on targets that are not shifted shows what the stem says.
    rate: A model that is trained with a learning rate fifty times as high shows what the stem says.
    overfit: A right model shows what the stem says, as it has learned its data.
    """

    if tokens != CONFIG.vocabulary_size:
        raise ValueError("the texts have eight tokens")

    def shows(report: _Report) -> bool:
        guesses = report.prefix_loss > 2 * BEST_LOSS
        return report.beats_the_best and guesses and not _repeats_prompt_end(report.continuations)

    return {
        "mask": shows(_report(seed, "no mask")),
        "unshifted": shows(_report(seed, "unshifted")),
        "rate": shows(_report(seed, "high rate")),
        "overfit": shows(_report(seed, "none")),  # the option blames no part of the program
    }


@claim
def why_mask_in_training(seed: int) -> bool:
    """What the model answer says, on a model trained without the mask and a right one.

    Trained without it, a model is too good in training and poor on prefixes; in a model of two
    layers the rows before the last one change if the mask is left out.
    """
    bare, right = _report(seed, "no mask"), _report(seed, "none")
    copies = bare.beats_the_best and not right.beats_the_best
    fails = bare.prefix_loss > 2 * BEST_LOSS > right.prefix_loss
    model, ids = small_model(seed), torch.tensor([[3, 1, 4, 1, 5]])
    masked = model(ids)
    with replaced(attention_weights=wrong("attention_weights.no_mask")):
        unmasked = model(ids)
    return copies and fails and not same(masked[:, -1], unmasked[:, -1])
