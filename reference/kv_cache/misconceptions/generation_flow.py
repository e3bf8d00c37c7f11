"""What people get wrong about generation with a cache: which passes run, and on what."""

from typing import Any

from grader.subject.misconception import equivalent, misconception
from reference.kv_cache.generation import CachedStages, generate_cached
from reference.kv_cache.misconceptions.generation_parts import Ids, Pass, Window, generate_by

_ORDER = ["kv-cache.order-prefill-decode"]


@misconception(
    replaces=generate_cached,
    says="The last token of the prompt is fed again in the first decode.",
    hint="How many positions does the cache hold when the first token is selected?",
    questions=["kv-cache.last-prompt-token", *_ORDER],
)
def last_prompt_token_again(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def start() -> Pass:
        logits, cache = window.start()
        return (logits, cache) if window.is_full else window.go_on(prompt[-1], cache, [])

    return generate_by(stages, start, window.go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="Every decode gets the cache of the prefill.",
    hint="What do you do with the cache that decode returns?",
    questions=["kv-cache.stale-cache", *_ORDER],
)
def stale_cache(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)
    kept: list[Any] = []

    def start() -> Pass:
        logits, cache = window.start()
        kept.append(cache)
        return logits, cache

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        return window.go_on(token, kept[0], generated)

    return generate_by(stages, start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="Each new token goes through a prefill of its own.",
    hint="What does a prefill know of what came before its first token?",
    questions=["kv-cache.two-phases", *_ORDER],
)
def prefill_for_each(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        return stages.prefill([token])

    window = Window(prompt, stages, context_length)
    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="Every step is a prefill of the prompt.",
    hint="Print what your second pass reads. Where is the first token that was selected?",
    questions=["ablations.prompt-only-greedy", *_ORDER],
)
def prompt_alone(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        return window.start()

    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="A decode is fed the token before the newest one.",
    hint="Which token was selected last, and which one does your decode get?",
    questions=_ORDER,
)
def one_token_behind(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        return window.go_on([*prompt, *generated][-2], cache, generated)

    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="The newest token is fed twice.",
    hint="How many positions more does the cache hold after each step?",
    questions=["kv-cache.passes", *_ORDER],
)
def fed_twice(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        _, cache = window.go_on(token, cache, generated)
        return window.go_on(token, cache, generated)

    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="Every token is selected from the logits of the prefill.",
    hint="What do you do with the logits that decode returns?",
    questions=_ORDER,
)
def stale_logits(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)
    kept: list[Any] = []

    def start() -> Pass:
        logits, cache = window.start()
        kept.append(logits)
        return logits, cache

    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        _, cache = window.go_on(token, cache, generated)
        return kept[0], cache

    return generate_by(stages, start, go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="The prompt is fed through decode, token by token.",
    hint="How many passes does a prompt of a thousand tokens need in your loop?",
    questions=["kv-cache.passes", "kv-cache.two-phases"],
    differs_only="with a prompt of more than one token",
)
def prompt_by_decode(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    window = Window(prompt, stages, context_length)

    def start() -> Pass:
        first, *rest = prompt[-context_length:]
        logits, cache = stages.prefill([first])
        for token in rest:
            logits, cache = stages.decode(token, cache)
        return logits, cache

    return generate_by(stages, start, window.go_on, n=max_new_tokens, eos=eos_id)


@misconception(
    replaces=generate_cached,
    says="A token is selected twice in each step, and the second one counts.",
    hint="How often is stages.select called for one token?",
    questions=_ORDER,
)
def selected_twice(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    def select(logits: Any) -> int:
        stages.select(logits)
        return stages.select(logits)

    twice = CachedStages(prefill=stages.prefill, decode=stages.decode, select=select)
    return generate_cached(prompt, twice, max_new_tokens, eos_id, context_length)


@misconception(
    replaces=generate_cached,
    says="The token is that of the largest logit; stages.select is not needed.",
    hint="How often is stages.select called in your loop?",
    questions=_ORDER,
)
def chooses_by_itself(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    greedy = CachedStages(
        prefill=stages.prefill, decode=stages.decode, select=lambda logits: int(logits.argmax())
    )
    return generate_cached(prompt, greedy, max_new_tokens, eos_id, context_length)


@misconception(
    replaces=generate_cached,
    says="The generated tokens are appended to the caller's prompt itself.",
    hint="Print the prompt after the call. What has become of it?",
    questions=["kv-cache.two-branches"],
)
def changes_the_prompt(
    prompt: list[int], stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    generated = generate_cached(list(prompt), stages, max_new_tokens, eos_id, context_length)
    prompt += generated
    return generated


@equivalent(
    replaces=generate_cached,
    says="Every step is a prefill of all that there is: right, and dear.",
)
def everything_again(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    def go_on(token: int, cache: Any, generated: list[int]) -> Pass:
        return stages.prefill([*prompt, *generated][-context_length:])

    window = Window(prompt, stages, context_length)
    return generate_by(stages, window.start, go_on, n=max_new_tokens, eos=eos_id)


@equivalent(replaces=generate_cached, says="The last token, too, goes through a pass.")
def one_pass_more(
    prompt: Ids, stages: CachedStages, max_new_tokens: int, eos_id: int, context_length: int
) -> list[int]:
    generated: list[int] = []
    window = Window(prompt, stages, context_length)
    if max_new_tokens > 0:
        logits, cache = window.start()
    while len(generated) < max_new_tokens:
        token = stages.select(logits)
        generated.append(token)
        logits, cache = window.go_on(token, cache, generated)
        if token == eos_id:
            break
    return generated
