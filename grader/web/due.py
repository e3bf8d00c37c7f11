"""What is due for a student, of every room: one line each on the first page."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """One thing to do, with its state and its button.

    Attributes:
        kind: such as `Assignment` or `Quiz`.
        shape: of the state: passed, lost, blocked, unwritten, waiting or ours, as in the style.
        detail: a sentence below it; may be empty.
    """

    title: str
    kind: str
    link: str
    button: str
    due: datetime | None
    shape: str
    sign: str
    word: str
    detail: str = ""
    is_done: bool = False
