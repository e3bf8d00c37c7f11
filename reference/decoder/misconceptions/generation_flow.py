"""What people get wrong about the generation loop: which stages run, and on what."""

from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.generation import Stages, generate
from reference.decoder.misconceptions.generation_parts import (
    Ids,
    choose,
    final_hidden,
    generate_by,
    logits_of,
)
from reference.decoder.step_input import step_input


def _from_output(hidden: Tensor, stages: Stages) -> int:
    return choose(stages.output(hidden)[-1], stages)


@misconception(
    replaces=generate,
    says="No decoder layer is run; the embedded tokens go straight to the output.",
    hint="Which stages of the table does your loop never call?",
    questions=["generation-loop.order-one-token", "decoder-stack.layer-calls"],
)
def layers_skipped(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        return _from_output(stages.embed(step_input(prompt, generated, context_length)), stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The last decoder layer is not run.",
    hint="How many decoder layers are called in one step of a model with three?",
    questions=["decoder-stack.layer-calls"],
    concept=5,
)
def last_layer_missing(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        hidden = stages.embed(step_input(prompt, generated, context_length))
        for layer in stages.layers[:-1]:
            hidden = layer(hidden)
        return _from_output(hidden, stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The last decoder layer is run, but the output stage reads what came before it.",
    hint="Which call of your loop has a result that nobody reads?",
    questions=["decoder-stack.final-hidden-states", "generation-loop.order-one-token"],
    concept=5,
)
def last_layer_unused(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        hidden = stages.embed(step_input(prompt, generated, context_length))
        for layer in stages.layers:
            before, hidden = hidden, layer(hidden)
        return _from_output(before, stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The first decoder layer is run again and again in place of the others.",
    hint="Which layer does each turn of your inner loop call? Print its number.",
    questions=["decoder-stack.one-object-many-times"],
    concept=5,
)
def shared_layer(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        hidden = stages.embed(step_input(prompt, generated, context_length))
        for _ in stages.layers:
            hidden = stages.layers[0](hidden)
        return _from_output(hidden, stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The decoder layers run from the last to the first.",
    hint="Which layer sees the embedded tokens first?",
    questions=["decoder-stack.swapped-layers"],
    concept=5,
)
def layers_reversed(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        hidden = stages.embed(step_input(prompt, generated, context_length))
        for layer in reversed(stages.layers):
            hidden = layer(hidden)
        return _from_output(hidden, stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="Every decoder layer reads the embedded tokens.",
    hint="What does the third layer know of the second one's work?",
    questions=["decoder-stack.input-of-layer-two", "diagnosis.layer-log"],
    concept=5,
)
def layers_read_embedding(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        embedded = stages.embed(step_input(prompt, generated, context_length))
        results = [layer(embedded) for layer in stages.layers]
        return _from_output(results[-1], stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The logits of the first position predict the next token.",
    hint="Which tokens has the row that you read seen?",
    questions=["decoder-stack.final-hidden-states", "diagnosis.input-grows-output-does-not"],
    concept=8,
)
def first_row(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        return choose(logits[0], stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The logits are always read at the last position of the prompt.",
    hint="Your first token is right and the second is not. Which token has its row not seen?",
    questions=["diagnosis.first-token-decides", "diagnosis.input-grows-output-does-not"],
    concept=8,
    differs_only="from the second step on",
)
def prompt_end_row(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        return choose(logits[min(len(prompt), context_length) - 1], stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The logits are read at the last position but one.",
    hint="The row at position t predicts which position? Which one do you want to predict?",
    questions=["output-and-softmax.unused-rows", "diagnosis.one-step-late"],
    concept=8,
)
def second_last_row(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        return choose(logits[-2], stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The logits of all positions are averaged.",
    hint="What does each row of the logits predict? Which of these predictions do you need?",
    questions=["output-and-softmax.unused-rows", "decoder-stack.final-hidden-states"],
    concept=8,
)
def mean_row(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        return choose(logits.mean(dim=0), stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="A token is selected from the logits, without a softmax.",
    hint="What does the selection expect, and what do the numbers that you pass sum to?",
    questions=["generation-loop.order-one-token"],
    concept=9,
)
def softmax_skipped(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        return stages.select(logits[-1])

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="Softmax is applied to its own result once more.",
    hint="How often is softmax called in one step?",
    questions=["output-and-softmax.softmax-twice"],
    concept=9,
)
def softmax_twice(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        return choose(stages.softmax(logits[-1]), stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="I take the arg max myself and ignore what the selection returned.",
    hint="Exchange the selection for one that samples. Does your text change?",
    questions=["generation-loop.order-loop-control", "token-selection.greedy-settings"],
    concept=10,
)
def reselects_from_logits(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        choose(logits[-1], stages)
        return int(logits[-1].argmax())

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="I take the arg max of the distribution; the selection is never called.",
    hint="Which stages of the table does your loop never call?",
    questions=["generation-loop.order-one-token", "token-selection.greedy-settings"],
    concept=10,
)
def argmax_in_place_of_selection(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        return int(stages.softmax(logits[-1]).argmax())

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The selection is called twice in a step, and the second token is used.",
    hint="If the selection draws at random, is the token that you print the one that you append?",
    questions=["token-selection.inverse-cdf", "generation-loop.order-two-steps"],
    concept=10,
)
def selects_twice(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        distribution = stages.softmax(logits[-1])
        stages.select(distribution)
        return stages.select(distribution)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The selection is called once more in a step, to print a token; the first one is used.",
    hint="How often is the selection called in one step? Print what it returned the first time.",
    questions=["token-selection.inverse-cdf", "generation-loop.order-two-steps"],
    concept=10,
)
def selects_for_print(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        distribution = stages.softmax(logits[-1])
        token = stages.select(distribution)
        stages.select(distribution)
        return token

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="One pass over the prompt gives the distribution for all new tokens.",
    hint="Is your loop around the stages, or around the selection alone?",
    questions=["generation-loop.order-two-steps", "decoder-stack.layer-calls"],
    differs_only="from the second step on",
)
def one_pass(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    logits = logits_of(step_input(prompt, [], context_length), stages)
    distribution = stages.softmax(logits[-1])

    def step(generated: Ids) -> int:
        return stages.select(distribution)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The output stage reads the final hidden states of the first step at every step.",
    hint="Are the hidden states that you pass to the output those of this very step?",
    questions=["diagnosis.input-grows-output-does-not", "generation-loop.what-carries-over"],
    differs_only="from the second step on",
)
def stale_hidden(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    computed: list[Tensor] = []

    def step(generated: Ids) -> int:
        computed.append(final_hidden(step_input(prompt, generated, context_length), stages))
        return _from_output(computed[0], stages)

    return generate_by(step, max_new_tokens, eos_id)


@misconception(
    replaces=generate,
    says="The prompt is embedded once, and each step continues from the last hidden states.",
    hint="Where does a new token enter the model in your loop?",
    questions=["generation-loop.what-carries-over", "generation-loop.true-of-every-step"],
    differs_only="from the second step on",
)
def hidden_carried(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    hidden = stages.embed(step_input(prompt, [], context_length))

    def step(generated: Ids) -> int:
        nonlocal hidden
        for layer in stages.layers:
            hidden = layer(hidden)
        return _from_output(hidden, stages)

    return generate_by(step, max_new_tokens, eos_id)


@equivalent(
    replaces=generate, says="Softmax runs over every row, and the last one is selected from."
)
def softmax_of_every_row(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    def step(generated: Ids) -> int:
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        return stages.select(stages.softmax(logits)[-1])

    return generate_by(step, max_new_tokens, eos_id)


@equivalent(
    replaces=generate, says="One pass more than needed is run after the last token was selected."
)
def trailing_pass(
    prompt: Ids, stages: Stages, max_new_tokens: int, eos_id: int | None, context_length: int
) -> list[int]:
    generated: list[int] = []
    logits = logits_of(step_input(prompt, generated, context_length), stages)
    while len(generated) < max_new_tokens:
        generated.append(choose(logits[-1], stages))
        logits = logits_of(step_input(prompt, generated, context_length), stages)
        if generated[-1] == eos_id:
            break
    return generated
