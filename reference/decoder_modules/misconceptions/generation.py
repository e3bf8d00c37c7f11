"""What people get wrong about generation as a method."""

from typing import Any

import torch
from torch import Tensor

from grader.subject.misconception import misconception
from reference.decoder_modules.generation import SelectStage, generate


def _window(model: Any, token_ids: Tensor) -> Tensor:
    return token_ids[:, -model.config["n_positions"] :]


def _joined(token_ids: Tensor, chosen: Any) -> Tensor:
    return torch.cat([token_ids, torch.as_tensor(chosen).unsqueeze(1)], dim=1)


@misconception(
    replaces=generate,
    says="I generate in whatever mode the model is.",
    hint="What does dropout do to a model that was trained a moment ago?",
    differs_only="in training mode",
)
def in_training_mode(
    model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int
) -> Tensor:
    for _ in range(max_new_tokens):
        logits = model(_window(model, token_ids))
        token_ids = _joined(token_ids, stages.select(logits[:, -1]))
    return token_ids


@misconception(
    replaces=generate,
    says="I call self.train() before I generate.",
    hint="In which mode is nothing dropped?",
)
def switches_to_training(
    model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int
) -> Tensor:
    model.train()
    return in_training_mode(model, token_ids, stages, max_new_tokens)


@misconception(
    replaces=generate,
    says="I feed the prompt at each step.",
    hint="What does the model know of the token that was chosen before?",
)
def prompt_alone(model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int) -> Tensor:
    model.eval()
    found = token_ids
    for _ in range(max_new_tokens):
        logits = model(_window(model, token_ids))
        found = _joined(found, stages.select(logits[:, -1]))
    return found


@misconception(
    replaces=generate,
    says="I feed the last token at each step.",
    hint="Without a cache, what does the model know of the tokens before it?",
)
def last_token_alone(
    model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int
) -> Tensor:
    model.eval()
    fed = token_ids
    for _ in range(max_new_tokens):
        logits = model(_window(model, fed))
        token_ids = _joined(token_ids, stages.select(logits[:, -1]))
        fed = token_ids[:, -1:]
    return token_ids


@misconception(
    replaces=generate,
    says="I feed the whole text, however long it is.",
    hint="How many rows does wpe have?",
    differs_only="in texts that are longer than n_positions",
)
def no_window(model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int) -> Tensor:
    model.eval()
    for _ in range(max_new_tokens):
        logits = model(token_ids)
        token_ids = _joined(token_ids, stages.select(logits[:, -1]))
    return token_ids


@misconception(
    replaces=generate,
    says="Of a long text I feed the first n_positions tokens.",
    hint="Which end of a text tells most about the next token?",
    differs_only="in texts that are longer than n_positions",
)
def first_window(model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int) -> Tensor:
    model.eval()
    for _ in range(max_new_tokens):
        logits = model(token_ids[:, : model.config["n_positions"]])
        token_ids = _joined(token_ids, stages.select(logits[:, -1]))
    return token_ids


@misconception(
    replaces=generate,
    says="I choose by the logits of the first position.",
    hint="Which position has seen all tokens?",
)
def first_position(
    model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int
) -> Tensor:
    model.eval()
    for _ in range(max_new_tokens):
        logits = model(_window(model, token_ids))
        token_ids = _joined(token_ids, stages.select(logits[:, 0]))
    return token_ids


@misconception(
    replaces=generate,
    says="I choose from probabilities that I computed of the logits.",
    hint="What does stages.select expect?",
)
def softmax_first(
    model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int
) -> Tensor:
    model.eval()
    for _ in range(max_new_tokens):
        logits = model(_window(model, token_ids))
        token_ids = _joined(token_ids, stages.select(logits[:, -1].softmax(-1)))
    return token_ids


@misconception(
    replaces=generate,
    says="I return the new tokens alone.",
    hint="What does the handout say comes back: the continuation, or the whole text?",
)
def new_tokens_alone(
    model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int
) -> Tensor:
    found = generate(model, token_ids, stages, max_new_tokens)
    return found[:, token_ids.shape[1] :]


@misconception(
    replaces=generate,
    says="I go on until the text has max_new_tokens tokens.",
    hint="Does max_new_tokens count the prompt?",
)
def prompt_counts(
    model: Any, token_ids: Tensor, stages: SelectStage, max_new_tokens: int
) -> Tensor:
    return generate(model, token_ids, stages, max(max_new_tokens - token_ids.shape[1], 0))
