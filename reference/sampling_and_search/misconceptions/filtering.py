"""What people get wrong about min-p and the repetition penalty.

B batch, V vocabulary.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from grader.subject.misconception import equivalent, misconception
from reference.sampling_and_search.filters import Floats, min_p, repetition_penalty


def _renormalized(kept: Floats) -> Floats:
    with np.errstate(invalid="ignore"):  # of a row of which nothing is left
        return np.asarray(kept / kept.sum(axis=-1, keepdims=True))


@misconception(
    replaces=min_p,
    says="Min-p removes the tokens whose probability is below min-p itself.",
    hint="The most probable token has 0.2, and the threshold is 0.5. What is left in your code?",
    questions=["token-selection.min-p-keeps", "token-selection.min-p-first"],
)
def absolute(distribution: Floats, threshold: float) -> Floats:
    return _renormalized(np.where(distribution >= threshold, distribution, 0))


@misconception(
    replaces=min_p,
    says="Min-p removes the tokens below min-p itself, and a row without any stays zero.",
    hint="The most probable token has 0.2, and the threshold is 0.5. What does your row add up to?",
    questions=["token-selection.min-p-keeps", "token-selection.min-p-first"],
)
def absolute_leaving_zeros(distribution: Floats, threshold: float) -> Floats:
    kept = np.where(distribution >= threshold, distribution, 0)
    total = kept.sum(axis=-1, keepdims=True)
    return np.asarray(kept / np.where(total > 0, total, 1))


@misconception(
    replaces=min_p,
    says="Min-p keeps a mass, as top-p does.",
    hint="Which number does the threshold stand beside: a sum, or the largest probability?",
    questions=["token-selection.min-p-keeps", "token-selection.min-p-adapts"],
)
def is_top_p(distribution: Floats, threshold: float) -> Floats:
    order = np.argsort(-distribution, axis=-1)
    ordered = np.take_along_axis(distribution, order, axis=-1)
    kept = np.where(np.cumsum(ordered, axis=-1) - ordered < threshold, ordered, 0)
    result = np.zeros_like(distribution)
    np.put_along_axis(result, order, kept, axis=-1)
    return _renormalized(result)


@misconception(
    replaces=min_p,
    says="What is kept is not renormalized.",
    hint="What do your probabilities add up to?",
    questions=["token-selection.min-p-first"],
)
def not_renormalized(distribution: Floats, threshold: float) -> Floats:
    largest = distribution.max(axis=-1, keepdims=True)
    return np.where(distribution >= threshold * largest, distribution, 0)


@misconception(
    replaces=min_p,
    says="The largest probability of the whole batch counts for every row.",
    hint="Change one row of the batch. Do the others change?",
    questions=["token-selection.min-p-adapts"],
    differs_only="with more than one row",
)
def largest_of_all(distribution: Floats, threshold: float) -> Floats:
    return _renormalized(np.where(distribution >= threshold * distribution.max(), distribution, 0))


@misconception(
    replaces=min_p,
    says="The largest probability is looked for along the batch, for each token by itself.",
    hint="Hand in one row alone. Which tokens does your filter remove?",
    questions=["token-selection.min-p-keeps", "token-selection.min-p-adapts"],
)
def largest_along_the_batch(distribution: Floats, threshold: float) -> Floats:
    largest = distribution.max(axis=0, keepdims=True)
    return _renormalized(np.where(distribution >= threshold * largest, distribution, 0))


@misconception(
    replaces=min_p,
    says="A token is kept if it lies at most the threshold below the largest probability.",
    hint="The most probable token has 0.2, and the threshold is 0.5. What does your filter remove?",
    questions=["token-selection.min-p-keeps", "token-selection.min-p-adapts"],
)
def by_difference(distribution: Floats, threshold: float) -> Floats:
    largest = distribution.max(axis=-1, keepdims=True)
    return _renormalized(np.where(distribution >= largest - threshold, distribution, 0))


@misconception(
    replaces=min_p,
    says="What is kept in all rows of the batch is divided by one sum.",
    hint="What does each row of yours add up to, and what do all of them?",
    questions=["token-selection.min-p-keeps"],
    differs_only="with more than one row",
)
def one_sum_for_the_batch(distribution: Floats, threshold: float) -> Floats:
    largest = distribution.max(axis=-1, keepdims=True)
    kept = np.where(distribution >= threshold * largest, distribution, 0)
    return np.asarray(kept / kept.sum())


@misconception(
    replaces=min_p,
    says="The threshold is a part of the mean probability.",
    hint="How many tokens does your filter keep of a distribution that is nearly certain?",
    questions=["token-selection.min-p-keeps"],
)
def of_the_mean(distribution: Floats, threshold: float) -> Floats:
    mean = distribution.mean(axis=-1, keepdims=True)
    return _renormalized(np.where(distribution >= threshold * mean, distribution, 0))


@misconception(
    replaces=min_p,
    says="The improbable tokens are kept, and the others removed.",
    hint="Which tokens should be left: those above the threshold, or those below?",
    questions=["token-selection.min-p-first"],
)
def keeps_the_improbable(distribution: Floats, threshold: float) -> Floats:
    largest = distribution.max(axis=-1, keepdims=True)
    return _renormalized(np.where(distribution < threshold * largest, distribution, 0))


@misconception(
    replaces=min_p,
    says="What is kept gets the same probability.",
    hint="One of two kept tokens was twice as probable. Is it still?",
    questions=["token-selection.min-p-adapts"],
)
def all_alike(distribution: Floats, threshold: float) -> Floats:
    return _renormalized((min_p(distribution, threshold) > 0).astype(distribution.dtype))


@misconception(
    replaces=min_p,
    says="Softmax is applied to what is kept.",
    hint="What do the kept probabilities have to be divided by, so that they add up to 1?",
    questions=["output-and-softmax.softmax-twice"],
)
def softmax_of_the_kept(distribution: Floats, threshold: float) -> Floats:
    kept = min_p(distribution, threshold) > 0
    return _renormalized(np.where(kept, np.exp(distribution), 0))


@misconception(
    replaces=min_p,
    says="I remove the tokens from the caller's distribution.",
    hint="Print the distribution before and after the call. Who else may still read it?",
    questions=["token-selection.min-p-first"],
    differs_only="in the distribution after the call",
)
def removes_in_place(distribution: Floats, threshold: float) -> Floats:
    result = min_p(distribution, threshold)
    distribution[result == 0] = 0
    return result


@misconception(
    replaces=min_p,
    says="A token at exactly the threshold is removed.",
    hint="The threshold is 1. Which token should be left, and which is in your code?",
    questions=["token-selection.min-p-keeps"],
    differs_only="where the threshold is 1",
)
def strictly_above(distribution: Floats, threshold: float) -> Floats:
    largest = distribution.max(axis=-1, keepdims=True)
    return _renormalized(np.where(distribution > threshold * largest, distribution, 0))


@equivalent(replaces=min_p, says="Probabilities are divided by the largest one first.")
def relative_first(distribution: Floats, threshold: float) -> Floats:
    relative = distribution / distribution.max(axis=-1, keepdims=True)
    return _renormalized(relative * (relative >= threshold))


@misconception(
    replaces=repetition_penalty,
    says="Every logit of a token that occurs is divided, a negative one as well.",
    hint="What is -2 divided by 1.25? Is the token more or less probable then?",
    questions=["token-selection.repetition-penalty", "token-selection.penalty-and-greedy"],
)
def divides_all(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    occurs = np.isin(np.arange(len(logits)), token_ids)
    return np.where(occurs, logits / penalty, logits)


@misconception(
    replaces=repetition_penalty,
    says="The penalty is subtracted from the logits of tokens that occur.",
    hint="What should a penalty of 1 do?",
    questions=["token-selection.repetition-penalty", "token-selection.counting-penalties"],
)
def subtracts(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    occurs = np.isin(np.arange(len(logits)), token_ids)
    return np.where(occurs, logits - penalty, logits)


@misconception(
    replaces=repetition_penalty,
    says="A token is penalized once for each time it occurs.",
    hint="A token occurs three times. By what is its logit divided?",
    questions=["token-selection.counting-penalties"],
    differs_only="where a token occurs more than once",
)
def once_for_each_time(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    counts = Counter(token_ids)
    powers = np.array([penalty ** counts[token] for token in range(len(logits))])
    return np.asarray(np.where(logits > 0, logits / powers, logits * powers), logits.dtype)


@misconception(
    replaces=repetition_penalty,
    says="A token is penalized once it has occurred twice.",
    hint="Every token of a text occurs once. Which logits does your code change?",
    questions=["token-selection.repetition-penalty"],
    differs_only="where a token occurs once",
)
def second_time_alone(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    twice = [token for token, n in Counter(token_ids).items() if n > 1]
    return repetition_penalty(logits, twice, penalty)


@misconception(
    replaces=repetition_penalty,
    says="The logits become log-probabilities first, and those are penalized.",
    hint="What does your code do to the logit of a token that does not occur?",
    questions=["token-selection.repetition-penalty"],
)
def of_log_probabilities(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    shifted = logits - logits.max()
    return repetition_penalty(shifted - np.log(np.exp(shifted).sum()), token_ids, penalty)


@misconception(
    replaces=repetition_penalty,
    says="All logits are penalized.",
    hint="Which tokens does your penalty spare?",
    questions=["token-selection.repetition-penalty"],
)
def penalizes_all(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    return np.where(logits > 0, logits / penalty, logits * penalty)


@misconception(
    replaces=repetition_penalty,
    says="The tokens that do not occur are penalized.",
    hint="Is a repeated token to become more or less probable?",
    questions=["token-selection.repetition-penalty"],
)
def penalizes_the_others(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    occurs = np.isin(np.arange(len(logits)), token_ids)
    return np.where(occurs, logits, repetition_penalty(logits, range(len(logits)), penalty))


@misconception(
    replaces=repetition_penalty,
    says="Only the newest token is penalized.",
    hint="A token stood three places before. Is it a repetition to select it now?",
    questions=["token-selection.repetition-penalty"],
    differs_only="where more than one token occurs",
)
def newest_alone(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    return repetition_penalty(logits, token_ids[-1:], penalty)


@misconception(
    replaces=repetition_penalty,
    says="Positive logits are multiplied, and negative ones divided.",
    hint="A token that occurs had the logit 2. Is it less probable in your result?",
    questions=["token-selection.repetition-penalty", "token-selection.penalty-and-greedy"],
)
def rewards(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    return repetition_penalty(logits, token_ids, 1 / penalty)


@misconception(
    replaces=repetition_penalty,
    says="A token that occurs can never be selected again.",
    hint="Can your text hold the word `the` twice?",
    questions=["token-selection.repetition-penalty"],
)
def forbids(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    occurs = np.isin(np.arange(len(logits)), token_ids)
    return np.where(occurs, -1e9, logits).astype(logits.dtype)


@misconception(
    replaces=repetition_penalty,
    says="Every logit of a token that occurs is multiplied, a positive one as well.",
    hint="A token that occurs had the logit 2. Is it less probable in your result?",
    questions=["token-selection.repetition-penalty"],
)
def multiplies_all(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    occurs = np.isin(np.arange(len(logits)), token_ids)
    return np.where(occurs, logits * penalty, logits)


@misconception(
    replaces=repetition_penalty,
    says="Only positive logits are penalized; negative ones are small enough.",
    hint="A token that occurs had the logit -1. Is it less probable in your result?",
    questions=["token-selection.repetition-penalty"],
    differs_only="where the logit of a token that occurs is negative",
)
def positive_alone(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    return np.where(logits > 0, repetition_penalty(logits, token_ids, penalty), logits)


@misconception(
    replaces=repetition_penalty,
    says="The logarithm of the penalty is subtracted, which divides the probability.",
    hint="By which factor does your penalty change the logit 4?",
    questions=["token-selection.repetition-penalty"],
)
def subtracts_logarithm(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    occurs = np.isin(np.arange(len(logits)), token_ids)
    return np.where(occurs, logits - np.log(penalty), logits)


@misconception(
    replaces=repetition_penalty,
    says="I penalize the tokens in the caller's logits.",
    hint="Print the logits before and after the call. Who else may still read them?",
    questions=["token-selection.repetition-penalty"],
    differs_only="in the logits after the call",
)
def changes_its_input(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    logits[:] = repetition_penalty(logits, token_ids, penalty)
    return logits


@equivalent(replaces=repetition_penalty, says="Token by token, each of them once.")
def token_by_token(logits: Floats, token_ids: Sequence[int], penalty: float) -> Floats:
    result = logits.copy()
    for token in set(token_ids):
        result[token] *= 1 / penalty if result[token] > 0 else penalty
    return result
