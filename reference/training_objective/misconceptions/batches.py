"""What people get wrong about the rows of a batch and their targets.

B batch, C context length, N tokens of a text.
"""

from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.training_objective.targets import Ids, batch_at

Pair = tuple[Ids, Ids]


def _rows(data: Ids, starts: Sequence[int], length: int) -> Ids:
    """Rows from each start on; a place before the text is one at its end."""
    places: Ids = np.array(starts)[:, None] + np.arange(length)
    rows: Ids = data[places % len(data)]
    return rows


def _later(starts: Sequence[int], by: int) -> list[int]:
    return [start + by for start in starts]


@misconception(
    replaces=batch_at,
    says="The targets of a batch are its inputs themselves.",
    hint="Which token is the model to predict after the last one of a row?",
    questions=["training.targets", "training.batch-rows"],
)
def targets_are_inputs(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    rows = _rows(data, starts, context_length)
    return rows, rows.copy()


@misconception(
    replaces=batch_at,
    says="The targets of a batch begin one token before its inputs.",
    hint="A row begins with data[s]. Is its first target data[s - 1] or data[s + 1]?",
    questions=["training.targets", "training.batch-rows"],
)
def targets_before(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    return _rows(data, starts, context_length), _rows(data, _later(starts, -1), context_length)


@misconception(
    replaces=batch_at,
    says="The targets of a batch begin two tokens after its inputs.",
    hint="A row begins with data[s]. Which token comes right after it?",
    questions=["training.batch-rows"],
)
def targets_skip_one(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    return _rows(data, starts, context_length), _rows(data, _later(starts, 2), context_length)


@misconception(
    replaces=batch_at,
    says="The last target of a row is the first token of the row.",
    hint="Which token of the text follows a row? Is it in your targets?",
    questions=["training.batch-rows"],
    differs_only="in rows whose first token is not the one after them",
)
def wraps_in_the_row(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    rows = _rows(data, starts, context_length)
    return rows, np.roll(rows, -1, axis=1)


@misconception(
    replaces=batch_at,
    says="A row of C tokens has C - 1 inputs, as its targets must lie in it.",
    hint="How many tokens does the model read if the context length is C?",
    questions=["training.batch-rows"],
)
def one_short(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    inputs, targets = batch_at(data, starts, context_length)
    return inputs[:, :-1], targets[:, :-1]


@misconception(
    replaces=batch_at,
    says="A start is the number of a block: the row begins at start times C.",
    hint="Where does a row with the start 3 begin: at token 3, or at another one?",
    questions=["training.batch-rows"],
    differs_only="with a context length above 1, for starts other than 0",
)
def starts_are_blocks(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    begins = [start * context_length for start in starts]
    return _rows(data, begins, context_length), _rows(data, _later(begins, 1), context_length)


@misconception(
    replaces=batch_at,
    says="Only the first start counts; the other rows follow that row in the text.",
    hint="Change the last of the starts. Does your batch change?",
    questions=["training.batch-rows"],
    differs_only="with more than one row",
)
def rows_follow(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    begins = [starts[0] + row * context_length for row in range(len(starts))]
    return _rows(data, begins, context_length), _rows(data, _later(begins, 1), context_length)


@misconception(
    replaces=batch_at,
    says="The rows of a batch are sorted by where they begin.",
    hint="Which row of your result belongs to the first of the starts?",
    questions=["training.batch-rows"],
    differs_only="for starts that are not sorted",
)
def sorts_the_starts(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    return batch_at(data, sorted(starts), context_length)


@misconception(
    replaces=batch_at,
    says="Time is the first axis of a batch, and the rows are columns.",
    hint="What shape does your batch have: (B, C) or (C, B)?",
    questions=["training.batch-rows"],
    differs_only="where B and C are not both 1",
)
def time_first(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    inputs, targets = batch_at(data, starts, context_length)
    return inputs.T, targets.T


@misconception(
    replaces=batch_at,
    says="The targets come first, and the inputs second.",
    hint="Which of the two that you return does the model read?",
    questions=["training.batch-rows"],
)
def exchanged(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    inputs, targets = batch_at(data, starts, context_length)
    return targets, inputs


@misconception(
    replaces=batch_at,
    says="The last token of the text is never a target.",
    hint="Which is the last place where a row of C tokens and its targets may begin?",
    questions=["training.batch-rows"],
    differs_only="where a row ends with the last token but one",
)
def avoids_the_end(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    last = len(data) - context_length - 2
    return batch_at(data, [max(0, min(start, last)) for start in starts], context_length)


@equivalent(replaces=batch_at, says="Each row is a slice, and the slices are stacked.")
def stacked_slices(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    rows = np.stack([data[start : start + context_length + 1] for start in starts])
    return rows[:, :-1], rows[:, 1:]


@misconception(
    replaces=batch_at,
    says="Starts count from 1.",
    hint="Which token of the text has the number 0?",
    questions=["training.batch-rows"],
)
def starts_from_one(data: Ids, starts: Sequence[int], context_length: int) -> Pair:
    rows = _rows(data, _later(starts, -1), context_length + 1)
    return rows[:, :-1], rows[:, 1:]
