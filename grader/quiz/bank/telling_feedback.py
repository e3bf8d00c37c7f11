"""Feedback that tells the key to a taker who was wrong, and may try again."""

import re
from collections.abc import Iterable, Iterator

from grader.quiz.items.choice import Choice, Choices, Option
from grader.quiz.items.fill import Fill
from grader.quiz.items.item import Item, LintFinding, Rejected, seen, warning
from grader.quiz.items.marks import Standing
from grader.quiz.items.matching import Matching
from grader.quiz.items.numeric import Numeric
from grader.quiz.items.short import Short

TELLS = re.compile(
    r"\b(?:right|correct|true) (?:answer|option|value|number|one) (?:is|was|would be)\b", re.I
)
THOUSANDS = re.compile(r"(?<=\d)(?:\\,|[\s,\u202f])(?=\d{3}\b)")
NUMBER = re.compile(r"(?<![\w.^-])-?\d+(?:\.\d+)?(?![\d^]|\.\d)")
WORD = re.compile(r"[^\W_]+(?:\.\d+)?")
FEWEST_WORDS = 2  # one word that only the right option has may stand in any sentence
FEWEST_LETTERS = 4


def telling_feedback(item: Item) -> Iterator[LintFinding]:
    """What the feedback of wrong answers gives away."""
    for where, feedback, told in (*_told(item), *_told_of_parts(item)):
        if TELLS.search(feedback):
            told = "says what is right"
        if told:
            yield warning(
                where,
                f"the feedback of a wrong answer {told}",
                "Say what is wrong with this answer, and leave the right one to be found.",
            )


def _told(item: Item) -> Iterator[tuple[str, str, str]]:
    """Each feedback of a wrong answer: where it stands, and what it tells, if anything."""
    match item:
        case Choice() | Choices():
            for option in item.options:
                if not option.correct:
                    told = _of_options(option, item)
                    yield f"options.{option.id}", option.feedback, told
        case Numeric():
            for number, trap in enumerate(item.traps):
                yield f"traps[{number}]", trap.feedback, _of_number(trap.feedback, item)
            yield "feedback", item.feedback, _of_number(item.feedback, item)
        case Short():
            for number, near in enumerate(item.near):
                yield f"near[{number}]", near.feedback, _of_words(near.feedback, item)
            yield "feedback", item.feedback, _of_words(item.feedback, item)


def _told_of_parts(item: Item) -> Iterator[tuple[str, str, str]]:
    """The same of questions whose parts are answered one by one."""
    match item:
        case Matching():
            texts = {part.id: part.text for part in item.right}
            for one in item.left:
                for said in (one.feedback, *(pair.feedback for pair in one.wrong)):
                    yield f"left.{one.id}", said, _holds(said, [texts.get(one.match, "")])
        case Fill():
            for gap in item.gaps:
                wrong = (o.feedback for o in gap.options if not o.correct)
                for said in (gap.feedback, *wrong, *(near.feedback for near in gap.near)):
                    yield f"gaps.{gap.id}", said, _holds(said, gap.right_texts())


def _holds(feedback: str, right: Iterable[str]) -> str:
    """What is told if the right text itself stands in a feedback."""
    plain = seen(feedback).casefold()
    for text in (seen(one).casefold() for one in right):
        if len(text) >= FEWEST_LETTERS and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", plain):
            return f"holds the right one, {text!r}"
    return ""


def _of_options(wrong: Option, item: Choice | Choices) -> str:
    said, own = _words(wrong.feedback), _words(wrong.text)
    known = {
        *_words(item.stem),
        *(w for o in item.options if not o.correct for w in _words(o.text)),
    }
    for right in (option for option in item.options if option.correct):
        words = _words(right.text)
        if _is_quote(words) and _stand_in(words, said) and not _stand_in(words, own):
            return f"quotes {seen(right.text)!r}"
        telling = set(words) - known
        if len(telling) >= FEWEST_WORDS and telling <= set(said):
            return f"has the words of {seen(right.text)!r}"
        for number in _numbers(right.text):
            if number in _numbers(wrong.feedback) and number not in _numbers(item.stem, wrong.text):
                return f"names its number {number}"
    return ""


def _of_number(feedback: str, item: Numeric) -> str:
    for number in _numbers(feedback):
        read = item.read(f"{number} {item.unit}" if item.unit_required else number)
        if isinstance(read, Rejected) or number in _numbers(item.stem):
            continue
        if item.mark(read).standing == Standing.RIGHT:
            return f"names {number}, which is right"
    return ""


def _of_words(feedback: str, item: Short) -> str:
    said = _words(feedback)
    for form in item.accepted:
        words = _words(form)
        if _is_quote(words) and _stand_in(words, said) and not _stand_in(words, _words(item.stem)):
            return f"names {form!r}, which is right"
    return ""


def _words(text: str) -> list[str]:
    return WORD.findall(seen(text).lower())


def _numbers(*texts: str) -> list[str]:
    plain = (THOUSANDS.sub("", text.replace("\N{MINUS SIGN}", "-")) for text in texts)
    return [number for text in plain for number in NUMBER.findall(text)]


def _is_quote(words: Iterable[str]) -> bool:
    """Whether these words are enough not to stand somewhere by chance."""
    return sum(map(len, words)) >= FEWEST_LETTERS


def _stand_in(words: list[str], text: list[str]) -> bool:
    return f" {' '.join(words)} " in f" {' '.join(text)} "
