"""Markdown: a handout without keys, or the same with all that staff need to mark it.

The handout is made from what a taker sees in a quiz, so nothing else can get into it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader.quiz.bank.topics import Topic
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.items.choice import Choice, Choices, TrueFalse
from grader.quiz.items.fill import Fill
from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Item, Presentation
from grader.quiz.items.matching import Matching
from grader.quiz.items.numeric import Numeric
from grader.quiz.items.ordering import Ordering
from grader.text import counted

FOR_EXAMPLE = re.compile(r", (such as|for example) [^.]*(\.\d+)?")


def write(topics: Sequence[Topic], job: ExportJob) -> bytes:
    """All topics as one text."""
    blocks: list[str] = []
    for topic in topics:
        blocks.append(f"# {topic.title}")
        for number, item in enumerate(topic.items, start=1):
            job.written.append(item.id)
            seen = item.present(job.seed)
            blocks += _question(seen, number)
            if job.with_keys:
                blocks += _for_staff(item, seen, job.seed)
    return ("\n\n".join(blocks) + "\n").encode()


def _question(seen: Presentation, number: int) -> Iterator[str]:
    yield f"## {number}. ({counted(seen.points, 'point')})"
    yield seen.stem.strip()
    if seen.kind != "true_false" and seen.parts:
        yield "\n".join(_part(f"**{part.label}**", part.text) for part in seen.parts)
    if seen.targets:
        yield "To choose from:"
        yield "\n".join(_part(f"**{part.label}**", part.text) for part in seen.targets)
    yield _how(seen)


def _how(seen: Presentation) -> str:
    """How to answer on paper, where nobody types."""
    if seen.many_lines:
        return "Answer in a few sentences."
    return FOR_EXAMPLE.sub("", seen.how).replace("Type ", "Write ")


def _part(label: str, text: str) -> str:
    """One part as an entry of a list, with its further lines under it."""
    first, *rest = text.strip().splitlines()
    return "\n".join([f"- {label} {first}", *(f"  {line}" if line else "" for line in rest)])


def _for_staff(item: Item, seen: Presentation, seed: int) -> Iterator[str]:
    yield f"**Key of `{item.id}`:** {' '.join(_labels(item, seen))}".rstrip()
    yield item.show_key()
    yield f"**Why:** {item.explanation.strip()}"
    comments = COMMENTS.get(item.kind())
    if lines := list(comments(item.as_shown(seed))) if comments else []:
        yield "\n".join(lines)
    if names := dict.fromkeys(item.misconception_ids()):
        yield f"Misconceptions: {', '.join(f'`{name}`' for name in names)}"


def _labels(item: Item, seen: Presentation) -> Iterator[str]:
    """The letters or numbers of the key, as the handout has them."""
    texts = {
        part.id: part.text for name in ("options", "steps") for part in getattr(item, name, ())
    }
    labels = {part.text: part.label for part in seen.parts}
    if isinstance(item, Matching):
        targets = {part.text: part.label for part in seen.targets}
        right = {part.id: part.text for part in item.right}
        yield from sorted(f"{labels[one.text]}{targets[right[one.match]]}" for one in item.left)
        return
    for name in item.key():
        if name in texts:
            yield labels[texts[name]]


def _option_comments(item: Choice | Choices) -> Iterator[str]:
    labels = item.labels()
    for option in item.options:
        judged = "Right" if option.correct else "Wrong"
        yield _part(f"{judged}, **{labels[option.id]}**:", f"{option.text} → {option.feedback}")


def _true_false_comments(item: TrueFalse) -> Iterator[str]:
    yield f"- To those who say true: {item.feedback_true}"
    yield f"- To those who say false: {item.feedback_false}"


def _numeric_comments(item: Numeric) -> Iterator[str]:
    for trap in item.traps:
        yield f"- Wrong: {trap.value} → {trap.feedback}"
    if item.feedback:
        yield f"- Otherwise wrong: {item.feedback}"


def _ordering_comments(item: Ordering) -> Iterator[str]:
    texts = {step.id: step.text.rstrip(".") for step in item.steps}
    for earlier, later, reason in item.before or ():
        yield f"- {texts[earlier]} *before* {texts[later]}, because {reason}"
    for stray in item.distractors:
        yield f"- Belongs nowhere: {stray.text} → {stray.feedback}"


def _rubric(item: Text) -> Iterator[str]:
    for point in item.rubric:
        yield f"- {counted(point.points, 'point')}: {point.text}"


def _short_comments(item: Any) -> Iterator[str]:
    yield f"- Right: {', '.join(item.accepted)}"
    for near in item.near:
        yield f"- {counted(near.points, 'point')}: {', '.join(near.forms)} → {near.feedback}"
    if item.feedback:
        yield f"- Otherwise wrong: {item.feedback}"


def _matching_comments(item: Matching) -> Iterator[str]:
    texts = {part.id: part.text for part in item.right}
    for one in item.left:
        for pair in one.wrong:
            said = pair.feedback or one.feedback
            yield _part("Wrong:", f"{one.text} → {texts[pair.match]}: {said}")
        if one.feedback:
            yield _part("Otherwise wrong:", f"{one.text}: {one.feedback}")


def _fill_comments(item: Fill) -> Iterator[str]:
    for gap in item.gaps:
        yield f"- Right in {gap.id}: {_code(gap.right_texts())}"
        for option in gap.options:
            if not option.correct:
                yield f"- Wrong: {_code([option.text])} → {option.feedback or gap.feedback}"
        for near in gap.near:
            yield f"- Wrong: {_code(near.forms)} → {near.feedback or gap.feedback}"
        if gap.feedback:
            yield f"- Otherwise wrong: {gap.feedback}"


def _code(texts: Sequence[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


COMMENTS: dict[str, Callable[[Any], Iterator[str]]] = {
    "choice": _option_comments,
    "choices": _option_comments,
    "true_false": _true_false_comments,
    "numeric": _numeric_comments,
    "ordering": _ordering_comments,
    "text": _rubric,
    "short": _short_comments,
    "matching": _matching_comments,
    "fill": _fill_comments,
}
