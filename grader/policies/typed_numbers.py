"""A number as a person types it: exact, and of a size that points and hours have."""

import re
from fractions import Fraction

_NUMBER = re.compile(r"[+-]?([0-9]{1,9}([.,][0-9]{0,9}|/[0-9]{1,9})?|[.,][0-9]{1,9})")


def typed_number(text: str) -> Fraction | None:
    """The number that was typed, such as `63.5`, `63,5` or `1/3`; None if it is none.

    An exponent is not read: a few digits of it would be a number that fills the memory.
    """
    if _NUMBER.fullmatch(text.strip()) is None:
        return None
    try:
        return Fraction(text.strip().replace(",", "."))
    except ZeroDivisionError:
        return None
