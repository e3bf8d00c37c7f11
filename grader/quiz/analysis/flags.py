"""What an instructor should look at, and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from grader.quiz.analysis.item_figures import Chosen, ItemFigures

_EASY = 0.95
_LOW_CORRELATION = 0.1
_MANY_UNANSWERED = 0.2
_LEAST_FOR_UNCHOSEN = 20
_LEAST_CHOSEN = 3  # fewer who chose an option are chance


@dataclass(frozen=True, slots=True)
class Flag:
    """A sentence about a question, or about the quiz where the question is empty."""

    question: str
    why: str


def quiz_flags(hasty: int, slow: int, n: int) -> Iterator[Flag]:
    if hasty:
        yield Flag("", f"{hasty} of {n} attempts took less than a quarter of the median time.")
    if slow:
        yield Flag("", f"{slow} of {n} attempts took more than four times the median time.")


def item_flags(item: ItemFigures) -> Iterator[Flag]:
    """All flags of a question; none where its figures are hidden."""
    if item.facility is None:
        return
    if item.waiting:
        yield Flag(
            item.question,
            f"{item.waiting} answers wait for a person: until they are marked, the question looks"
            " harder than it is.",
        )
    for why in (*_level(item, item.facility), *_correlation(item), *_options(item)):
        yield Flag(item.question, why)
    if item.unanswered is not None and item.unanswered >= _MANY_UNANSWERED:
        yield Flag(item.question, f"{item.unanswered:.0%} gave no answer: unclear, or too late?")


def _level(item: ItemFigures, facility: float) -> Iterator[str]:
    if facility >= _EASY:
        yield f"Nearly everybody is right ({facility:.0%}): it tells few students apart."
    if item.guess is not None and item.guess > 0 and facility <= item.guess:
        yield f"Not better than guessing ({facility:.0%}; chance gives {item.guess:.0%})."


def _correlation(item: ItemFigures) -> Iterator[str]:
    value = item.rest_correlation
    if value is None or value >= _LOW_CORRELATION:
        return
    if value < 0:
        yield f"Who does well elsewhere does worse here ({value:.2f}): check the key first."
    else:
        yield f"Hardly related to the other questions ({value:.2f}): check the key and the wording."


def _options(item: ItemFigures) -> Iterator[str]:
    rights = [c.rest for c in item.chosen if c.is_right and c.rest is not None]
    for option in item.chosen:
        if _draws_the_better(option, rights):
            yield (
                f"The wrong answer {_short(option.answer)} draws students who do better elsewhere"
                f" ({option.rest:.0%}) than the right one does ({max(rights):.0%})."
            )
        is_unused = option.is_option and not option.count and item.n >= _LEAST_FOR_UNCHOSEN
        if is_unused and not option.is_right:
            yield f"Nobody chose {_short(option.answer)} ({item.n} answers): it distracts nobody."


def _draws_the_better(option: Chosen, rights: list[float]) -> bool:
    if option.is_right or option.rest is None or not rights:
        return False
    return option.count >= _LEAST_CHOSEN and option.rest > max(rights)


def _short(text: str) -> str:
    return f"“{text[:57]}...”" if len(text) > 60 else f"“{text}”"
