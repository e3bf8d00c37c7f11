"""The shares of points that Moodle takes; it refuses any other, such as 33.33 percent."""

from fractions import Fraction

from grader.quiz.exports.export_job import ExportJob, LeftOut
from grader.quiz.items.item import Item

SHARES = (
    "0", "5", "10", "11.11111", "12.5", "14.28571", "16.66667", "20", "25", "30", "33.33333", "40",
    "50", "60", "66.66667", "70", "75", "80", "83.33333", "90", "100",
)  # fmt: skip
ROUNDED = Fraction(1, 100_000)


def one_of(amount: int) -> str:
    """The share of one of so many right options, in percent.

    Raises:
        LeftOut: Moodle has none for that many.
    """
    for share in SHARES:
        if abs(Fraction(share) - Fraction(100, amount)) <= ROUNDED:
            return share
    raise LeftOut(f"{amount} options are right, and Moodle knows no share of 1/{amount}")


def share_of(item: Item, points: int, job: ExportJob) -> str:
    """The share that these points are, or the next smaller one that Moodle knows."""
    exact = Fraction(100 * points, item.points)
    known = max((share for share in SHARES if Fraction(share) <= exact + ROUNDED), key=Fraction)
    if exact - Fraction(known) > ROUNDED:
        job.lose(item, f"{points} of {item.points} points for some answers became {known} %")
    return known
