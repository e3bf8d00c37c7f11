"""The parts of a question as a format lists them: in an order that a seed decides.

An LMS shuffles by itself, unless somebody turned that off or its player does not know how to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, Literal

from msgspec import to_builtins
from msgspec.structs import fields

from grader.quiz.exports.export_job import ExportJob, LeftOut
from grader.quiz.exports.markup import html, images, inline_html
from grader.quiz.exports.order_words import rewritten
from grader.quiz.items.choice import Choice, Choices, Option
from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Item
from grader.quiz.items.numeric import TRAP_WIDTH, Numeric, Trap
from grader.quiz.items.ordering import Ordering, Step
from grader.quiz.items.partial_order import count_orders, unsolved
from grader.quiz.items.shuffle import shuffled
from grader.text import counted

MOST_ORDERS = 1000
# The keys of questions that the formats write, or say to be lost.
KNOWN = {
    "id", "concept", "difficulty", "stem", "explanation", "purpose", "points", "tags", "verify",
    "options", "keep_order", "answer", "misconception", "feedback_true", "feedback_false",
    "tolerance", "rel_tolerance", "unit", "traps", "feedback", "steps", "before", "distractors",
    "rule", "left", "right", "listing", "gaps", "model_answer",
    "rubric", "misconceptions", "accepted", "near", "fold",
}  # fmt: skip
DIGITS = 15  # of numbers that are no whole ones


def options(item: Choice | Choices, job: ExportJob) -> tuple[Option, ...]:
    """The options in the order to write them."""
    if item.keep_order:
        return item.options
    by_id = {option.id: option for option in item.options}
    return tuple(by_id[name] for name in shuffled(by_id, seed=job.seed, salt=item.id))


def steps_in_order(item: Ordering) -> tuple[Step, ...]:
    """The steps in one right order."""
    by_id = {step.id: step for step in item.steps}
    return tuple(by_id[name] for name in item.key() if name in by_id)


def parts_mixed(item: Ordering, job: ExportJob) -> tuple[Step, ...]:
    """The steps and those that belong nowhere, in an order that is not right."""
    by_id: dict[str, Step] = {part.id: part for part in (*item.steps, *item.distractors)}
    mixed = shuffled(by_id, seed=job.seed, salt=item.id)
    return tuple(by_id[name] for name in unsolved(mixed, item.order()))


def must_differ(texts: Iterable[str]) -> None:
    """Whether no two parts of a question look the same: an LMS cannot tell such apart.

    Raises:
        LeftOut: two do.
    """
    seen: set[str] = set()
    for text in texts:
        if text in seen:
            raise LeftOut(f"two of its parts look alike there: {text!r}")
        seen.add(text)


def exact(number: float) -> Fraction:
    """A number of YAML as it was written."""
    return Fraction(str(number))


def width(item: Numeric) -> Fraction:
    """How far a right answer may be from the key."""
    if item.rel_tolerance is not None:
        return exact(item.rel_tolerance) * abs(exact(item.answer))
    return exact(item.tolerance or 0)


def trap_width(item: Numeric, trap: Trap) -> Fraction:
    """How far a wrong answer may be from the value of a trap."""
    return max(width(item), TRAP_WIDTH * abs(exact(trap.value)))


def decimal(number: Fraction | float) -> str:
    """A number as every LMS reads it, without an exponent."""
    value = number if isinstance(number, Fraction) else exact(number)
    if value.denominator == 1:
        return str(value.numerator)
    with localcontext(prec=DIGITS):
        shown = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def with_unit(item: Numeric, stem: str) -> str:
    """The stem in HTML, and in which unit to answer."""
    if not item.unit:
        return stem
    return f'{stem}\n<p class="answer-unit">Answer in {inline_html(item.unit)}.</p>'


def marker_notes(item: Text) -> str:
    """For whoever marks the answer: the model answer and the rubric, in HTML."""
    lines = [
        "<p><strong>A good answer</strong></p>",
        f'<div class="model-answer">{html(item.model_answer)}</div>',
        "<p><strong>Points</strong></p>",
        '<ul class="rubric">',
        *(
            f"<li><code>{point.id}</code> {counted(point.points, 'point')}: "
            f"{inline_html(point.text)}</li>"
            for point in item.rubric
        ),
        "</ul>",
    ]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Form:
    """A short answer as it may be typed, with what it earns and what to say about it."""

    text: str
    points: int
    feedback: str


def forms(item: Any, job: ExportJob) -> tuple[Form, ...]:
    """Every form of a short answer that the question knows, the right ones first."""
    if ignored := [fold for fold in item.fold if fold not in ("case", "space")]:
        job.lose(item, f"differences in {' and '.join(ignored)} count there")
    right = [Form(form, item.points, "") for form in item.accepted]
    near = [Form(form, n.points, n.feedback) for n in item.near for form in n.forms]
    return (*right, *near)


def lose_common(item: Item, job: ExportJob, *, has_tags: bool) -> None:
    """What no format of an LMS keeps of any question."""
    if item.verify is not None:
        job.lose(item, "lost: how the key is verified")
    for name in _set_but_unknown(item):
        job.lose(item, f"lost: `{name}`, which no export knows yet")
    if not has_tags:
        job.lose(item, "lost: concept, difficulty, purpose, tags and misconceptions")
    elif item.misconception_ids() and item.kind() not in ("true_false", "text"):
        job.lose(
            item,
            "lost: which wrong answer shows which misconception (their ids become tags)",
        )
    shown = (source for text in _texts(to_builtins(item)) for source in images(text))
    for source in dict.fromkeys(shown):
        job.lose(item, f"the image {source} is named and not packed: add it in the LMS")


def _texts(value: object) -> Iterator[str]:
    """Every text in a plain value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _set_but_unknown(item: Item) -> Iterator[str]:
    """Keys that came after the formats were written: what they say is lost, and not in silence."""
    for key in fields(item):
        default = key.default_factory() if callable(key.default_factory) else key.default
        if key.name not in KNOWN and getattr(item, key.name) != default:
            yield key.name


def stem_of_ordering(
    item: Ordering,
    job: ExportJob,
    *,
    marks: str,
    keeps_orders: bool = False,
    strays: Literal["lost", "mute", "kept"] = "lost",
) -> str:
    """The stem as it is true in an LMS that marks an ordering so; what it loses is said.

    Steps that belong nowhere are not there, or are there without their feedback, or with it.
    """
    orders = count_orders(item.order(), limit=MOST_ORDERS)
    stem = rewritten(
        item.stem,
        has_strays=bool(item.distractors) and strays != "lost",
        has_orders=orders > 1 and keeps_orders,
    )
    for sentence in stem.without:
        job.lose(item, f"its text no longer says {sentence!r}, which would be false there")
    if orders > 1 and not keeps_orders:
        number = f"{MOST_ORDERS} or more" if orders == MOST_ORDERS else str(orders)
        job.lose(item, f"{number} orders are right, and only one becomes the key")
    amount = counted(len(item.distractors), "step")
    if item.distractors and strays != "kept":
        about = "what to say about " if strays == "mute" else ""
        job.lose(item, f"lost: {about}{amount} that must be left out")
    if item.before:
        job.lose(item, "lost: the reasons why one step comes before another")
    if marks:
        job.lose(item, marks)
    return stem.text


EPSILON = Fraction(1, 10**12)  # of the answer: more than a sum of binary fractions is off


def widened(tolerance: Fraction, answer: float) -> str:
    """A tolerance with a hair more: an LMS adds and subtracts binary fractions."""
    return decimal(tolerance + EPSILON * max(abs(exact(answer)), tolerance)) if tolerance else "0"
