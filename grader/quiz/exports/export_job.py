"""One export: what is asked for, what comes out, and all that the format could not hold.

A format is a function from topics and a `Job` to bytes. It holds one function for each kind of
question; a kind without one is left out with a warning, so a new kind never breaks an export.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from grader.quiz.bank.topics import Topic
from grader.quiz.items.item import Item

Body = TypeVar("Body")


class LeftOut(Exception):
    """The format cannot hold this question at all; the text says why."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What a format cannot hold of one question."""

    question: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """The seed decides the order in which a file lists options and steps."""

    seed: int = 0
    with_keys: bool = False  # for the formats that can do without
    losses: list[Loss] = field(default_factory=list)
    written: list[str] = field(default_factory=list)  # ids of questions

    def lose(self, item: Item, what: str) -> None:
        self.losses.append(Loss(item.id, what))

    def bodies(
        self, topic: Topic, by_kind: Mapping[str, Callable[[Any, "ExportJob"], Body]]
    ) -> Iterator[tuple[Item, Body]]:
        """The questions of a topic that the format can hold, each with what is made of it."""
        for item in topic.items:
            try:
                body = self._body(item, by_kind)
            except LeftOut as error:
                self.lose(item, f"the question is left out: {error}")
            else:
                self.written.append(item.id)
                yield item, body

    def _body(self, item: Item, by_kind: Mapping[str, Callable[[Any, "ExportJob"], Body]]) -> Body:
        make = by_kind.get(item.kind())
        if make is None:
            raise LeftOut(f"this format has no way to write the kind {item.kind()!r}")
        return make(item, self)
