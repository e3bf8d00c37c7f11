"""Stage: one token out of the next-token distribution."""

from torch import Tensor


def select_token(distribution: Tensor, u: float | None = None) -> int:
    """The most probable token, or the token at `u` by the inverse of the cumulative distribution.

    Args:
        distribution: probabilities in vocabulary order, (V,).
        u: None is greedy (the lowest id among equals). A number in [0, 1) selects the first
            token whose cumulative probability exceeds it; uniform `u` thus samples.
    """
    if u is None:
        return int(distribution.argmax())
    at_most_u = int((distribution.cumsum(dim=-1) <= u).sum())
    # Rounding may leave the whole sum at or below u: then the last possible token is meant.
    last_possible = int(distribution.nonzero().max())
    return min(at_most_u, last_possible)
