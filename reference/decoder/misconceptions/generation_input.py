"""What people get wrong about the generation loop: what the model reads at each step."""

from typing import cast

import torch

from grader.subject.misconception import equivalent, misconception
from reference.decoder.generation import Stages, generate
from reference.decoder.misconceptions.generation_parts import (
    Ids,
    choose,
    generate_by,
    logits_of,
    next_token,
)
from reference.decoder.step_input import step_input


@misconception(
    replaces=generate,
    says="The generated tokens never reach the model; each step sees the prompt alone.",
    hint="Print the ids that you embed at step 3. Which two tokens should be among them?",
    questions=["ablations.prompt-only-greedy", "ablations.prompt-only-sampling"],
    concept=12,
    differs_only="from the second step on",
)
def prompt_only(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return next_token(step_input(prompt, [], context_length), stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="From the second step on the prompt is dropped.",
    hint="Print the ids that you embed at step 2. What does the model still know of the question?",
    questions=["translation.drop-source", "diagnosis.separating-step"],
    concept=1,
    differs_only="from the second step on",
)
def generated_only(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return next_token(step_input([], generated or prompt, context_length), stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="After the prompt only the newest token is fed, though there is no KV cache.",
    hint="Without a cache, from where could the model know the tokens before the newest one?",
    questions=["ablations.newest-token-only", "kv-cache.one-token-input"],
    concept=1,
    differs_only="from the second step on",
)
def last_only(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return next_token(generated[-1:] or step_input(prompt, [], context_length), stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The newest token is missing from the next step input.",
    hint="Compare the ids that you embed at steps 1 and 2. How much longer must the second be?",
    questions=["diagnosis.newest-token-missing", "diagnosis.one-step-late"],
    concept=1,
    differs_only="from the second step on",
)
def stale(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return next_token(step_input(prompt, generated[:-1], context_length), stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The generated tokens stand before the prompt.",
    hint="In which order would a person read the text so far?",
    questions=["generation-loop.window-content", "translation.step-input"],
    concept=1,
    differs_only="from the second step on",
)
def generated_first(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return next_token(step_input(generated, prompt, context_length), stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The prompt is put in front again at each step.",
    hint="How long is the step input at step i for a prompt of 3? How long is yours?",
    questions=["generation-loop.input-length"],
    concept=1,
    differs_only="from the second step on",
)
def prompt_twice(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        prompts = list(prompt) * (len(generated) + 1)
        return next_token(step_input(prompts, generated, context_length), stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The first token of the prompt never reaches the model.",
    hint="How many ids do you embed at step 1 for a prompt of 3?",
    questions=["generation-loop.input-length"],
    concept=1,
)
def drops_first(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return next_token(step_input(prompt[1:], generated, context_length), stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="Each new token overwrites the one before it.",
    hint="How long is your list of generated tokens after three steps?",
    questions=["diagnosis.newest-token-missing", "generation-loop.input-length"],
    concept=1,
    differs_only="from the third step on, and in the result",
)
def overwrites_last(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    newest: list[int] = []
    for _ in range(max_new_tokens):
        newest = [next_token(step_input(prompt, newest, context_length), stages)]
        if newest == [eos_id]:
            break
    return newest


@misconception(
    replaces=generate,
    says="New tokens are put in front of the older ones.",
    hint="Let the loop select 7, then 8. In which order do they stand in your result?",
    questions=["generation-loop.window-content", "generation-loop.order-loop-control"],
    concept=1,
    differs_only="from the third step on, and in the result",
)
def prepends(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return next_token(step_input(prompt, generated[::-1], context_length), stages)

    return generate_by(step, max_new_tokens, eos_id)[::-1]


@misconception(
    replaces=generate,
    says="Each selected token is appended twice.",
    hint="By how many ids does the step input grow from step 1 to step 2?",
    questions=["generation-loop.input-length", "generation-loop.order-loop-control"],
    concept=1,
)
def appends_twice(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    generated: list[int] = []
    for _ in range(max_new_tokens):
        token = next_token(step_input(prompt, generated, context_length), stages)
        generated += [token, token]
        if token == eos_id:
            break
    return generated


@misconception(
    replaces=generate,
    says="A full window keeps the first C ids.",
    hint="Print the step inputs once the text is longer than the window. What changes in them?",
    questions=["ablations.first-window", "generation-loop.window-content"],
    concept=1,
    differs_only="when there are more than C ids",
)
def crop_first(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return next_token([*prompt, *generated][:context_length], stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The window keeps only C - 1 ids.",
    hint="Count the ids that you embed when there are more than enough. How many may there be?",
    questions=["generation-loop.window-content", "embedding-and-positions.sliding-window"],
    concept=1,
    differs_only="when there are at least C ids",
)
def crop_short(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return next_token([*prompt, *generated][-(context_length - 1) :], stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The step input may be longer than the context length.",
    hint="How many rows does the position embedding have, and what happens to the id after them?",
    questions=["generation-loop.input-length", "embedding-and-positions.sliding-window"],
    concept=1,
    differs_only="when there are more than C ids",
)
def no_crop(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return next_token([*prompt, *generated], stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The prompt is cropped once before the loop, and then the step input only grows.",
    hint="How long is the step input two steps after a prompt of exactly C ids?",
    questions=["generation-loop.input-length", "generation-loop.window-content"],
    concept=1,
    differs_only="when there are more than C ids",
)
def crops_prompt_only(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    cropped = prompt[-context_length:]

    def step(generated: Ids) -> int:
        return next_token([*cropped, *generated], stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="What falls out of the window also falls out of the result.",
    hint="Ask for more tokens than the window holds. How many do you return?",
    questions=["generation-loop.window-content", "generation-loop.order-loop-control"],
    concept=1,
    differs_only="in the result, when there are more than C ids",
)
def crop_persists(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    ids = list(prompt)
    for _ in range(max_new_tokens):
        ids = ids[-context_length:]
        ids.append(next_token(ids, stages))
        if ids[-1] == eos_id:
            break
    return ids[len(prompt) :]


@misconception(
    replaces=generate,
    says="The window always keeps the beginning of the prompt.",
    hint="Which ids does the model read when the text has grown far beyond the window?",
    questions=["generation-loop.window-content"],
    concept=1,
    differs_only="when there are more than C ids",
)
def keeps_prompt_start(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    room = max(0, context_length - len(prompt))

    def step(generated: Ids) -> int:
        newest = generated[max(0, len(generated) - room) :]
        return next_token([*prompt[:context_length], *newest], stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The ids that I embed are floats.",
    hint="Which dtype do the ids have when they reach the embedding? What is a row number?",
    questions=["embedding-and-positions.sliding-window"],
    concept=2,
)
def float_ids(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        ids = torch.tensor(step_input(prompt, generated, context_length), dtype=torch.float32)
        return next_token(cast(Ids, ids), stages)

    return generate_by(step, max_new_tokens, eos_id)


@equivalent(
    replaces=generate, says="One list holds prompt and generated tokens, and its end is returned."
)
def one_running_list(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    ids = list(prompt)
    while len(ids) < len(prompt) + max_new_tokens:
        ids.append(next_token(ids[-context_length:], stages))
        if ids[-1] == eos_id:
            break
    return ids[len(prompt) :]


@equivalent(
    replaces=generate,
    says="The step input is a batch of one sequence.",
    where="where the table takes a list of lists",
)
def batch_of_one(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        batch = cast(Ids, [step_input(prompt, generated, context_length)])  # (1, T)
        return choose(logits_of(batch, stages)[0, -1], stages)

    return generate_by(step, max_new_tokens, eos_id)
