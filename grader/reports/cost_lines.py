"""What a generation costs, in words: the same for a terminal and for a page."""

from grader.records import RunCost

EXPLAINED = (
    "Each pass computes a key for every position that it processes, and a key is recomputed where "
    "an earlier pass had the same tokens up to the same place. The multiply-adds are those of the "
    "12 layers of GPT-2 small for the same passes; none of this changes points."
)


def cost_heading(cost: RunCost) -> str:
    """What the figures are of."""
    some = "one token" if cost.tokens == 1 else f"{cost.tokens} tokens"
    return f"What {cost.stage} costs for {some}"


def cost_rows(cost: RunCost) -> list[tuple[str, str, str]]:
    """What is counted, how often in the submission, and how often in the reference."""
    own, right = cost.own, cost.reference
    return [
        ("forward passes", f"{own.passes:,}", f"{right.passes:,}"),
        ("positions processed", f"{own.positions:,}", f"{right.positions:,}"),
        ("recomputed keys", f"{own.recomputed_keys:,}", f"{right.recomputed_keys:,}"),
        ("multiply-adds", f"{own.multiply_adds:,}", f"{right.multiply_adds:,}"),
    ]
