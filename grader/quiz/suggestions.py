"""What a misspelt word probably meant."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """'Did you mean ...?', or the words there are when none is near."""
    names = sorted(known)
    # "order" is not near "generation-loop.order" for difflib, but a person sees it at once
    near = [name for name in names if name.endswith(f".{word}")]
    near += difflib.get_close_matches(str(word), names, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"There is: {', '.join(names)}." if names else "There is none."
