"""What people get wrong about generation with a cache: the full window, and where it ends."""

from typing import Any

from grader.subject.misconception import misconception
from reference.kv_cache.generation import CachedStages, generate_cached
from reference.kv_cache.misconceptions.generation_parts import Ids, Pass, Window, generate_by

_NEVER = -1  # no token id
_FULL = ["kv-cache.full-window"]
_EOS = ["generation-loop.order-loop-control"]


@misconception(
    replaces=generate_cached,
    says="The whole prompt is read, however long it is.",
    hint="How many rows has the position embedding?",
    questions=_FULL,
    differs_only="with a prompt that is longer than the window",
)
def prompt_not_cropped(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def start() -> Pass:
        return stages.prefill(list(prompt))

    return generate_by(stages, start, window.go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="Decode goes on when the cache is full.",
    hint="At which position would the token stand that comes after the last one?",
    questions=_FULL,
    differs_only="when the window is full",
)
def decodes_on(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        return stages.decode(token, cache)

    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="A full window keeps the first tokens.",
    hint="When the window is full, which tokens are the recent ones?",
    questions=_FULL,
    differs_only="when the window is full",
)
def keeps_the_first(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def start() -> Pass:
        return stages.prefill(list(prompt[:context_length]))

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        if window.is_full:
            return stages.prefill([*prompt, *generated][:context_length])
        return window.go_on(token, cache, generated)

    return generate_by(stages, start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="When the cache is full, a new one begins with the newest token.",
    hint="What does the model know of the text after your prefill?",
    questions=_FULL,
    differs_only="when the window is full",
)
def begins_with_the_newest(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        if window.is_full:
            window.refilled(1)
            return stages.prefill([token])
        return window.go_on(token, cache, generated)

    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="When the cache is full, the generated tokens alone are read again.",
    hint="The prompt fills half of the window. Does it stand in your prefill?",
    questions=_FULL,
    differs_only="when the window is full, and tokens of the prompt are in it",
)
def refilled_without_the_prompt(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        if window.is_full:
            return stages.prefill(generated[-context_length:])
        return window.go_on(token, cache, generated)

    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="When the cache is full, only its newer half is read again.",
    hint="How many tokens does the model see right after your prefill?",
    questions=_FULL,
    differs_only="when the window is full",
)
def keeps_half(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)
    half = max(1, context_length // 2)

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        if window.is_full:
            window.refilled(half)
            return stages.prefill([*prompt, *generated][-half:])
        return window.go_on(token, cache, generated)

    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="A full window keeps C - 1 tokens, to leave room for the next one.",
    hint="How many tokens does the model see when the window is full: C or C - 1?",
    questions=_FULL,
    differs_only="when the window is full",
)
def keeps_one_less(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        if window.is_full:
            return stages.prefill([*prompt, *generated][-max(1, context_length - 1) :])
        return window.go_on(token, cache, generated)

    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="When the cache is full, everything but the newest token is read again.",
    hint="Is the token that was just selected among those that your prefill reads?",
    questions=_FULL,
    differs_only="when the window is full",
)
def refilled_without_newest(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        if window.is_full:
            return stages.prefill([*prompt, *generated][:-1][-context_length:])
        return window.go_on(token, cache, generated)

    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="Generation ends when the window is full.",
    hint="How many tokens were asked for, and how many came?",
    questions=[*_FULL, *_EOS],
    differs_only="when the window is full",
)
def ends_when_full(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    room = max(1, context_length - len(prompt) + 1)
    return generate_cached(prompt, stages, min(max_new_tokens, room), eos_id, context_length)


@misconception(
    replaces=generate_cached,
    says="The end-of-sequence token ends nothing.",
    hint="What should happen after the token eos_id was selected?",
    questions=_EOS,
)
def eos_ignored(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    return generate_cached(prompt, stages, max_new_tokens, _NEVER, context_length)


@misconception(
    replaces=generate_cached,
    says="The end-of-sequence token is not part of the result.",
    hint="Did the model generate the token that ended the text?",
    questions=_EOS,
)
def eos_left_out(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    generated = generate_cached(prompt, stages, max_new_tokens, eos_id, context_length)
    return [token for token in generated if token != eos_id]


@misconception(
    replaces=generate_cached,
    says="An end-of-sequence token in the prompt means that there is nothing to generate.",
    hint="May a prompt hold several finished texts?",
    questions=_EOS,
)
def eos_in_the_prompt_ends(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    n = 0 if eos_id in prompt else max_new_tokens
    return generate_cached(prompt, stages, n, eos_id, context_length)


@misconception(
    replaces=generate_cached,
    says="The prefill gives a token that is not counted, so one more comes.",
    hint="How many tokens come if three are asked for?",
    questions=["kv-cache.passes", *_EOS],
)
def one_too_many(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    return generate_cached(prompt, stages, max_new_tokens + 1, eos_id, context_length)


@misconception(
    replaces=generate_cached,
    says="The token of the prefill counts as one of the prompt.",
    hint="Which is the first token that your result holds, and which was selected first?",
    questions=["kv-cache.passes", *_EOS],
)
def first_token_left_out(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    return generate_cached(prompt, stages, max_new_tokens, eos_id, context_length)[1:]


@misconception(
    replaces=generate_cached,
    says="The prompt is part of the result.",
    hint="Which tokens did the model generate?",
    questions=_EOS,
)
def prompt_returned(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    return [*prompt, *generate_cached(prompt, stages, max_new_tokens, eos_id, context_length)]
