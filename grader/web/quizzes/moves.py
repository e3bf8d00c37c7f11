"""What the buttons of a question's page say: where to go next, or which row of an order to move."""

import re
from dataclasses import dataclass

from grader.web.forms import whole_number

_MOVE = re.compile(r"(up|down)-([0-9]{1,2})")
_BY = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """One button.

    Attributes:
        target: next, previous, stay, answer, overview, or the place of a question.
        moves: -1 for a row that goes up, 1 for down, 0 for every other button.
        label: of the row that moves.
    """

    target: str = "next"
    moves: int = 0
    label: str = ""

    @property
    def is_answer(self) -> bool:
        """Whether the button gives the answer, where an answer is final."""
        return self.target == "answer"

    @property
    def stays(self) -> bool:
        return self.target in ("stay", "answer") or self.moves != 0

    def to(self, here: int) -> int:
        """The place of the next question, from 1; 0 for the page of the whole attempt."""
        if self.stays:
            return here
        if (place := whole_number(self.target)) is not None:
            return place
        return {"next": here + 1, "previous": max(here - 1, 1)}.get(self.target, 0)


def going(value: str) -> Going:
    """What the pressed button says; a form that was sent without one goes on."""
    if found := _MOVE.fullmatch(value):
        return Going(target="stay", moves=_BY[found[1]], label=found[2])
    return Going(target=value or "next")
