"""What people get wrong about the generation loop: when it ends, and what it returns."""

from typing import cast

from grader.subject.misconception import misconception
from reference.decoder.generation import Stages, generate
from reference.decoder.misconceptions.generation_parts import Ids, next_token
from reference.decoder.step_input import step_input


@misconception(
    replaces=generate,
    says="EOS does not belong to the generated tokens.",
    hint="The model selects 7, then EOS. How long should the result be?",
    questions=["generation-loop.order-loop-control", "diagnosis.empty-results"],
    differs_only="where EOS is generated",
)
def eos_not_appended(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    generated: list[int] = []
    while len(generated) < max_new_tokens:
        token = next_token(step_input(prompt, generated, context_length), stages)
        if token == eos_id:
            break
        generated.append(token)
    return generated


@misconception(
    replaces=generate,
    says="EOS is a token like any other and stops nothing.",
    hint="What ends your loop, besides the number of tokens?",
    questions=["diagnosis.empty-results", "generation-loop.order-loop-control"],
    differs_only="where EOS is generated",
)
def ignores_eos(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    return generate(prompt, stages, max_new_tokens, None, context_length)


@misconception(
    replaces=generate,
    says="Where EOS has id 0, `if eos_id` takes it for absent.",
    hint="What does `if eos_id` ask, and for which id is the answer no?",
    questions=["generation-loop.order-loop-control"],
    differs_only="where EOS has id 0 and is generated",
)
def eos_zero_is_absent(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    return generate(prompt, stages, max_new_tokens, eos_id or None, context_length)


@misconception(
    replaces=generate,
    says="EOS is token 0, whichever id is given.",
    hint="Call your function with eos_id = 5. Where does it stop?",
    questions=["generation-loop.order-loop-control"],
    differs_only="where EOS has another id than 0",
)
def eos_is_always_zero(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    return generate(prompt, stages, max_new_tokens, 0, context_length)


@misconception(
    replaces=generate,
    says="An EOS in the prompt ends the generation.",
    hint="A chat prompt ends its turns with EOS. What does your loop answer to it?",
    questions=["generation-loop.eos-in-prompt", "diagnosis.empty-results"],
    differs_only="where EOS is in the prompt",
)
def prompt_eos_stops(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    if eos_id in prompt:
        return []
    return generate(prompt, stages, max_new_tokens, eos_id, context_length)


@misconception(
    replaces=generate,
    says="An EOS at the end of the prompt ends the generation.",
    hint="A chat prompt ends its turns with EOS. What does your loop answer to it?",
    questions=["generation-loop.eos-in-prompt", "diagnosis.empty-results"],
    differs_only="where EOS is the last token of the prompt",
)
def prompt_end_eos_stops(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    if prompt[-1] == eos_id:
        return []
    return generate(prompt, stages, max_new_tokens, eos_id, context_length)


@misconception(
    replaces=generate,
    says="The EOS test looks at the token before the newest one.",
    hint="How many tokens follow EOS in your result?",
    questions=["generation-loop.order-loop-control", "diagnosis.empty-results"],
    differs_only="where EOS is generated",
)
def checks_previous_token(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    generated: list[int] = []
    while len(generated) < max_new_tokens:
        generated.append(next_token(step_input(prompt, generated, context_length), stages))
        if generated[-2:-1] == [eos_id]:
            break
    return generated


@misconception(
    replaces=generate,
    says="One token fewer is generated than was asked for.",
    hint="Ask for one token. How many come?",
    questions=["generation-loop.order-loop-control"],
)
def one_short(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    return generate(prompt, stages, max_new_tokens - 1, eos_id, context_length)


@misconception(
    replaces=generate,
    says="One token more is generated than was asked for.",
    hint="Ask for one token. How many come?",
    questions=["generation-loop.order-loop-control"],
)
def one_extra(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    return generate(prompt, stages, max_new_tokens + 1, eos_id, context_length)


@misconception(
    replaces=generate,
    says="The loop asks whether it is done after the first token at the earliest.",
    hint="Ask for no token. How many come?",
    questions=["generation-loop.order-loop-control"],
    differs_only="where no token is asked for",
)
def one_at_least(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    return generate(prompt, stages, max(1, max_new_tokens), eos_id, context_length)


@misconception(
    replaces=generate,
    says="max_new_tokens limits prompt and generated tokens together.",
    hint="Ask for 5 tokens after a prompt of 3. How many come, and how many after a prompt of 4?",
    questions=["diagnosis.empty-results", "generation-loop.order-loop-control"],
)
def total_budget(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    return generate(prompt, stages, max_new_tokens - len(prompt), eos_id, context_length)


@misconception(
    replaces=generate,
    says="Generation ends when the window is full.",
    hint="Ask for more tokens than the window holds. How many come?",
    questions=["generation-loop.window-content", "generation-loop.true-of-every-step"],
    differs_only="when there are more than C ids",
)
def stops_when_window_is_full(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    room = context_length - len(prompt)
    return generate(prompt, stages, min(max_new_tokens, room), eos_id, context_length)


@misconception(
    replaces=generate,
    says="The result includes tokens of the prompt.",
    hint="Ask for one token. How long is your result?",
    questions=["generation-loop.order-loop-control", "diagnosis.one-step-late"],
    differs_only="in the result",
)
def returns_prompt(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    return [*prompt, *generate(prompt, stages, max_new_tokens, eos_id, context_length)]


@misconception(
    replaces=generate,
    says="Only the last token is returned.",
    hint="Ask for five tokens. How long is your result?",
    questions=["generation-loop.order-loop-control"],
    differs_only="in the result",
)
def returns_last_token(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    return generate(prompt, stages, max_new_tokens, eos_id, context_length)[-1:]


@misconception(
    replaces=generate,
    says="The caller's prompt list grows during generation.",
    hint="Print the prompt before and after the call. What would a second call read?",
    questions=["generation-loop.what-carries-over"],
    differs_only="in the prompt after the call",
)
def changes_its_input(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    ids = cast("list[int]", prompt)
    generated = generate(tuple(ids), stages, max_new_tokens, eos_id, context_length)
    ids += generated
    return generated
