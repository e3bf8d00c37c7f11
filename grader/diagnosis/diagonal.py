"""Errors above or below the diagonal, where the last two axes are queries and keys under a mask."""

from collections.abc import Sequence

import numpy as np

from grader.diagnosis.axes import Result
from grader.diagnosis.wrong_answers import Mask, WrongAnswer


def above_diagonal(result: Result, answers: Sequence[WrongAnswer]) -> str:
    """Whatever a query may see is right, in every head; what comes later is not."""
    if not result.is_causal or any(a.right.ndim < 2 for a in answers):
        return ""
    for a in answers:
        above = _above(a)
        if not (a.is_right | above).all() or not (a.is_wrong & above).any(axis=(-1, -2)).all():
            return ""
    return "Wrong are entries above the diagonal alone, where a query meets later keys."


def below_diagonal(result: Result, answers: Sequence[WrongAnswer]) -> str:
    """The mask is right, and every query that sees more than itself has wrong weights."""
    if not result.is_causal or any(a.right.ndim < 2 or a.right.shape[-2] < 2 for a in answers):
        return ""
    for a in answers:
        hidden_or_first = _above(a)
        hidden_or_first[0] = True
        if not (a.is_right | ~hidden_or_first).all() or not a.is_wrong[..., 1:, :].any(-1).all():
            return ""
    return "The causal mask is right; the weights of the keys that a query may see are wrong."


def _above(answer: WrongAnswer) -> Mask:
    above: Mask = np.triu(np.ones(answer.right.shape[-2:], dtype=bool), 1)
    return above
