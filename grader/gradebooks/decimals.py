"""Points as decimals without the noise of floats, and the decimals of other systems."""

import re
from fractions import Fraction

_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
# With both marks it is clear which of them parts thousands: `1,000.00`, `1.000,00`.
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:(?:,[0-9]{3})+\.|(?:\.[0-9]{3})+,)[0-9]+")
_HUNDREDTHS = 100  # gradebooks keep two places


def rounded(points: Fraction) -> Fraction:
    """The points to two places, a half upwards: what a gradebook keeps of them."""
    return Fraction((points * _HUNDREDTHS + Fraction(1, 2)).__floor__(), _HUNDREDTHS)


def decimal_text(points: Fraction, mark: str = ".") -> str:
    """Points of zero or more to two places, without zeros at the end: `7.5`."""
    whole, part = divmod(int(rounded(points) * _HUNDREDTHS), _HUNDREDTHS)
    return f"{whole}{mark}{part:02}".rstrip("0") if part else str(whole)


def number_in(text: str) -> Fraction | None:
    """The number that a cell holds, such as `100.00` or `7,5`; None if it holds anything else."""
    said = text.strip()
    if _THOUSANDS.fullmatch(said):
        whole, part = re.split(r"[.,](?=[0-9]+$)", said)
        return Fraction(f"{re.sub(r'[.,]', '', whole)}.{part}")
    found = _NUMBER.fullmatch(said)
    return Fraction(found[0].replace(",", ".")) if found else None


def json_number(points: Fraction) -> int | float:
    """The points as JSON has them: to two places, and whole ones as integers."""
    kept = rounded(points)
    return int(kept) if kept.denominator == 1 else float(kept)
