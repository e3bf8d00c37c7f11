"""What people get wrong about inputs and shifted targets.

B batch, T time.
"""

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.targets import Ids, shift_targets

Pair = tuple[Ids, Ids]


@misconception(
    replaces=shift_targets,
    says="The target of a position is the token that stands there.",
    hint="What could a model that reads token t learn by predicting token t?",
    questions=["training.targets", "training.copies-last-token"],
)
def unshifted(token_ids: Ids) -> Pair:
    return token_ids[:, :-1], token_ids[:, :-1]


@misconception(
    replaces=shift_targets,
    says="Each position predicts the token before it.",
    hint="Write the input and its targets one below the other. Which one is later in the text?",
    questions=["training.targets"],
)
def shifts_wrong_way(token_ids: Ids) -> Pair:
    return token_ids[:, 1:], token_ids[:, :-1]


@misconception(
    replaces=shift_targets,
    says="All tokens are read, and the last one predicts the first.",
    hint="Which token follows the last one of the text? Does the text say so?",
    questions=["training.targets"],
)
def wraps_around(token_ids: Ids) -> Pair:
    return token_ids.copy(), np.roll(token_ids, -1, axis=1)


@misconception(
    replaces=shift_targets,
    says="All tokens are read, and all but the first are targets.",
    hint="How many inputs do you have, and how many targets? Which input has none?",
    questions=["training.targets"],
)
def last_input_stays(token_ids: Ids) -> Pair:
    return token_ids.copy(), token_ids[:, 1:]


@misconception(
    replaces=shift_targets,
    says="All tokens are read, and the target of the last one is token 0.",
    hint="Is id 0 a token of the vocabulary? Who says that it comes next?",
    questions=["training.targets", "training.padding-in-the-mean"],
)
def zero_at_the_end(token_ids: Ids) -> Pair:
    ends = np.zeros_like(token_ids[:, :1])
    return token_ids.copy(), np.concatenate([token_ids[:, 1:], ends], axis=1)


@misconception(
    replaces=shift_targets,
    says="Each position predicts the token after the next one.",
    hint="In generation, which token is selected from the row of position t?",
    questions=["training.targets", "training.one-pass"],
)
def shifts_twice(token_ids: Ids) -> Pair:
    return token_ids[:, :-2], token_ids[:, 2:]


@misconception(
    replaces=shift_targets,
    says="The shift is by one row of the batch.",
    hint="Have two rows of a batch anything to do with each other?",
    questions=["training.targets"],
)
def shifts_rows(token_ids: Ids) -> Pair:
    return token_ids[:-1], token_ids[1:]


@misconception(
    replaces=shift_targets,
    says="Only the last token is a target.",
    hint="How many predictions does one pass over T tokens make?",
    questions=["training.one-pass", "training.order-one-step"],
    differs_only="with more than two tokens",
)
def last_target_only(token_ids: Ids) -> Pair:
    return token_ids[:, :-1], token_ids[:, -1:]


@misconception(
    replaces=shift_targets,
    says="The first token is neither read nor predicted.",
    hint="From which tokens is the second token predicted?",
    questions=["training.targets"],
)
def first_token_missing(token_ids: Ids) -> Pair:
    return token_ids[:, 1:-1], token_ids[:, 2:]


@misconception(
    replaces=shift_targets,
    says="I move the tokens in the caller's array.",
    hint="Print the token ids before and after the call. Who else may still read them?",
    questions=["training.targets"],
    differs_only="in the token ids after the call",
)
def changes_its_input(token_ids: Ids) -> Pair:
    inputs = token_ids[:, :-1].copy()
    token_ids[:, :-1] = token_ids[:, 1:].copy()
    return inputs, token_ids[:, :-1]


@misconception(
    replaces=shift_targets,
    says="Axes of length one are left out.",
    hint="What shape do your targets have where the batch is one row, or a row two tokens?",
    questions=["training.batch-rows"],
    differs_only="with one row, or with two tokens a row",
)
def leaves_single_axes_out(token_ids: Ids) -> Pair:
    return token_ids[:, :-1].squeeze(), token_ids[:, 1:].squeeze()


@equivalent(replaces=shift_targets, says="The tokens are rolled, and the last column is cut off.")
def rolled_and_cut(token_ids: Ids) -> Pair:
    return token_ids[:, :-1], np.roll(token_ids, -1, axis=1)[:, :-1]
