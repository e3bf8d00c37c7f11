"""A generation with a cache in parts: which passes run, on what, and where it ends."""

from typing import Any

from grader.subject.composition import Composition, Parts, as_is, idle
from reference.kv_cache.generation import CachedStages
from reference.kv_cache.misconceptions.generation_parts import Ids, Pass

_NEVER = -1  # no token id


def in_parts(
    part: Parts,
    prompt: Ids,
    stages: CachedStages,
    max_new_tokens: int,
    eos_id: int,
    context_length: int,
) -> list[int]:
    generated: list[int] = []
    n = part["budget"](max_new_tokens, prompt, context_length)
    if n > 0 and not part["refuses"](prompt, eos_id):
        passes = _Passes(part, prompt, stages, context_length)
        logits, cache = passes.start()
        while True:
            generated.append(part["select"](logits, stages))
            if generated[-1] == part["eos"](eos_id) or len(generated) >= n:
                break
            logits, cache = passes.after(generated, cache)
    return list(part["result"](part["end"](generated, eos_id), prompt))


class _Passes:
    """What comes before each selection: logits and a cache."""

    def __init__(self, part: Parts, prompt: Ids, stages: CachedStages, length: int) -> None:
        self._part, self._prompt, self._stages = part, list(prompt), stages
        self._length, self._held = length, min(len(prompt), length)

    def start(self) -> Pass:
        read = self._part["crop"](self._prompt, self._length)
        logits, cache = self._part["start"](read, self._stages)
        if self._part["begins_again"]() and self._held < self._length:
            logits, cache = self._next(self._prompt[-1], [], cache)
        self._first = logits, cache
        return logits, cache

    def after(self, generated: list[int], cache: Any) -> Pass:
        for _ in range(self._part["times"]()):
            logits, cache = self._next(generated[-1], generated, cache)
        return self._part["logits"](logits, self._first[0]), cache

    def _next(self, token: int, generated: list[int], cache: Any) -> Pass:
        part, ids = self._part, [*self._prompt, *generated]
        if part["is_full"](self._held, self._length):
            self._held = part["refilled"](self._held, self._length)
            return self._stages.prefill(part["refill"](ids, self._prompt, self._length))
        self._held += 1
        fed = part["fed"](token, ids)
        return self._stages.decode(fed, part["cache"](cache, self._first_cache(cache)))

    def _first_cache(self, cache: Any) -> Any:
        return self._first[1] if hasattr(self, "_first") else cache


def _by_decode(read: Ids, stages: CachedStages) -> Pass:
    logits, cache = stages.prefill([read[0]])
    for token in read[1:]:
        logits, cache = stages.decode(token, cache)
    return logits, cache


def _twice(logits: Any, stages: CachedStages) -> int:
    stages.select(logits)
    return stages.select(logits)


def _half(length: int) -> int:
    return max(1, length // 2)


_RIGHT: Parts = {
    "budget": as_is,
    "refuses": lambda prompt, eos_id: False,
    "crop": lambda prompt, length: prompt[-length:],
    "start": lambda read, stages: stages.prefill(read),
    "begins_again": lambda: False,
    "times": lambda: 1,
    "is_full": lambda held, length: held >= length,
    "refill": lambda ids, prompt, length: ids[-length:],
    "refilled": as_is,
    "fed": as_is,
    "cache": as_is,
    "logits": as_is,
    "select": lambda logits, stages: stages.select(logits),
    "eos": as_is,
    "end": as_is,
    "result": as_is,
}


_BY_FLOW: dict[str, Parts] = {
    "last_prompt_token_again": {"begins_again": lambda: True},
    "stale_cache": {"cache": lambda cache, first: first},
    "prefill_for_each": {
        "is_full": lambda held, length: True,
        "refill": lambda ids, prompt, length: ids[-1:],
        **idle(_RIGHT, "begins_again", "times", "refilled", "fed", "cache"),
    },
    "prompt_alone": {
        "is_full": lambda held, length: True,
        "refill": lambda ids, prompt, length: prompt[-length:],
        **idle(_RIGHT, "begins_again", "times", "refilled", "fed", "cache"),
    },
    "one_token_behind": {"fed": lambda token, ids: ids[-2]},
    "fed_twice": {"times": lambda: 2},
    "stale_logits": {"logits": lambda logits, first: first},
    "prompt_by_decode": {"start": _by_decode},
    "selected_twice": {"select": _twice},
}

_BY_END: dict[str, Parts] = {
    "prompt_not_cropped": {"crop": as_is},
    "decodes_on": {
        "is_full": lambda held, length: False,
        **idle(_RIGHT, "refill", "refilled"),
    },
    "keeps_the_first": {
        "crop": lambda prompt, length: prompt[:length],
        "refill": lambda ids, prompt, length: ids[:length],
    },
    "begins_with_the_newest": {
        "refill": lambda ids, prompt, length: ids[-1:],
        "refilled": lambda held, length: 1,
    },
    "keeps_half": {
        "refill": lambda ids, prompt, length: ids[-_half(length) :],
        "refilled": lambda held, length: _half(length),
    },
    "keeps_one_less": {"refill": lambda ids, prompt, length: ids[-max(1, length - 1) :]},
    "refilled_without_newest": {"refill": lambda ids, prompt, length: ids[:-1][-length:]},
    "ends_when_full": {
        "budget": lambda asked, prompt, length: min(asked, max(1, length - len(prompt) + 1)),
        **idle(_RIGHT, "is_full", "refill", "refilled"),
    },
    "eos_ignored": {"eos": lambda eos_id: _NEVER},
    "eos_left_out": {"end": lambda generated, eos_id: [t for t in generated if t != eos_id]},
    "eos_in_the_prompt_ends": {"refuses": lambda prompt, eos_id: eos_id in prompt},
    "one_too_many": {"budget": lambda asked, prompt, length: asked + 1},
    "first_token_left_out": {"result": lambda generated, prompt: generated[1:]},
    "prompt_returned": {"result": lambda generated, prompt: [*prompt, *generated]},
}

COMPOSITION = Composition(in_parts, right=_RIGHT, wrong={**_BY_FLOW, **_BY_END})
