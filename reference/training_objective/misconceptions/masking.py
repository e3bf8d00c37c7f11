"""What people get wrong about the targets that do not count.

B batch, T time.
"""

from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.targets import Ids, mask_targets


def _columns(prompts: Sequence[int], lengths: Sequence[int]) -> tuple[Ids, Ids]:
    return np.array(prompts)[:, None], np.array(lengths)[:, None]


def _places(targets: Ids) -> Ids:
    """Of the target tokens in their sequences."""
    return np.arange(targets.shape[1]) + 1


@misconception(
    replaces=mask_targets,
    says="The tokens of the prompt are targets like all others.",
    hint="Who wrote the prompt, the model or the user? What is the model to learn?",
    questions=["training.prompt-in-the-loss"],
    differs_only="where a prompt has more than one token",
)
def prompt_counts(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    return mask_targets(targets, [0] * len(targets), lengths, ignore_index)


@misconception(
    replaces=mask_targets,
    says="Padding is a target like all others.",
    hint="What does a model learn from predicting the padding of short texts?",
    questions=["training.prompt-in-the-loss", "training.padding-in-the-mean"],
    differs_only="where a sequence is shorter than the batch",
)
def padding_counts(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    ends = [targets.shape[1] + 1] * len(targets)
    return mask_targets(targets, prompt_lengths, ends, ignore_index)


@misconception(
    replaces=mask_targets,
    says="As many targets are ignored as the prompt has tokens, and so the answer's first is, too.",
    hint="Which position predicts the first token of the answer?",
    questions=["training.prompt-in-the-loss"],
)
def ignores_the_first_answer(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    return mask_targets(targets, [n + 1 for n in prompt_lengths], lengths, ignore_index)


@misconception(
    replaces=mask_targets,
    says="The last token of the prompt is a target.",
    hint="A prompt has three tokens. How many of the targets are tokens of it?",
    questions=["training.prompt-in-the-loss"],
    differs_only="where a prompt has more than one token",
)
def last_of_the_prompt_counts(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    return mask_targets(targets, [n - 1 for n in prompt_lengths], lengths, ignore_index)


@misconception(
    replaces=mask_targets,
    says="A sequence has as many targets as tokens, and so the first padding is one of them.",
    hint="A sequence of five tokens: how many predictions of its own tokens are there?",
    questions=["training.prompt-in-the-loss"],
    differs_only="where a sequence is shorter than the batch",
)
def first_padding_counts(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    return mask_targets(targets, prompt_lengths, [n + 1 for n in lengths], ignore_index)


@misconception(
    replaces=mask_targets,
    says="The last token of a sequence is no target.",
    hint="How does a model learn to end its text?",
    questions=["training.prompt-in-the-loss", "training.targets"],
)
def ignores_the_last_token(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    return mask_targets(targets, prompt_lengths, [n - 1 for n in lengths], ignore_index)


@misconception(
    replaces=mask_targets,
    says="Padding is wherever the id is 0.",
    hint="May a text itself have token 0? And must padding be 0?",
    questions=["training.prompt-in-the-loss", "embedding-and-positions.left-padding"],
    differs_only="where a text has token 0, or padding has another id",
)
def zero_is_padding(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    prompts, _ = _columns(prompt_lengths, lengths)
    is_kept = (_places(targets) >= prompts) & (targets != 0)
    return np.where(is_kept, targets, ignore_index)


@misconception(
    replaces=mask_targets,
    says="What does not count is always marked by -100.",
    hint="Which of your function's arguments do you never use?",
    questions=["training.prompt-in-the-loss"],
    differs_only="where another number is to be ignored",
)
def always_minus_hundred(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    return mask_targets(targets, prompt_lengths, lengths, -100)


@misconception(
    replaces=mask_targets,
    says="What does not count is marked by token 0.",
    hint="How can the loss tell a target that is token 0 from one that is ignored?",
    questions=["training.prompt-in-the-loss", "training.padding-in-the-mean"],
)
def marks_by_zero(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    return mask_targets(targets, prompt_lengths, lengths, 0)


@misconception(
    replaces=mask_targets,
    says="The lengths of the first row hold for all rows.",
    hint="Change the length of the second sequence. Does your result change?",
    questions=["training.prompt-in-the-loss"],
    differs_only="where rows differ in their lengths",
)
def first_row_for_all(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    prompts, ends = [prompt_lengths[0]] * len(targets), [lengths[0]] * len(targets)
    return mask_targets(targets, prompts, ends, ignore_index)


@misconception(
    replaces=mask_targets,
    says="The answer is ignored, and the prompt counts.",
    hint="Which part of the sequence is the model to write later?",
    questions=["training.prompt-in-the-loss"],
)
def prompt_alone_counts(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    return mask_targets(targets, [0] * len(targets), prompt_lengths, ignore_index)


@misconception(
    replaces=mask_targets,
    says="The length of a sequence counts its answer alone, without the prompt.",
    hint="Prompt 2, length 5: how many tokens does the answer have?",
    questions=["training.prompt-in-the-loss"],
    differs_only="where a sequence is shorter than the batch",
)
def length_without_prompt(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    ends = [n + prompt for n, prompt in zip(lengths, prompt_lengths, strict=True)]
    return mask_targets(targets, prompt_lengths, ends, ignore_index)


@misconception(
    replaces=mask_targets,
    says="Padding stands at the beginning of the rows.",
    hint="Print a short row. At which end is its padding?",
    questions=["training.prompt-in-the-loss", "embedding-and-positions.left-padding"],
    differs_only="where a sequence is shorter than the batch",
)
def pads_on_the_left(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    prompts, ends = _columns(prompt_lengths, lengths)
    first = targets.shape[1] + 1 - ends + prompts
    return np.where(_places(targets) >= first, targets, ignore_index)


@misconception(
    replaces=mask_targets,
    says="I mark what does not count in the caller's array.",
    hint="Print the targets before and after the call. Who else may still read them?",
    questions=["training.prompt-in-the-loss"],
    differs_only="in the targets after the call",
)
def changes_its_input(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    targets[:] = mask_targets(targets, prompt_lengths, lengths, ignore_index)
    return targets


@equivalent(replaces=mask_targets, says="Rows are copied and marked one after the other.")
def marked_row_by_row(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    marked = targets.copy()
    for row, (prompt, length) in enumerate(zip(prompt_lengths, lengths, strict=True)):
        marked[row, : max(0, prompt - 1)] = ignore_index
        marked[row, length - 1 :] = ignore_index
    return marked


@misconception(
    replaces=mask_targets,
    says="The prompt is marked by the given number, and the padding by token 0.",
    hint="How does the loss know that a 0 is padding and not a token?",
    questions=["training.prompt-in-the-loss", "training.padding-in-the-mean"],
    differs_only="where a row has padding",
)
def padding_is_token_zero(
    targets: Ids, prompt_lengths: Sequence[int], lengths: Sequence[int], ignore_index: int
) -> Ids:
    masked = mask_targets(targets, prompt_lengths, lengths, ignore_index)
    return np.where(_places(targets) < _columns(prompt_lengths, lengths)[1], masked, 0)
