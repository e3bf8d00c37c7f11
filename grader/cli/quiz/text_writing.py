"""How a taker writes a text: line by line, pasted or in an editor, with a draft of each step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_PROMPT = "… "


class Edit(Protocol):
    """Opens a text in an editor, for so many seconds; what was saved, None without an editor."""

    def __call__(self, text: str, seconds: float | None) -> str | None: ...


@dataclass(kw_only=True)
class TextWriting:
    """A text on its way to be an answer.

    Args:
        text: what is written of it so far.
        ask: a line, or several that were pasted, after a prompt.
        keep: keeps the draft.
    """

    text: str
    ask: Callable[[str], str]
    keep: Callable[[str, datetime], None]
    now: Callable[[], datetime]

    def line(self, prompt: str) -> str:
        """What was typed or pasted. Of a line that is interrupted the draft keeps what is there."""
        try:
            return self.ask(prompt).rstrip()
        except KeyboardInterrupt as stop:
            if begun := "".join(map(str, stop.args)).strip():
                self.add(begun)
            raise

    def add(self, line: str) -> datetime:
        """Add a line to the draft; when that was."""
        at = self.now()
        self.text = f"{self.text}\n{line}" if self.text else line
        self.keep(self.text, at)
        return at

    def rest(self, first: str) -> tuple[datetime, bool]:
        """Add the first line and those after it, up to an empty one or the end of the input.

        When the last of them was entered, since a text that is complete in time is not late; and
        whether the time was up.
        """
        at = self.add(first)
        try:
            while line := self.line(_PROMPT):
                at = self.add(line)
        except EOFError:
            pass
        except TimeoutError:
            return at, True
        return at, False
