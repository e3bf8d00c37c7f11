"""What people get wrong about the step input."""

from collections.abc import Sequence
from typing import cast

from grader.subject.misconception import equivalent, misconception
from reference.decoder.step_input import step_input

Ids = Sequence[int]


@misconception(
    replaces=step_input,
    says="Asked for the last C ids, I keep the first C.",
    hint="The window holds 3 ids and you have 5, 6, 7, 8. Which ones tell most about the next?",
    questions=["generation-loop.window-content", "ablations.first-window"],
    differs_only="when there are more than C ids",
)
def crop_first(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return [*prompt, *generated][:context_length]


@misconception(
    replaces=step_input,
    says="I keep only C - 1 ids, to leave room for the next token.",
    hint="Count the ids that you return when there are more than enough. How many may there be?",
    questions=["generation-loop.window-content", "embedding-and-positions.sliding-window"],
    differs_only="when there are at least C ids",
)
def crop_short(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return [*prompt, *generated][-(context_length - 1) :]


@misconception(
    replaces=step_input,
    says="I return the whole joined sequence, even if it is longer than the context length.",
    hint="How many rows does the position embedding have, and what happens to the id after them?",
    questions=["generation-loop.input-length", "embedding-and-positions.sliding-window"],
    differs_only="when there are more than C ids",
)
def no_crop(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return [*prompt, *generated]


@misconception(
    replaces=step_input,
    says="I begin the slice at the number of ids minus C, even where that is below 0.",
    hint="Let C be 16 and join 10 ids. At which index does your slice begin?",
    questions=["generation-loop.window-content"],
    differs_only="when there are fewer than C ids, but more than C / 2",
)
def crop_start_below_zero(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    joined = [*prompt, *generated]
    return joined[len(joined) - context_length :]


@misconception(
    replaces=step_input,
    says="I crop the prompt to C ids and then add all generated tokens.",
    hint="What is the length of your result for a prompt of C ids and two generated tokens?",
    questions=["generation-loop.window-content", "ablations.first-window"],
    differs_only="when there are more than C ids",
)
def crops_prompt_only(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return [*prompt[-context_length:], *generated]


@misconception(
    replaces=step_input,
    says="When the window is full, I keep the whole prompt and fill up with the newest tokens.",
    hint="Which ids does the model read when the text has grown far beyond the window?",
    questions=["generation-loop.window-content"],
    differs_only="when there are more than C ids",
)
def keeps_prompt_start(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    room = max(0, context_length - len(prompt))
    return [*prompt[:context_length], *generated[max(0, len(generated) - room) :]]


@misconception(
    replaces=step_input,
    says="I put the generated tokens before the prompt.",
    hint="In which order would a person read the text so far?",
    questions=["generation-loop.window-content", "translation.step-input"],
)
def generated_first(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return [*generated, *prompt][-context_length:]


@misconception(
    replaces=step_input,
    says="The generated tokens are joined newest first.",
    hint="Generate three tokens. Which one stands directly after the prompt?",
    questions=["generation-loop.window-content", "generation-loop.order-two-steps"],
)
def reverses_generated(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return [*prompt, *reversed(generated)][-context_length:]


@misconception(
    replaces=step_input,
    says="The first token of the prompt gets lost when I join the lists.",
    hint="How long is your result for a prompt of 3 and no generated token?",
    questions=["generation-loop.input-length"],
)
def drops_first(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return [*prompt[1:], *generated][-context_length:]


@misconception(
    replaces=step_input,
    says="I return the prompt and leave out the generated tokens.",
    hint="Compare your results for steps 1 and 2. What has the model learnt about its own token?",
    questions=["ablations.prompt-only-greedy", "diagnosis.input-never-grows"],
    concept=12,
)
def ignores_generated(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return list(prompt[-context_length:])


@misconception(
    replaces=step_input,
    says="Once there are generated tokens, I return them without the prompt.",
    hint="What does the model still know of the question when it writes word 2 of the answer?",
    questions=["translation.drop-source", "diagnosis.separating-step"],
)
def ignores_prompt(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return list(generated or prompt)[-context_length:]


@misconception(
    replaces=step_input,
    says="I leave out the newest of the generated tokens.",
    hint="How long should the step input be at step 3 for a prompt of 4? How long is yours?",
    questions=["generation-loop.input-length", "diagnosis.newest-token-missing"],
)
def newest_missing(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return [*prompt, *generated[:-1]][-context_length:]


@misconception(
    replaces=step_input,
    says="I return the newest token alone.",
    hint="Without a cache, from where could the model know the tokens before the newest one?",
    questions=["ablations.newest-token-only", "kv-cache.one-token-input"],
)
def newest_only(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return [*prompt, *generated][-1:]


@misconception(
    replaces=step_input,
    says="The prompt stands in the step input twice.",
    hint="Add up the lengths of the two lists. Is your result as long as that?",
    questions=["generation-loop.input-length"],
)
def prompt_twice(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    return [*prompt, *prompt, *generated][-context_length:]


@misconception(
    replaces=step_input,
    says="I fill up with zeros, so that the step input always has C ids.",
    hint="Which token is id 0, and who said that it stands in front of the prompt?",
    questions=["generation-loop.input-length", "decoder-stack.final-hidden-states"],
    differs_only="when there are fewer than C ids",
)
def pads_to_context_length(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    cropped = [*prompt, *generated][-context_length:]
    return [0] * (context_length - len(cropped)) + cropped


@misconception(
    replaces=step_input,
    says="I append to the caller's prompt list itself.",
    hint="Print the prompt before and after the call. Who else still needs it?",
    questions=["generation-loop.what-carries-over"],
    differs_only="in the prompt after the call",
)
def changes_its_input(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    joined = cast("list[int]", prompt)
    joined += generated
    return joined[-context_length:]


@equivalent(
    replaces=step_input, says="The slice begins at the number of ids minus C, but at 0 at least."
)
def counts_from_the_start(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    joined = [*prompt, *generated]
    return joined[max(0, len(joined) - context_length) :]


@equivalent(
    replaces=step_input, says="Ids are dropped from the front one by one until the rest fits."
)
def drops_from_the_front(prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    joined = [*prompt, *generated]
    while len(joined) > context_length:
        joined.pop(0)
    return joined
