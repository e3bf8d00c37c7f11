"""What people get wrong about warm-up and the cosine."""

import math

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.optimizer import learning_rate


def _half_cosine(progress: float) -> float:
    """From 1 to 0."""
    return (1 + math.cos(math.pi * progress)) / 2


def _progress(step: int, warmup_steps: int, total_steps: int) -> float:
    return min((step - warmup_steps) / (total_steps - warmup_steps), 1.0)


@misconception(
    replaces=learning_rate,
    says="There is no warm-up: the cosine begins at step 0.",
    hint="What is your rate at the very first step, and what should it be?",
    questions=["training.warmup-and-cosine"],
    differs_only="with a warm-up",
)
def no_warmup(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    return learning_rate(step, max_rate, min_rate, 0, total_steps)


@misconception(
    replaces=learning_rate,
    says="The largest rate holds until the warm-up is over.",
    hint="What is your rate at the very first step, and what should it be?",
    questions=["training.warmup-and-cosine"],
    differs_only="with a warm-up",
)
def flat_warmup(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    return learning_rate(max(step, warmup_steps), max_rate, min_rate, warmup_steps, total_steps)


@misconception(
    replaces=learning_rate,
    says="The warm-up is one step ahead: step 0 has a rate already.",
    hint="At which step does your rate reach the largest one?",
    questions=["training.warmup-and-cosine"],
    differs_only="with a warm-up",
)
def warmup_one_ahead(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    ahead = step + 1 if step < warmup_steps else step
    return learning_rate(ahead, max_rate, min_rate, warmup_steps, total_steps)


@misconception(
    replaces=learning_rate,
    says="The warm-up begins at the smallest rate.",
    hint="What is your rate at step 0, and what should it be?",
    questions=["training.warmup-and-cosine"],
    differs_only="with a warm-up, where the smallest rate is not 0",
)
def warmup_from_the_smallest(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    if step < warmup_steps:
        return min_rate + (max_rate - min_rate) * step / warmup_steps
    return learning_rate(step, max_rate, min_rate, warmup_steps, total_steps)


@misconception(
    replaces=learning_rate,
    says="The warm-up multiplies the cosine, which begins at step 0.",
    hint="What is your rate when the warm-up is just over?",
    questions=["training.warmup-and-cosine"],
    differs_only="with a warm-up",
)
def warmup_times_cosine(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    share = min(1.0, step / warmup_steps) if warmup_steps else 1.0
    return share * learning_rate(step, max_rate, min_rate, 0, total_steps)


@misconception(
    replaces=learning_rate,
    says="The cosine counts its steps from 0 on, as if there had been no warm-up.",
    hint="What is your rate when the warm-up is just over?",
    questions=["training.warmup-and-cosine"],
    differs_only="with a warm-up",
)
def cosine_from_zero(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    warm = warmup_steps if step < warmup_steps else 0
    return learning_rate(step, max_rate, min_rate, warm, total_steps)


@misconception(
    replaces=learning_rate,
    says="The cosine takes all steps, warm-up included, and so it ends too late.",
    hint="What is your rate at the last step?",
    questions=["training.warmup-and-cosine"],
    differs_only="with a warm-up",
)
def cosine_too_slow(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    return learning_rate(step, max_rate, min_rate, warmup_steps, total_steps + warmup_steps)


@misconception(
    replaces=learning_rate,
    says="The cosine is one step ahead: it has begun when the warm-up is just over.",
    hint="At which step does your rate reach the largest one? Is there such a step?",
    questions=["training.warmup-and-cosine"],
)
def cosine_one_ahead(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    ahead = step if step < warmup_steps else step + 1
    return learning_rate(ahead, max_rate, min_rate, warmup_steps, total_steps)


@misconception(
    replaces=learning_rate,
    says="After the warm-up the rate falls on a line.",
    hint="Half of the way down, and a quarter: where is your rate, where is the cosine?",
    questions=["training.warmup-and-cosine"],
)
def falls_on_a_line(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    if step < warmup_steps:
        return max_rate * step / warmup_steps
    return max_rate - (max_rate - min_rate) * _progress(step, warmup_steps, total_steps)


@misconception(
    replaces=learning_rate,
    says="After the warm-up the rate stays.",
    hint="What is your rate at the last step?",
    questions=["training.warmup-and-cosine"],
)
def stays_after_warmup(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    return learning_rate(min(step, warmup_steps), max_rate, min_rate, warmup_steps, total_steps)


@misconception(
    replaces=learning_rate,
    says="The cosine falls to 0.",
    hint="What is your rate at the last step?",
    questions=["training.warmup-and-cosine"],
    differs_only="where the smallest rate is not 0",
)
def falls_to_zero(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    return learning_rate(step, max_rate, 0.0, warmup_steps, total_steps)


@misconception(
    replaces=learning_rate,
    says="The smallest rate is added to a cosine that falls from the largest to 0.",
    hint="What is your rate when the warm-up is just over?",
    questions=["training.warmup-and-cosine"],
    differs_only="where the smallest rate is not 0",
)
def smallest_rate_on_top(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    rate = learning_rate(step, max_rate, 0.0, warmup_steps, total_steps)
    return rate if step < warmup_steps else rate + min_rate


@misconception(
    replaces=learning_rate,
    says="The rate is the larger of the smallest rate and a cosine that falls to 0.",
    hint="Between which two rates does your cosine run, and where is it cut off?",
    questions=["training.warmup-and-cosine"],
    differs_only="where the smallest rate is not 0",
)
def cut_off_at_the_smallest(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    rate = learning_rate(step, max_rate, 0.0, warmup_steps, total_steps)
    return rate if step < warmup_steps else max(rate, min_rate)


@misconception(
    replaces=learning_rate,
    says="1 plus the cosine is taken, and not half of it.",
    hint="What is your rate when the warm-up is just over?",
    questions=["training.warmup-and-cosine"],
)
def without_the_half(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    rate = learning_rate(step, max_rate, min_rate, warmup_steps, total_steps)
    return rate if step < warmup_steps else 2 * rate - min_rate


@misconception(
    replaces=learning_rate,
    says="The rate follows a quarter of a cosine.",
    hint="How steep is your rate at the last step, and how steep is half a cosine there?",
    questions=["training.warmup-and-cosine"],
)
def quarter_cosine(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    if step < warmup_steps:
        return max_rate * step / warmup_steps
    progress = _progress(step, warmup_steps, total_steps)
    return min_rate + (max_rate - min_rate) * math.cos(math.pi * progress / 2)


@misconception(
    replaces=learning_rate,
    says="The rate follows a whole cosine, down and up again.",
    hint="What is your rate at the last step?",
    questions=["training.warmup-and-cosine"],
)
def whole_cosine(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    if step < warmup_steps:
        return max_rate * step / warmup_steps
    progress = _progress(step, warmup_steps, total_steps)
    return min_rate + (max_rate - min_rate) * _half_cosine(2 * progress)


@misconception(
    replaces=learning_rate,
    says="After the last step the cosine goes on, and the rate rises again.",
    hint="What is your rate long after the last step?",
    questions=["training.warmup-and-cosine"],
    differs_only="after the last step",
)
def rises_after_the_end(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    if step < warmup_steps:
        return max_rate * step / warmup_steps
    progress = (step - warmup_steps) / (total_steps - warmup_steps)
    return min_rate + (max_rate - min_rate) * _half_cosine(progress)


@misconception(
    replaces=learning_rate,
    says="After the last step the rate is 0.",
    hint="What is your rate right after the last step, and what should it be?",
    questions=["training.warmup-and-cosine"],
    differs_only="after the last step, where the smallest rate is not 0",
)
def zero_after_the_end(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    rate = learning_rate(step, max_rate, min_rate, warmup_steps, total_steps)
    return rate if step <= total_steps else 0.0


@equivalent(replaces=learning_rate, says="The mean of both rates, and a cosine around it.")
def around_the_mean(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    if step <= warmup_steps and warmup_steps:
        return max_rate * (step / warmup_steps)
    turn = math.cos(math.pi * _progress(step, warmup_steps, total_steps))
    return (max_rate + min_rate) / 2 + (max_rate - min_rate) / 2 * turn


@misconception(
    replaces=learning_rate,
    says="The warm-up counts its steps as a part of all steps.",
    hint="Which rate has your last step of the warm-up, and which the step after it?",
    questions=["training.warmup-and-cosine"],
    differs_only="with a warm-up",
)
def warmup_over_all_steps(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    if step < warmup_steps:
        return max_rate * step / total_steps
    return learning_rate(step, max_rate, min_rate, warmup_steps, total_steps)


@misconception(
    replaces=learning_rate,
    says="The rate is 0 until the warm-up is over.",
    hint="Step 3 of 4 in the warm-up: which rate is yours? What is 3 // 4, and what is 3 / 4?",
    questions=["training.warmup-and-cosine"],
    differs_only="with a warm-up",
)
def zero_during_warmup(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    if step < warmup_steps:
        return 0.0
    return learning_rate(step, max_rate, min_rate, warmup_steps, total_steps)


@misconception(
    replaces=learning_rate,
    says="The steps after the warm-up are divided by the number of all steps.",
    hint="At the last step, how far has your cosine come?",
    questions=["training.warmup-and-cosine"],
    differs_only="with a warm-up",
)
def cosine_over_total_steps(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    if not warmup_steps <= step < total_steps:
        return learning_rate(step, max_rate, min_rate, warmup_steps, total_steps)
    return min_rate + (max_rate - min_rate) * _half_cosine((step - warmup_steps) / total_steps)


@misconception(
    replaces=learning_rate,
    says="The angle of the cosine is in degrees.",
    hint="What is the cosine of 180 in your language, and in which unit is that?",
    questions=["training.warmup-and-cosine"],
    differs_only="after the warm-up",
)
def angle_in_degrees(
    step: int, max_rate: float, min_rate: float, warmup_steps: int, total_steps: int
) -> float:
    if step < warmup_steps:
        return learning_rate(step, max_rate, min_rate, warmup_steps, total_steps)
    angle = 180 * _progress(step, warmup_steps, total_steps)
    return min_rate + (max_rate - min_rate) * (1 + math.cos(angle)) / 2
